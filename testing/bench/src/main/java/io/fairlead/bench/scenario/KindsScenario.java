package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient;
import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.client.Response;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Sample;
import io.fairlead.bench.source.Routes;
import io.fairlead.harness.Metrics;
import io.fairlead.harness.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A scenario that measures what one change costs where there are as many VirtualServices as
 * ServiceEntries: an incremental client, and a real istiod with one source and with 64, of each of
 * the two kinds; and what a restart of the gateway costs.
 */
final class KindsScenario implements Scenario {
  private static final int INSTANCES = 10;
  private static final int SOURCES = 64;
  private static final String FOLDER = "mesh";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  // An istiod that is given something pushes it well within that time.
  private static final Duration PUSHED = Duration.ofSeconds(3);
  private static final double MEGABYTE = 1e6;
  // A name's share is a matter of its digest: some shares are larger than others.
  private static final double MAX_SHARE = 1.0 / 45;

  /** The kinds that are changed. */
  private enum Kind {
    SERVICE_ENTRY("ServiceEntry"),
    VIRTUAL_SERVICE("VirtualService");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    String typeUrl() {
      return "networking.istio.io/v1/" + word;
    }
  }

  /** The bytes that istiod got for one change of each kind. */
  private record Bytes(double serviceEntry, double virtualService) {}

  @Override
  public String name() {
    return "kinds";
  }

  @Override
  public void run(Bench bench) throws IOException {
    int count = bench.pick(10_000, 500);
    Bytes one = measure(bench, count, 1);
    Bytes many = measure(bench, count, SOURCES);
    Sizes sizes = sizes(count, ", 64 sources to 1");
    share(bench, sizes, Kind.SERVICE_ENTRY, many.serviceEntry() / one.serviceEntry());
    share(bench, sizes, Kind.VIRTUAL_SERVICE, many.virtualService() / one.virtualService());
  }

  private Sizes sizes(int count, String ending) {
    return new Sizes(name(), Bench.size(count, INSTANCES) + ", a VirtualService each", ending);
  }

  private static void share(Bench bench, Sizes sizes, Kind kind, double share) {
    bench.add(sizes.figure("bytes for one " + kind.word, "", Sample.of(share)).atMost(MAX_SHARE));
  }

  private Bytes measure(Bench bench, int count, int sources) throws IOException {
    Sizes sizes = sizes(count, ", sources: " + sources);
    GatewaySetup setup = GatewaySetup.load(count, INSTANCES).sharded(sources).withConfigs(FOLDER);
    try (BenchGateway gateway = bench.gateway(name(), setup)) {
      Changer changer =
          new Changer(gateway, new Routes(gateway.folder().resolve(FOLDER), count), count);
      gateway.start().awaitReady();
      bench.settle(gateway);
      if (sources == 1) {
        for (Kind kind : Kind.values()) {
          incremental(bench, gateway, changer, kind, sizes(count, ", incremental"));
        }
      }
      try (ConnectedIstiod istiod = ConnectedIstiod.start(gateway)) {
        double serviceEntry = istiod(bench, gateway, istiod, changer, Kind.SERVICE_ENTRY, sizes);
        double virtualService =
            istiod(bench, gateway, istiod, changer, Kind.VIRTUAL_SERVICE, sizes);
        bench.settle(gateway);
        memory(bench, "gateway's RSS", gateway.usage().residentBytes(), sizes);
        memory(bench, "istiod's RSS", istiod.usage().residentBytes(), sizes);
        // The registry of the benchmark forgets its changes when it starts anew.
        gateway.change(0, count, 0);
        istiod.settle(bench);
        bench.settle(gateway);
        restart(gateway, istiod, sources, sizes, bench);
        return new Bytes(serviceEntry, virtualService);
      }
    }
  }

  /** Changes one resource at a time, another one each time. */
  private static final class Changer {
    private final BenchGateway gateway;
    private final Routes routes;
    private final int count;
    private int made;

    Changer(BenchGateway gateway, Routes routes, int count) {
      this.gateway = gateway;
      this.routes = routes;
      this.count = count;
    }

    void change(Kind kind) throws IOException {
      made++;
      // A step that shares no factor with their number: all shards have their turn.
      int number = made * 97 % count;
      if (kind == Kind.SERVICE_ENTRY) {
        gateway.change(number, number + 1, gateway.nextEdition());
      } else {
        routes.change(number, made);
      }
    }
  }

