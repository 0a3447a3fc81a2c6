package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Goal;
import io.fairlead.bench.report.Sample;
import java.io.IOException;
import java.util.Locale;

/**
 * A scenario that measures the cost of one change by the number of services: incremental, and over
 * 64 sources.
 */
final class FlatScenario implements Scenario {
  private static final int INSTANCES = 10;
  private static final double GOAL = 1.3;
  private static final String WHOLE_SOURCE =
      "a state of the world is the whole source, 1/64 of all services";

  @Override
  public String name() {
    return "flat";
  }

  @Override
  public void run(Bench bench) throws IOException {
    run(bench, "incremental", Protocol.DELTA, 1);
    run(bench, "64 sources", Protocol.STATE, 64);
  }

  private void run(Bench bench, String way, Protocol protocol, int sources) throws IOException {
    int[] sizes =
        bench.effort() == Bench.Effort.QUICK
            ? new int[] {200, 500}
            : new int[] {1_000, 10_000, 100_000};
    double firstCpu = 0;
    double firstBytes = 0;
    for (int services : sizes) {
      GatewaySetup setup =
          GatewaySetup.load(services, INSTANCES).batched(ChangeCost.BATCHING).sharded(sources);
      try (BenchGateway gateway = bench.gateway("flat", setup)) {
        gateway.start().awaitReady();
        ChangeCost cost =
            ChangeCost.measure(
                bench, gateway, protocol, 1, services, bench.pick(5, 1), bench.pick(100, 3));
        String size = Bench.size(services, INSTANCES);
        Sample cpu = Sample.of(cost.cpuMillis());
        Sample bytes = Sample.of(cost.bytes());
        bench.add(Figure.of(name(), "CPU of a change, " + way, size, "ms", cpu));
        bench.add(Figure.of(name(), "bytes of a change, " + way, size, "bytes", bytes));
        if (services == sizes[0]) {
          firstCpu = cpu.median();
          firstBytes = bytes.median();
        } else {
          double moreCpu = firstCpu > 0 ? cpu.median() / firstCpu : 0;
          double moreBytes = bytes.median() / firstBytes;
          String note = sources == 1 ? "" : WHOLE_SOURCE;
          bench.add(ratio("CPU to that of ", way, size, sizes[0], moreCpu).noted(note));
          bench.add(ratio("bytes to those of ", way, size, sizes[0], moreBytes).noted(note));
        }
      }
    }
  }

  private Figure ratio(String what, String way, String size, int first, double value) {
    return Figure.of(
            name(),
            what + String.format(Locale.ROOT, "%,d services, ", first) + way,
            size,
            "",
            Sample.of(value))
        .with(Goal.atMost(value, GOAL, ""));
  }
}
