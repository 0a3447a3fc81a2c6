package io.fairlead.bench.registry;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.NamingFactory;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.pojo.Instance;
import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One Nacos server with ephemeral instances, as applications register them. */
public final class RealNacos implements RealRegistry {
  // More do not make the server faster.
  private static final int THREADS = 8;

  private final NacosServer server;
  private Optional<NamingService> filler = Optional.empty();

  /** Starts a server of the newest generation. */
  public RealNacos() {
    this(NacosServer.Generation.NACOS_3);
  }

  /** Starts a server. */
  public RealNacos(NacosServer.Generation generation) {
    this.server = NacosServer.start(generation, NacosServer.Login.NONE);
  }

  @Override
  public String name() {
    return "nacos";
  }

  @Override
  public String configuration() {
    return RealRegistry.plain("nacos", server.address().toString());
  }

  @Override
  public String host(String service) {
    return service + ".nacos";
  }

  @Override
  public String setup() {
    return "one server, ephemeral instances, its push delay of 0.5 s included";
  }

  // Over a connection that is kept, as the instances go with it; each of a service in one call.
  @Override
  public void fill(int services, int instances) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      NamingService naming = NamingFactory.createNamingService(server.address());
      filler = Optional.of(naming);
      List<Future<?>> parts = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int first = thread;
        parts.add(
            threads.submit(
                () -> {
                  for (int number = first; number < services; number += THREADS) {
                    naming.batchRegisterInstance(
                        "filler-" + number, "DEFAULT_GROUP", instances(number, instances));
                  }
                  return null;
                }));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    } catch (ExecutionException | NacosException e) {
      throw new IllegalStateException("nacos: not filled", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted (expected: left alone)", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Instance> instances(int number, int count) {
    List<Instance> instances = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      Instance instance = new Instance();
      instance.setIp(RealRegistry.fillerAddress(number, i));
      instance.setPort(8080);
      instance.setMetadata(new HashMap<>(Map.of("version", "v1")));
      instances.add(instance);
    }
    return instances;
  }

  @Override
  public void register(String service, String id, String address, int port) {
    server.api().register(NacosInstance.of(service, address, port).asEphemeral());
  }

  @Override
  public long pid() {
    return server.pid();
  }

  @Override
  public void close() {
    filler.ifPresent(RealNacos::shutDown);
    server.close();
  }

  private static void shutDown(NamingService naming) {
    try {
      naming.shutDown();
    } catch (NacosException e) {
      throw new IllegalStateException("nacos: its client does not close", e);
    }
  }
}
