package io.fairlead.bench.scenario;

import io.fairlead.bench.bare.BareServer;
import io.fairlead.bench.bare.Capture;
import io.fairlead.bench.client.LeanClient;
import io.fairlead.bench.client.Response;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Sample;
import io.fairlead.harness.ServerProcess;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A scenario that measures the first sync of one client, from opening the connection to the last
 * byte, beside a bare gRPC server that replays the same bytes: the cost of serving beyond the
 * transport.
 */
final class FirstSyncScenario implements Scenario {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final double GOAL = 1.2;
  private static final int INSTANCES = 10;

  @Override
  public String name() {
    return "firstsync";
  }

  /** The measurements so far, in milliseconds and as ratios. */
  private record Measured(
      List<Double> gateway, List<Double> bare, List<Double> pairs, List<Double> ofMedians) {
    Measured() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  @Override
  public void run(Bench bench) throws IOException {
    int services = bench.pick(10_000, 500);
    Measured measured = new Measured();
    // Compiled code of different processes differs in speed by up to a third.
    for (int process = 0; process < bench.pick(5, 1); process++) {
      measure(bench, services, measured);
    }
    report(bench, services, measured);
  }

  private static void measure(Bench bench, int services, Measured measured) throws IOException {
    try (BenchGateway gateway =
        bench.gateway("firstsync", GatewaySetup.load(services, INSTANCES))) {
      gateway.start().awaitReady();
      int port = gateway.ports().get(0);
      byte[] answer = Capture.first(port, LeanClient.SERVICE_ENTRY);
      Path folder = bench.fresh("bare");
      Path file = folder.resolve("answer");
      Files.write(file, answer);
      int barePort = FreePorts.next();
      ServerProcess bare = startBare(folder, file, barePort);
      try {
        bare.awaitLine("ready", LIMIT);
        bench.settle(gateway);
        measure(bench, port, barePort, measured);
      } finally {
        bare.close();
      }
    }
  }

  private static ServerProcess startBare(Path folder, Path file, int port) {
    return ServerProcess.start(
        "bare",
        folder,
        Map.of(),
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseG1GC",
            "-cp",
            System.getProperty("java.class.path"),
            BareServer.class.getName(),
            Integer.toString(port),
            file.toString()));
  }

  private static void measure(Bench bench, int port, int barePort, Measured measured) {
    List<Double> gateway = new ArrayList<>();
    List<Double> bare = new ArrayList<>();
    // As often as it takes until both are compiled: after 150 syncs the compiler still took most of
    // the gateway's processor time.
    int warmUp = bench.pick(600, 2);
    for (int repetition = -warmUp; repetition < bench.pick(150, 4); repetition++) {
      // In turns, so that whatever else the machine does hits both, and each is first as often as
      // the other.
      boolean gatewayFirst = repetition % 2 == 0;
      double former = sync(gatewayFirst ? port : barePort);
      double latter = sync(gatewayFirst ? barePort : port);
      if (repetition >= 0) {
        gateway.add(gatewayFirst ? former : latter);
        bare.add(gatewayFirst ? latter : former);
      }
    }
    for (int pair = 0; pair < gateway.size(); pair++) {
      measured.pairs().add(gateway.get(pair) / bare.get(pair));
    }
    measured.gateway().addAll(gateway);
    measured.bare().addAll(bare);
    measured.ofMedians().add(Sample.of(gateway).median() / Sample.of(bare).median());
  }

  private void report(Bench bench, int services, Measured measured) {
    String size = Bench.size(services, INSTANCES);
    bench.add(Figure.of(name(), "first sync, gateway", size, "ms", Sample.of(measured.gateway())));
    bench.add(Figure.of(name(), "first sync, bare server", size, "ms", Sample.of(measured.bare())));
    Sample pairs = Sample.of(measured.pairs());
    bench.add(
        Figure.of(name(), "gateway to bare server, pair by pair", size, "", pairs)
            .atMost(GOAL)
            .noted(
                String.format(
                    Locale.ROOT,
                    "half of the pairs within %.2f to %.2f",
                    pairs.percentile(25),
                    pairs.percentile(75))));
    bench.add(
        Figure.of(name(), "ratio of the medians", size, "", Sample.of(measured.ofMedians()))
            .atMost(GOAL)
            .noted("one for each pair of processes"));
  }

  /** Milliseconds from opening a connection to the whole response. */
  private static double sync(int port) {
    Awaited responses = new Awaited();
    long begin = System.nanoTime();
    try (LeanClient client = LeanClient.connect(port, LeanClient.Protocol.STATE, responses)) {
      Response response = responses.next(any -> true, LIMIT);
      return (response.nanos() - begin) / 1e6;
    }
  }
}
