package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Goal;
import io.fairlead.bench.report.Sample;
import io.fairlead.bench.source.Services;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A scenario that measures the time from a change to its ACK at an incremental client: of a
 * services file, and of a registry that reports at once, which leaves out the file registry's own
 * waiting.
 */
final class LatencyScenario implements Scenario {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int INSTANCES = 10;
  private static final int PER_FILE = 10;
  private static final int PER_SECOND = 100;
  // The ceiling of the default batching.
  private static final double DEBOUNCE_MILLIS = 1000;
  private static final double OVER_DEBOUNCE_MILLIS = 50;
  private static final double ISOLATED_MILLIS = 30;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public void run(Bench bench) throws IOException {
    int services = bench.pick(10_000, 500);
    try (BenchGateway gateway = bench.gateway("latency", GatewaySetup.load(services, INSTANCES))) {
      measure(
          bench,
          gateway,
          services,
          "registry event",
          (number, edition) -> gateway.change(number, number + 1, edition));
    }
    files(bench, services, "file", "");
    if (bench.effort() == Bench.Effort.FULL) {
      files(bench, services, "file, settle 1ms", "  settle: 1ms\n");
    }
  }

  @FunctionalInterface
  private interface Changer {
    void change(int number, int edition) throws IOException;
  }

  private void files(Bench bench, int services, String what, String keys) throws IOException {
    try (BenchGateway gateway = bench.gateway("latency", GatewaySetup.files("services", keys))) {
      Path folder = Files.createDirectories(gateway.folder().resolve("services"));
      int[] editions = new int[services];
      for (int file = 0; file < services / PER_FILE; file++) {
        write(folder, file, editions);
      }
      measure(
          bench,
          gateway,
          services,
          what,
          (number, edition) -> {
            editions[number] = edition;
            write(folder, number / PER_FILE, editions);
          });
    }
  }

  // By a rename, as tools that care do it: nobody reads half a file.
  private static void write(Path folder, int file, int[] editions) throws IOException {
    StringBuilder text = new StringBuilder("services:\n");
    for (int number = file * PER_FILE; number < (file + 1) * PER_FILE; number++) {
      text.append(Services.yaml(number, INSTANCES, editions[number]));
    }
    Path whole = folder.resolve(String.format(Locale.ROOT, "f%05d.yaml", file));
    Path part = folder.resolve("." + whole.getFileName());
    Files.writeString(part, text, StandardCharsets.UTF_8);
    Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
  }

  private void measure(
      Bench bench, BenchGateway gateway, int services, String what, Changer changer)
      throws IOException {
    String size = Bench.size(services, INSTANCES);
    gateway.start().awaitReady();
    Latencies latencies = new Latencies();
    try (ClientSet set =
        ClientSet.connect(gateway.ports(), 1, Protocol.DELTA_WITH_NAMES, latencies)) {
      bench.settle(gateway);
      Changer timed =
          (number, edition) -> {
            latencies.begin("mesh/" + Services.name(number) + ".mesh");
            changer.change(number, edition);
          };
      // For code that is not compiled yet.
      Pace.run(bench.pick(500, 20), PER_SECOND, number -> timed.change(number % services, 1));
      latencies.await(LIMIT);
      Pace.run(bench.pick(40, 3), 1, number -> timed.change(number, 2));
      Sample isolated = Sample.of(latencies.await(LIMIT));
      bench.add(
          Figure.of(name(), what + " to ACK, isolated, p50", size, "ms", isolated)
              .atMost(ISOLATED_MILLIS));
      int changes = PER_SECOND * bench.pick(60, 2);
      Pace.run(changes, PER_SECOND, number -> timed.change(number % services, 3));
      List<Double> millis = latencies.await(LIMIT);
      Sample busy = Sample.of(millis);
      bench.add(Figure.of(name(), what + " to ACK, 100 a second, p50", size, "ms", busy));
      double p99 = busy.percentile(99);
      bench.add(
          Figure.of(name(), what + " to ACK, 100 a second, p99", size, "ms", Sample.of(p99))
              .with(Goal.atMost(p99, DEBOUNCE_MILLIS + OVER_DEBOUNCE_MILLIS, "ms"))
              .noted("of " + millis.size() + " changes; the debounce is at most 1 s"));
    }
  }
}
