package io.fairlead.bench.registry;

import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One Nacos server with ephemeral instances, as applications register them. */
public final class RealNacos implements RealRegistry {
  // More do not make the server faster.
  private static final int THREADS = 8;

  private final NacosServer server = NacosServer.start();

  @Override
  public String name() {
    return "nacos";
  }

  @Override
  public String configuration() {
    return """
        - name: nacos
          type: nacos
          addresses: ["%s"]
          host: "{service}.nacos"
          allowLoopback: true
          protocol: http
        """
        .formatted(server.address());
  }

  @Override
  public String host(String service) {
    return service + ".nacos";
  }

  @Override
  public String setup() {
    return "one server, ephemeral instances, its push delay of 0.5 s included";
  }

  @Override
  public void fill(int services) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> parts = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int first = thread;
        parts.add(
            threads.submit(
                () -> {
                  for (int number = first; number < services; number += THREADS) {
                    String address = "10.97." + number / 250 + "." + (number % 250 + 1);
                    register("filler-" + number, "1", address, 8080);
                  }
                }));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("nacos: not filled", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted (expected: left alone)", e);
    } finally {
      threads.shutdownNow();
    }
  }

  @Override
  public void register(String service, String id, String address, int port) {
    server.api().register(NacosInstance.of(service, address, port).asEphemeral());
  }

  @Override
  public void close() {
    server.close();
  }
}
