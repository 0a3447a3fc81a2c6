package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Goal;
import io.fairlead.bench.report.Sample;
import java.io.IOException;

/**
 * A scenario that measures the gateway's CPU for one change by the number of clients, over one
 * source and over 64.
 */
final class FanOutScenario implements Scenario {
  private static final int INSTANCES = 10;
  private static final double GOAL = 0.05;

  /** A set of ports that clients connect to. */
  private record Way(String name, Protocol protocol, int sources) {
    /** Returns what a client costs at least. */
    String limit() {
      return protocol == Protocol.STATE
          ? "each client is sent all of the source, which is copied for it twice"
          : "";
    }
  }

  @Override
  public String name() {
    return "fanout";
  }

  @Override
  public void run(Bench bench) throws IOException {
    run(bench, new Way("incremental", Protocol.DELTA, 1));
    run(bench, new Way("one source", Protocol.STATE, 1));
    run(bench, new Way("64 sources", Protocol.STATE, 64));
  }

  private void run(Bench bench, Way way) throws IOException {
    int services = bench.pick(10_000, 500);
    String size = Bench.size(services, INSTANCES);
    GatewaySetup setup =
        GatewaySetup.load(services, INSTANCES).batched(ChangeCost.BATCHING).sharded(way.sources());
    int[] counts = bench.effort() == Bench.Effort.QUICK ? new int[] {1, 2} : new int[] {1, 10, 50};
    double first = 0;
    try (BenchGateway gateway = bench.gateway("fanout", setup)) {
      gateway.start().awaitReady();
      for (int count : counts) {
        Sample cpu = measure(bench, gateway, way, count, services);
        bench.add(
            Figure.of(
                name(), "CPU of a change, " + way.name() + ", clients: " + count, size, "ms", cpu));
        if (count == 1) {
          first = cpu.median();
        } else {
          double further = first > 0 ? (cpu.median() - first) / (count - 1) / first : 0;
          bench.add(
              Figure.of(
                      name(),
                      "a further client to the first, " + way.name() + ", clients: " + count,
                      size,
                      "",
                      Sample.of(further))
                  .with(Goal.atMost(further, GOAL, ""))
                  .noted(way.limit()));
        }
      }
    }
  }

  private static Sample measure(
      Bench bench, BenchGateway gateway, Way way, int clients, int services) throws IOException {
    return Sample.of(
        ChangeCost.measure(
                bench,
                gateway,
                way.protocol(),
                clients,
                services,
                bench.pick(5, 1),
                bench.pick(100, 3))
            .cpuMillis());
  }
}
