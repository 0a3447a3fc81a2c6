package io.fairlead.bench.registry;

import io.fairlead.harness.EurekaInstance;
import io.fairlead.harness.EurekaServer;
import io.fairlead.harness.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One Eureka server whose answers come from a copy, as of a server that was installed. */
public final class RealEureka implements RealRegistry {
  // Each answer about changes has those of the last three minutes, and the server looks for older
  // ones each 30 s: right after the filling it would be as large as everything.
  private static final Duration RETENTION = Duration.ofSeconds(215);

  private static final Duration QUICK = Duration.ofSeconds(1);

  private final EurekaServer server;
  private final Duration cache;

  /**
   * Starts a server.
   *
   * @param cache how old its answers may be; up to a second it is for a run that only tries the
   *     benchmark, which does not wait
   */
  public RealEureka(Duration cache) {
    this.cache = cache;
    this.server = EurekaServer.builder().heap(2048).responseCache(cache).start();
  }

  @Override
  public String name() {
    return "eureka";
  }

  @Override
  public String configuration() {
    return RealRegistry.plain("eureka", server.address().toString());
  }

  @Override
  public String host(String service) {
    return service + ".eureka";
  }

  @Override
  public String setup() {
    return "one server, its answers up to " + cache.toSeconds() + " s old";
  }

  @Override
  public void fill(int services, int instances) {
    List<EurekaInstance> all = new ArrayList<>();
    for (int number = 0; number < services; number++) {
      for (int i = 1; i <= instances; i++) {
        String ip = RealRegistry.fillerAddress(number, i);
        all.add(instance("filler-" + number, Integer.toString(i), ip, 8080));
      }
    }
    server.api().registerAll(all);
    if (cache.compareTo(QUICK) > 0) {
      Pause.of(RETENTION);
    }
  }

  private static EurekaInstance instance(String service, String id, String address, int port) {
    return EurekaInstance.of(service, service + "-" + id, address, port)
        .withMetadata(Map.of("version", "v1"));
  }

  @Override
  public void register(String service, String id, String address, int port) {
    server.api().register(instance(service, id, address, port));
  }

  @Override
  public long pid() {
    return server.pid();
  }

  @Override
  public void close() {
    server.close();
  }
}