  private static void incremental(
      Bench bench, BenchGateway gateway, Changer changer, Kind kind, Sizes sizes)
      throws IOException {
    Awaited responses = new Awaited();
    try (LeanClient client =
        LeanClient.connect(
            gateway.wholePort(), Protocol.DELTA_WITH_NAMES, kind.typeUrl(), responses)) {
      responses.next(any -> client.responses() > 0, LIMIT);
      List<Double> bytes = new ArrayList<>();
      List<Double> resources = new ArrayList<>();
      List<Double> millis = new ArrayList<>();
      for (int change = 0; change < bench.pick(20, 2); change++) {
        long begin = System.nanoTime();
        changer.change(kind);
        Response response = responses.next(any -> true, LIMIT);
        bytes.add((double) response.bytes());
        resources.add((double) response.items().size());
        millis.add((response.nanos() - begin) / 1e6);
      }
      bench.add(sizes.figure("bytes for one " + kind.word, "bytes", Sample.of(bytes)));
      bench.add(sizes.figure("resources for one " + kind.word, "", Sample.of(resources)).atMost(1));
      bench.add(sizes.figure("change of one " + kind.word + " to ACK", "ms", Sample.of(millis)));
    }
  }

  /** Returns the bytes for one change. */
  private static double istiod(
      Bench bench,
      BenchGateway gateway,
      ConnectedIstiod istiod,
      Changer changer,
      Kind kind,
      Sizes sizes)
      throws IOException {
    int changes = bench.pick(10, 2);
    List<ConnectedIstiod.Cost> costs = new ArrayList<>();
    Metrics before = gateway.metrics();
    for (int round = 0; round < bench.pick(5, 1); round++) {
      costs.add(
          istiod.measure(
              bench,
              () -> {
                for (int change = 0; change < changes; change++) {
                  istiod.change(() -> changer.change(kind));
                }
              }));
    }
    Metrics after = gateway.metrics();
    String one = " for one " + kind.word;
    Sample bytes = each(costs, cost -> cost.bytes() / changes);
    bench.add(sizes.figure("bytes" + one, "bytes", bytes));
    bench.add(
        sizes.figure("istiod's CPU" + one, "ms", each(costs, cost -> cost.cpuMillis() / changes)));
    bench.add(
        sizes
            .figure("pushes" + one, "", each(costs, cost -> cost.pushes() / changes))
            .atMost(1)
            .noted(
                "full pushes among all: "
                    + Math.round(
                        costs.stream().mapToDouble(ConnectedIstiod.Cost::fullPushes).sum())));
    bench.add(
        sizes.figure("response to ACK" + one, "ms", Sample.of(ackMillis(before, after, kind))));
    return bytes.median();
  }

  private static Sample each(
      List<ConnectedIstiod.Cost> costs, ToDoubleFunction<ConnectedIstiod.Cost> value) {
    return Sample.of(costs.stream().mapToDouble(value).toArray());
  }

  // The mean, by the gateway's own histogram.
  private static double ackMillis(Metrics before, Metrics after, Kind kind) {
    double[] sumAndCount = new double[2];
    List<String> names =
        List.of("fairlead_ack_duration_seconds_sum", "fairlead_ack_duration_seconds_count");
    for (int i = 0; i < names.size(); i++) {
      sumAndCount[i] = ofKind(after, names.get(i), kind) - ofKind(before, names.get(i), kind);
    }
    return sumAndCount[0] / sumAndCount[1] * 1000;
  }

  private static double ofKind(Metrics metrics, String name, Kind kind) {
    return metrics.samples(name).stream()
        .filter(sample -> sample.labels().getOrDefault("type", "").endsWith(kind.word))
        .mapToDouble(Metrics.Sample::value)
        .sum();
  }

  private static void memory(Bench bench, String what, long bytes, Sizes sizes) {
    bench.add(sizes.figure(what, "MB", Sample.of(bytes / MEGABYTE)));
  }

  /** What istiod pushes when the gateway ends and comes again with the same. */
  private static void restart(
      BenchGateway gateway, ConnectedIstiod istiod, int sources, Sizes sizes, Bench bench)
      throws IOException {
    int mark = istiod.server().mark();
    gateway.stop();
    gateway.start().awaitReady();
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (gateway.metrics().sum("fairlead_clients") < sources) {
      if (System.nanoTime() > deadline) {
        throw new IOException("istiod: has not come back (expected: within " + LIMIT + ")");
      }
      Pause.of(Duration.ofMillis(100));
    }
    Pause.of(PUSHED);
    bench.add(
        sizes
            .figure(
                "pushes after a restart",
                "",
                Sample.of((double) istiod.server().pushesSince(mark).size()))
            .atMost(0)
            .noted("a stock istiod asks for everything again, and drops what it has"));
  }
}
