package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Goal;
import io.fairlead.bench.report.Sample;
import java.io.IOException;

/** What a gateway holds of the machine's memory after the load, with 50 clients connected. */
final class MemoryScenario implements Scenario {
  private static final int INSTANCES = 10;
  private static final double MEGABYTE = 1e6;
  private static final double WIRE_TIMES = 2.5;
  private static final double BASE = 150;
  private static final double MOST = 1500;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public void run(Bench bench) throws IOException {
    for (int services :
        bench.effort() == Bench.Effort.QUICK ? new int[] {500} : new int[] {10_000, 100_000}) {
      try (BenchGateway gateway = bench.gateway("memory", GatewaySetup.load(services, INSTANCES))) {
        run(bench, gateway, services);
      }
    }
  }

  private void run(Bench bench, BenchGateway gateway, int services) throws IOException {
    String size = Bench.size(services, INSTANCES);
    gateway.start().awaitReady();
    StartScenario.awaitQuiet(gateway);
    add(bench, "RSS after the load", size, gateway.usage().residentBytes());
    add(bench, "peak of the load", size, gateway.usage().peakResidentBytes());
    int clients = bench.pick(50, 3);
    try (ClientSet set = ClientSet.connect(gateway.ports(), clients, Protocol.STATE)) {
      StartScenario.awaitQuiet(gateway);
      double wire = set.bytes() / (double) clients / MEGABYTE;
      bench.add(Figure.of(name(), "wire size", size, "MB", Sample.of(wire)));
      double resident = gateway.usage().residentBytes() / MEGABYTE;
      double limit = Math.min(WIRE_TIMES * wire + BASE, MOST);
      bench.add(
          Figure.of(name(), "RSS, clients: " + clients, size, "MB", Sample.of(resident))
              .with(Goal.atMost(resident, limit, "MB"))
              .noted("2.5 x wire + 150 MB, at most 1,500 MB"));
      add(bench, "peak, clients: " + clients, size, gateway.usage().peakResidentBytes());
    }
  }

  private void add(Bench bench, String what, String size, long bytes) {
    bench.add(Figure.of(name(), what, size, "MB", Sample.of(bytes / MEGABYTE)));
  }
}
