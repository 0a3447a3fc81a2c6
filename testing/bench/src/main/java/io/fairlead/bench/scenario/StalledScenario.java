package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient;
import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Sample;
import io.fairlead.bench.source.Services;
import io.fairlead.harness.Pause;
import java.io.IOException;
import java.time.Duration;

/**
 * A scenario with a client of one source that stops reading while services change: the gateway's
 * memory, and the effect on another client, beside the same time without it.
 */
final class StalledScenario implements Scenario {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int INSTANCES = 10;
  private static final int PER_SECOND = 100;
  private static final double MEGABYTE = 1e6;

  @Override
  public String name() {
    return "stalled";
  }

  @Override
  public void run(Bench bench) throws IOException {
    int services = bench.pick(10_000, 500);
    try (BenchGateway gateway = bench.gateway("stalled", GatewaySetup.load(services, INSTANCES))) {
      gateway.start().awaitReady();
      Latencies latencies = new Latencies();
      try (ClientSet set =
          ClientSet.connect(gateway.ports(), 1, Protocol.DELTA_WITH_NAMES, latencies)) {
        phase(bench, gateway, latencies, services, 1, "");
        phase(bench, gateway, latencies, services, 2, "all read");
        LeanClient stalled =
            LeanClient.connect(gateway.ports().get(0), Protocol.STATE, response -> {});
        while (stalled.responses() == 0) {
          Pause.of(Duration.ofMillis(5));
        }
        stalled.stall();
        phase(bench, gateway, latencies, services, 3, "one stalls");
        bench.add(
            Figure.of(
                name(),
                "the stalled client was disconnected",
                Bench.size(services, INSTANCES),
                "1 = yes",
                Sample.of(stalled.isEnded() ? 1 : 0)));
        stalled.close();
      }
    }
  }

  /** A time of changes; without a name it only warms up. */
  private void phase(
      Bench bench,
      BenchGateway gateway,
      Latencies latencies,
      int services,
      int edition,
      String what)
      throws IOException {
    int changes = PER_SECOND * bench.pick(60, 2);
    int settled = changes / 6;
    double[] resident = new double[2];
    Pace.run(
        changes,
        PER_SECOND,
        number -> {
          if (number == settled) {
            resident[0] = gateway.usage().residentBytes() / MEGABYTE;
          }
          latencies.begin("mesh/" + Services.name(number % services) + ".mesh");
          gateway.change(number % services, number % services + 1, edition);
        });
    resident[1] = gateway.usage().residentBytes() / MEGABYTE;
    Sample millis = Sample.of(latencies.await(LIMIT));
    if (what.isEmpty()) {
      return;
    }
    String size = Bench.size(services, INSTANCES);
    bench.add(Figure.of(name(), "change to ACK of another, " + what + ", p50", size, "ms", millis));
    bench.add(
        Figure.of(
            name(),
            "change to ACK of another, " + what + ", p99",
            size,
            "ms",
            Sample.of(millis.percentile(99))));
    bench.add(
        Figure.of(name(), "RSS, " + what, size, "MB", Sample.of(resident[1]))
            .noted("grown by " + Math.round(resident[1] - resident[0]) + " MB over 50 s"));
  }
}
