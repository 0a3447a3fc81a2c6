package io.fairlead.bench.scenario;

import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A scenario that measures the cost of one changed endpoint for a real istiod, by the number of its
 * sources, beside the figures from the design of sharding; then the cost or gain of the leading
 * edge of the batching.
 */
final class IstiodScenario implements Scenario {
  private static final int INSTANCES = 10;
  private static final double MEGABYTE = 1e6;

  /**
   * A line of the table: 10,000 services of 10 instances, one endpoint changed. Where it gives a
   * range, its upper end.
   */
  private record Known(
      int sources, double bytes, double cpuMillis, double megabytes, double readySeconds) {}

  private static final Known ONE = new Known(1, 9_356_856, 910, 695, 8.5);
  private static final List<Known> TABLE =
      List.of(ONE, new Known(16, 583_000, 40, 522, 10.1), new Known(64, 150_000, 20, 501, 10.1));

  /** Medians of what was measured. */
  private record Measured(double bytes, double cpuMillis) {}

  @Override
  public String name() {
    return "istiod";
  }

  @Override
  public void run(Bench bench) throws IOException {
    int services = bench.pick(10_000, 200);
    List<Measured> first = new ArrayList<>();
    for (Known known : TABLE) {
      if (bench.effort() == Bench.Effort.QUICK && known.sources() == 16) {
        continue;
      }
      Measured measured = run(bench, services, known);
      if (first.isEmpty()) {
        first.add(measured);
      } else {
        ratios(bench, services, known, measured, first.get(0));
      }
    }
    new LeadingEdge(name(), services).run(bench);
  }

  private Measured run(Bench bench, int services, Known known) throws IOException {
    String of = ", sources: " + known.sources();
    GatewaySetup setup = GatewaySetup.load(services, INSTANCES).sharded(known.sources());
    try (BenchGateway gateway = bench.gateway("istiod", setup)) {
      gateway.start().awaitReady();
      bench.settle(gateway);
      try (ConnectedIstiod istiod = ConnectedIstiod.start(gateway)) {
        double peak = istiod.usage().peakResidentBytes() / MEGABYTE;
        List<ConnectedIstiod.Cost> costs = costs(bench, gateway, istiod);
        double resident = istiod.usage().residentBytes() / MEGABYTE;
        int changes = changes(bench);
        Sample bytes = each(costs, cost -> cost.bytes() / changes);
        Sample cpu = each(costs, cost -> cost.cpuMillis() / changes);
        Sample pushes = each(costs, cost -> cost.pushes() / changes);
        double full = costs.stream().mapToDouble(ConnectedIstiod.Cost::fullPushes).sum();
        Sizes sizes = new Sizes(name(), Bench.size(services, INSTANCES), of);
        bench.add(sizes.figure("bytes for one change", "bytes", bytes).atMost(known.bytes()));
        bench.add(sizes.figure("istiod's CPU for one change", "ms", cpu).atMost(known.cpuMillis()));
        bench.add(
            sizes
                .figure("pushes for one change", "", pushes)
                .atMost(1)
                .noted("full pushes among all: " + Math.round(full)));
        bench.add(
            sizes
                .figure("istiod's RSS", "MB", Sample.of(resident))
                .atMost(known.megabytes())
                .noted("its peak until it was ready: " + Math.round(peak) + " MB"));
        bench.add(
            sizes
                .figure("istiod ready after", "s", Sample.of(istiod.readySeconds()))
                .atMost(known.readySeconds()));
        return new Measured(bytes.median(), cpu.median());
      }
    }
  }

  private static Sample each(
      List<ConnectedIstiod.Cost> costs, ToDoubleFunction<ConnectedIstiod.Cost> value) {
    return Sample.of(costs.stream().mapToDouble(value).toArray());
  }

  private static int changes(Bench bench) {
    return bench.pick(10, 2);
  }

  private static List<ConnectedIstiod.Cost> costs(
      Bench bench, BenchGateway gateway, ConnectedIstiod istiod) throws IOException {
    List<ConnectedIstiod.Cost> costs = new ArrayList<>();
    int rounds = bench.pick(5, 1);
    for (int round = 0; round < rounds; round++) {
      int edition = gateway.nextEdition();
      costs.add(
          istiod.measure(
              bench,
              () -> {
                for (int service = 0; service < changes(bench); service++) {
                  istiod.change(service, edition);
                }
              }));
    }
    return costs;
  }

  private void ratios(Bench bench, int services, Known known, Measured many, Measured one) {
    String to = ", " + known.sources() + " sources to 1";
    Sizes sizes = new Sizes(name(), Bench.size(services, INSTANCES), to);
    bench.add(
        sizes
            .figure("bytes for one change", "", Sample.of(many.bytes() / one.bytes()))
            .atMost(known.bytes() / ONE.bytes()));
    if (one.cpuMillis() > 0) {
      bench.add(
          sizes
              .figure(
                  "istiod's CPU for one change", "", Sample.of(many.cpuMillis() / one.cpuMillis()))
              .atMost(known.cpuMillis() / ONE.cpuMillis())
              .noted("goal: the upper ends of the table's ranges"));
    }
  }
}
