package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.registry.RealConsul;
import io.fairlead.bench.registry.RealNacos;
import io.fairlead.bench.registry.RealRegistry;
import io.fairlead.bench.report.Goal;
import io.fairlead.bench.report.Sample;
import io.fairlead.harness.EnvoyServer;
import io.fairlead.harness.HttpInstance;
import io.fairlead.harness.Pause;
import io.fairlead.harness.ProcessUsage;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A scenario that measures the time from the registration of an instance in a real registry to the
 * first request that it answers, through a real Envoy behind a real istiod with 64 sources. Each
 * instance is the second one of a service of its own.
 */
final class WholeWayScenario implements Scenario {
  private static final int SOURCES = 64;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration SETTLING = Duration.ofMinutes(3);
  private static final String STAYS = "127.0.0.2";
  private static final double CONSUL_SECONDS = 0.5;
  private static final double NACOS_SECONDS = 1;

  @Override
  public String name() {
    return "wholeway";
  }

  @Override
  public void run(Bench bench) throws IOException {
    try (RealRegistry consul = new RealConsul()) {
      run(bench, consul, CONSUL_SECONDS);
    }
    try (RealRegistry nacos = new RealNacos()) {
      run(bench, nacos, NACOS_SECONDS);
    }
  }

  private void run(Bench bench, RealRegistry registry, double goal) throws IOException {
    int services = bench.pick(10_000, 200);
    int times = bench.pick(50, 3);
    int port = FreePorts.next();
    Sizes sizes =
        new Sizes(
            name(), String.format(Locale.ROOT, "%,d services", services), ", " + registry.name());
    long begin = System.nanoTime();
    registry.fill(services - times, 1);
    for (int number = 0; number < times; number++) {
      registry.register(service(number), "stays", STAYS, port);
    }
    bench.add(sizes.figure("filling the registry", "s", Sample.of(secondsSince(begin))));
    GatewaySetup setup = GatewaySetup.of(registry.configuration()).sharded(SOURCES);
    try (BenchGateway gateway = bench.gateway("wholeway", setup)) {
      begin = System.nanoTime();
      gateway.start().awaitReady();
      bench.add(sizes.figure("gateway ready after", "s", Sample.of(secondsSince(begin))));
      try (ConnectedIstiod istiod = ConnectedIstiod.start(gateway);
          EnvoyServer envoy = EnvoyServer.start(istiod.server().grpcPort())) {
        bench.add(sizes.figure("istiod ready after", "s", Sample.of(istiod.readySeconds())));
        envoy.awaitReady();
        Latencies toClient = new Latencies();
        try (ClientSet watching =
            ClientSet.connect(
                List.of(gateway.wholePort()), 1, Protocol.DELTA_WITH_NAMES, toClient)) {
          Way way = new Way(registry, gateway, istiod, envoy, toClient, port);
          measure(bench, sizes, way, times, goal);
          Sample millis = Sample.of(toClient.await(LIMIT));
          String what = "registered to the response of the gateway";
          String of = "a part of the whole; " + watching.responses() + " responses";
          bench.add(sizes.figure(what + ", p50", "ms", millis).noted(of));
          bench.add(sizes.figure(what + ", p99", "ms", Sample.of(millis.percentile(99))));
        }
      }
    }
  }

  /**
   * The stages that a registration passes.
   *
   * @param toClient when a client of the gateway beside istiod sees it
   * @param port that all instances have
   */
  private record Way(
      RealRegistry registry,
      BenchGateway gateway,
      ConnectedIstiod istiod,
      EnvoyServer envoy,
      Latencies toClient,
      int port) {
    String host(int number) {
      return registry.host(service(number));
    }

    String cluster(int number) {
      return "outbound|" + port + "||" + host(number);
    }
  }

  private static String service(int number) {
    return "timed-" + number;
  }

  private static double secondsSince(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private static void measure(Bench bench, Sizes sizes, Way way, int times, double goal)
      throws IOException {
    List<Double> seconds = new ArrayList<>();
    Failures failures = new Failures();
    List<HttpInstance> instances = new ArrayList<>();
    try {
      instances.add(HttpInstance.start("stays", STAYS, way.port()));
      for (int number = 0; number < times; number++) {
        awaitAnswered(way, way.cluster(number));
      }
      boolean rested = settle(bench, way);
      // So that the times between registrations keep no step with what polls.
      Random random = new Random(8);
      for (int number = 0; number < times; number++) {
        Pause.of(Duration.ofMillis(500 + random.nextInt(1000)));
        HttpInstance next = HttpInstance.start("new", "127.0.1." + (number + 1), way.port());
        instances.add(next);
        seconds.add(time(way, number, next, failures));
      }
      report(bench, sizes, way, Sample.of(seconds), goal, failures, rested);
    } finally {
      instances.forEach(HttpInstance::close);
    }
  }

  private static void report(
      Bench bench,
      Sizes sizes,
      Way way,
      Sample seconds,
      double goal,
      Failures failures,
      boolean rested) {
    String note = way.registry().setup() + (rested ? "" : "; the gateway did not come to rest");
    bench.add(sizes.figure("registered to first request, p50", "s", seconds).noted(note));
    double p99 = seconds.percentile(99);
    bench.add(
        sizes
            .figure("registered to first request, p99", "s", Sample.of(p99))
            .with(Goal.atMost(p99, goal, "s"))
            .noted("of " + seconds.size() + " registrations, the registration itself included"));
    bench.add(
        sizes
            .figure("requests that failed meanwhile", "", Sample.of(failures.count))
            .noted("of " + failures.requests)
            .atMost(0));
  }

  /** Requests while waiting, and those among them that no instance answered. */
  private static final class Failures {
    private int requests;
    private int count;
  }

  /** Seconds from the call that registers an instance to the first request that it answers. */
  private static double time(Way way, int number, HttpInstance instance, Failures failures) {
    way.toClient().begin(way.registry().name() + "/" + way.host(number));
    long begin = System.nanoTime();
    way.registry().register(service(number), "new", instance.address(), way.port());
    while (instance.requests() == 0) {
      if (System.nanoTime() - begin > LIMIT.toNanos()) {
        throw new IllegalStateException(
            service(number) + ": no request (expected: within " + LIMIT + " of registration)");
      }
      failures.requests++;
      if (way.envoy().request(way.cluster(number), "/").status() != 200) {
        failures.count++;
      }
      Pause.of(Duration.ofMillis(1));
    }
    return secondsSince(begin);
  }

  private static void awaitAnswered(Way way, String cluster) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (way.envoy().request(cluster, "/").status() != 200) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(cluster + ": no answer (expected: within " + LIMIT + ")");
      }
      Pause.of(Duration.ofMillis(50));
    }
  }

  /**
   * Waits until nothing of the start is left to do. What a registry wants all the time, such as the
   * lists of Nacos, stays; so less than a third of a core is rest enough.
   */
  private static boolean settle(Bench bench, Way way) {
    way.istiod().server().awaitQuiet(Duration.ofMillis(500));
    return bench.effort() == Bench.Effort.QUICK
        || Rest.await(() -> usage(way), 0.33, Duration.ofSeconds(5), SETTLING);
  }

  private static ProcessUsage usage(Way way) {
    return way.gateway().usage();
  }
}
