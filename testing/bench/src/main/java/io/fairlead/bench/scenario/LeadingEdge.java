package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient;
import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Sample;
import io.fairlead.bench.source.Services;
import io.fairlead.harness.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The batching with and without its leading edge, over 64 sources of a real istiod: isolated
 * changes, and bursts of 1,000 single changes in 5 s.
 *
 * @param scenario the scenario that this is a part of
 * @param services how many there are
 */
record LeadingEdge(String scenario, int services) {
  private static final int INSTANCES = 10;
  private static final int SOURCES = 64;
  private static final int PER_SECOND = 200;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** The outcome of one kind of batching: one cost a round, and every change's latency. */
  private record Outcome(List<ConnectedIstiod.Cost> costs, List<Double> millis) {}

  void run(Bench bench) throws IOException {
    for (boolean leading : new boolean[] {true, false}) {
      GatewaySetup setup =
          GatewaySetup.load(services, INSTANCES)
              .sharded(SOURCES)
              .batched("{leading: " + leading + "}");
      try (BenchGateway gateway = bench.gateway("istiod", setup)) {
        gateway.start().awaitReady();
        bench.settle(gateway);
        try (ConnectedIstiod istiod = ConnectedIstiod.start(gateway)) {
          run(bench, gateway, istiod, leading ? "leading edge" : "no leading edge");
        }
      }
    }
  }

  private void run(Bench bench, BenchGateway gateway, ConnectedIstiod istiod, String way)
      throws IOException {
    Latencies latencies = new Latencies();
    try (LeanClient client =
        LeanClient.connect(gateway.wholePort(), Protocol.DELTA_WITH_NAMES, latencies)) {
      while (client.responses() == 0) {
        Pause.of(Duration.ofMillis(5));
      }
      Subject subject = new Subject(bench, gateway, istiod, client, latencies);
      int burst = Math.min(1000, services / 2);
      // For code that is not compiled yet.
      rounds(subject, bench.pick(1, 0), burst, PER_SECOND);
      int isolated = bench.pick(10, 2);
      int rounds = bench.pick(5, 1);
      report(bench, "isolated change, " + way, isolated, rounds(subject, rounds, isolated, 1));
      report(
          bench,
          String.format(Locale.ROOT, "burst of %,d, %s", burst, way),
          1,
          rounds(subject, rounds, burst, PER_SECOND));
    }
  }

  /** The subject of a measurement, and its observers. */
  private record Subject(
      Bench bench,
      BenchGateway gateway,
      ConnectedIstiod istiod,
      LeanClient client,
      Latencies latencies) {
    void change(int service, int edition) throws IOException {
      latencies.begin("mesh/" + Services.name(service) + ".mesh");
      gateway.change(service, service + 1, edition);
    }

    /** Returns the cost of changes; what the watching client got is not istiod's. */
    ConnectedIstiod.Cost measure(ConnectedIstiod.Changes changes) throws IOException {
      long before = client.bytes();
      ConnectedIstiod.Cost cost = istiod.measure(bench, changes);
      return cost.lessBytes(client.bytes() - before);
    }
  }

  private static Outcome rounds(Subject subject, int rounds, int changes, int perSecond)
      throws IOException {
    List<ConnectedIstiod.Cost> costs = new ArrayList<>();
    List<Double> millis = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      int edition = subject.gateway().nextEdition();
      costs.add(
          subject.measure(
              () -> Pace.run(changes, perSecond, service -> subject.change(service, edition))));
      millis.addAll(subject.latencies().await(LIMIT));
    }
    return new Outcome(costs, millis);
  }

  /** Figures of one way, costs for each of so many units. */
  private void report(Bench bench, String what, int units, Outcome outcome) {
    Sizes sizes = new Sizes(scenario, Bench.size(services, INSTANCES), ", " + what);
    bench.add(sizes.figure("bytes to istiod", "bytes", each(outcome, units, c -> c.bytes())));
    bench.add(sizes.figure("istiod's CPU", "ms", each(outcome, units, c -> c.cpuMillis())));
    bench.add(sizes.figure("pushes", "", each(outcome, units, c -> c.pushes())));
    bench.add(sizes.figure("commits", "", each(outcome, units, c -> c.commits())));
    Sample millis = Sample.of(outcome.millis());
    bench.add(sizes.figure("change to ACK of a client, p50", "ms", millis));
    bench.add(
        sizes
            .figure("change to ACK of a client, p99", "ms", Sample.of(millis.percentile(99)))
            .noted("of " + millis.size() + " changes"));
  }

  /** A value of a cost. */
  private interface Value {
    double of(ConnectedIstiod.Cost cost);
  }

  private static Sample each(Outcome outcome, int units, Value value) {
    return Sample.of(
        outcome.costs().stream().mapToDouble(cost -> value.of(cost) / units).toArray());
  }
}
