package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.registry.RealConsul;
import io.fairlead.bench.registry.RealNacos;
import io.fairlead.bench.registry.RealRegistry;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Goal;
import io.fairlead.bench.report.Sample;
import io.fairlead.harness.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/**
 * A scenario that measures the memory of a gateway at rest after the load: with 50 clients
 * connected, beside one that has next to nothing to serve, which is the share of the JVM and of the
 * code; and behind a real Consul and a real Nacos.
 */
final class MemoryScenario implements Scenario {
  private static final int INSTANCES = 10;
  private static final double MEGABYTE = 1e6;
  private static final double WIRE_TIMES = 2.5;
  private static final double BASE = 150;
  private static final double MAX_MEGABYTES = 1500;
  private static final double MAX_MEGABYTES_WITH_REGISTRY = 200;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public void run(Bench bench) throws IOException {
    long bare;
    try (BenchGateway gateway = bench.gateway("memory", GatewaySetup.load(1, 1))) {
      gateway.start().awaitReady();
      rest(bench, gateway);
      bare = gateway.usage().residentBytes();
      add(bench, "RSS after the load", Bench.size(1, 1), bare);
    }
    for (int services :
        bench.effort() == Bench.Effort.QUICK ? new int[] {500} : new int[] {10_000, 100_000}) {
      try (BenchGateway gateway = bench.gateway("memory", GatewaySetup.load(services, INSTANCES))) {
        run(bench, gateway, services, bare);
      }
    }
    try (RealRegistry consul = new RealConsul()) {
      run(bench, consul);
    }
    try (RealRegistry nacos = new RealNacos()) {
      run(bench, nacos);
    }
  }

  private void run(Bench bench, RealRegistry registry) throws IOException {
    int services = bench.pick(10_000, 200);
    registry.fill(services, INSTANCES);
    String size = Bench.size(services, INSTANCES) + ", " + registry.name();
    try (BenchGateway gateway =
        bench.gateway("memory", GatewaySetup.of(registry.configuration()))) {
      gateway.start().awaitReady();
      rest(bench, gateway);
      double resident = gateway.usage().residentBytes() / MEGABYTE;
      bench.add(
          Figure.of(name(), "RSS after the load", size, "MB", Sample.of(resident))
              .with(Goal.atMost(resident, MAX_MEGABYTES_WITH_REGISTRY, "MB"))
              .noted(registry.setup()));
      add(bench, "peak of the load", size, gateway.usage().peakResidentBytes());
    }
  }

  private void run(Bench bench, BenchGateway gateway, int services, long bare) throws IOException {
    String size = Bench.size(services, INSTANCES);
    gateway.start().awaitReady();
    rest(bench, gateway);
    add(bench, "RSS after the load", size, gateway.usage().residentBytes());
    add(bench, "peak of the load", size, gateway.usage().peakResidentBytes());
    int clients = bench.pick(50, 3);
    try (ClientSet set = ClientSet.connect(gateway.ports(), clients, Protocol.STATE)) {
      rest(bench, gateway);
      double wire = set.bytes() / (double) clients / MEGABYTE;
      bench.add(Figure.of(name(), "wire size", size, "MB", Sample.of(wire)));
      String label = "RSS, clients: " + clients;
      addResident(bench, gateway, label, size, wire, bare);
      // The collector itself looks each minute: what the syncs have left goes back then.
      Pause.of(Duration.ofSeconds(bench.pick(75, 0)));
      addResident(bench, gateway, label + ", a minute later", size, wire, bare);
      add(bench, "peak, clients: " + clients, size, gateway.usage().peakResidentBytes());
    }
  }

  private void addResident(
      Bench bench, BenchGateway gateway, String what, String size, double wire, long bare)
      throws IOException {
    double resident = gateway.usage().residentBytes() / MEGABYTE;
    double byWire = WIRE_TIMES * wire + BASE;
    double limit = Math.min(byWire, MAX_MEGABYTES);
    bench.add(
        Figure.of(name(), what, size, "MB", Sample.of(resident))
            .with(Goal.atMost(resident, limit, "MB"))
            .noted(
                String.format(
                    Locale.ROOT,
                    "goal: %s; a gateway with one service takes %.0f MB",
                    byWire <= MAX_MEGABYTES
                        ? "2.5 x wire size + 150 MB"
                        : "1,500 MB, as 2.5 x wire size + 150 MB is more",
                    bare / MEGABYTE)));
  }

  // The gateway gives back what a load took once little has changed for 4 to 8 s.
  private static void rest(Bench bench, BenchGateway gateway) {
    bench.settle(gateway);
    Pause.of(Duration.ofSeconds(bench.pick(12, 0)));
    bench.settle(gateway);
  }

  private void add(Bench bench, String what, String size, long bytes) {
    bench.add(Figure.of(name(), what, size, "MB", Sample.of(bytes / MEGABYTE)));
  }
}
