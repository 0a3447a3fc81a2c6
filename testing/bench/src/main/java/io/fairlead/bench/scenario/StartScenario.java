package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient;
import io.fairlead.bench.client.Response;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Goal;
import io.fairlead.bench.report.Sample;
import io.fairlead.harness.ProcessUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A scenario that measures the time from the start of the process to the first complete answer out
 * of a store, with a registry that cannot be read (so that the answer is really the store's) and
 * with one that can.
 */
final class StartScenario implements Scenario {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int INSTANCES = 10;
  private static final double GOAL_SECONDS = 3;

  /** The measurements of one start. */
  private record Start(
      double seconds, double cpuSeconds, double peakMegabytes, double settledPeak) {}

  @Override
  public String name() {
    return "start";
  }

  @Override
  public void run(Bench bench) throws IOException {
    for (int services :
        bench.effort() == Bench.Effort.QUICK ? new int[] {500} : new int[] {10_000, 50_000}) {
      Path store = makeStore(bench, services);
      measure(bench, store, services, "registry down", GatewaySetup.unreachable());
      measure(bench, store, services, "registry up", GatewaySetup.load(services, INSTANCES));
    }
  }

  private Path makeStore(Bench bench, int services) throws IOException {
    Path kept = bench.fresh("start-store");
    try (BenchGateway gateway =
        bench.gateway("start-make", GatewaySetup.load(services, INSTANCES))) {
      gateway.start().awaitReady();
      bench.add(
          Figure.of(
                  name(),
                  "empty store to ready",
                  Bench.size(services, INSTANCES),
                  "s",
                  Sample.of((System.nanoTime() - gateway.startedNanos()) / 1e9))
              .noted("reads, converts and writes everything"));
      gateway.stop();
      copy(gateway.dataFolder(), kept);
    }
    return kept;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      files
          .filter(Files::isRegularFile)
          .forEach(
              file -> {
                try {
                  Files.copy(file, to.resolve(file.getFileName()));
                } catch (IOException e) {
                  throw new UncheckedIOException("cannot copy " + file, e);
                }
              });
    }
  }

  private void measure(Bench bench, Path store, int services, String registry, GatewaySetup setup)
      throws IOException {
    List<Start> starts = new ArrayList<>();
    for (int repetition = 0; repetition < bench.pick(5, 1); repetition++) {
      try (BenchGateway gateway = bench.gateway("start", setup)) {
        copy(store, gateway.dataFolder());
        starts.add(measure(bench, gateway, services));
        gateway.stop();
      }
    }
    String size = Bench.size(services, INSTANCES);
    Sample seconds = Sample.of(starts.stream().map(Start::seconds).toList());
    Figure answer = Figure.of(name(), "first complete answer, " + registry, size, "s", seconds);
    bench.add(
        services == 50_000
            ? answer.with(Goal.atMost(seconds.median(), GOAL_SECONDS, "s"))
            : answer);
    bench.add(
        Figure.of(
            name(),
            "CPU until then, " + registry,
            size,
            "s",
            Sample.of(starts.stream().map(Start::cpuSeconds).toList())));
    bench.add(
        Figure.of(
                name(),
                "peak memory until then, " + registry,
                size,
                "MB",
                Sample.of(starts.stream().map(Start::peakMegabytes).toList()))
            .noted("VmHWM"));
    bench.add(
        Figure.of(
                name(),
                "peak memory once it is quiet, " + registry,
                size,
                "MB",
                Sample.of(starts.stream().map(Start::settledPeak).toList()))
            .noted("VmHWM"));
  }

  private static Start measure(Bench bench, BenchGateway gateway, int services) throws IOException {
    Awaited responses = new Awaited();
    gateway.start().awaitListening();
    try (LeanClient client =
        LeanClient.connect(gateway.ports().get(0), LeanClient.Protocol.STATE, responses)) {
      Response first = responses.next(response -> true, LIMIT);
      ProcessUsage then = gateway.usage();
      if (first.resources() != services) {
        throw new IllegalStateException(
            "first answer: " + first.resources() + " resources (expected: " + services + ")");
      }
      bench.settle(gateway);
      return new Start(
          (first.nanos() - gateway.startedNanos()) / 1e9,
          then.cpu().toMillis() / 1e3,
          then.peakResidentBytes() / 1e6,
          gateway.usage().peakResidentBytes() / 1e6);
    }
  }

  /** Waits until a gateway has nothing left to do: less than 2 % of a core over half a second. */
  static void awaitQuiet(BenchGateway gateway) {
    if (!Rest.await(gateway::usage, 0.02, Duration.ofMillis(500), LIMIT)) {
      throw new IllegalStateException("gateway: busy (expected: quiet within " + LIMIT + ")");
    }
  }
}
