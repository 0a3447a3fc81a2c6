package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient;
import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.registry.RealConsul;
import io.fairlead.bench.registry.RealConsul.Transport;
import io.fairlead.bench.registry.RealEureka;
import io.fairlead.bench.registry.RealNacos;
import io.fairlead.bench.registry.RealRegistry;
import io.fairlead.bench.registry.RealZooKeeper;
import io.fairlead.bench.report.Goal;
import io.fairlead.bench.report.Sample;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.Pause;
import io.fairlead.harness.ProcessUsage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * A scenario that measures a gateway behind one real registry: the first answer after a cold start,
 * what it asks and takes at rest and under changes, and how long changes take to a client.
 */
final class RegistryScenario implements Scenario {
  private static final String GROUP = "registries";
  private static final int INSTANCES = 10;
  private static final int PER_SECOND = 100;
  private static final int PORT = 8080;
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final double MEGABYTE = 1e6;
  private static final double MAX_MEGABYTES = 300;
  // The default batching: a change that comes alone goes out at once, others wait for a quiet time
  // of at most a second.
  private static final double QUIET_MILLIS = 100;
  private static final double CEILING_MILLIS = 1000;
  // Measured with 10,000 x 10 in Nacos 3.1.0: docs/registries.md.
  private static final String PEERS = "others behind Nacos: 19,000 ms, and 5,000 to 7,500 ms; ";

  private final String registry;
  private final Function<Bench, RealRegistry> server;
  private final double delayMillis;
  private final double newMillis;

  /**
   * @param registry its name in that of the scenario
   * @param delayMillis what a change may take beside the batching: the server's own delay, and the
   *     adapter's
   * @param newMillis after what time a new service should be visible
   */
  private RegistryScenario(
      String registry, Function<Bench, RealRegistry> server, double delayMillis, double newMillis) {
    this.registry = registry;
    this.server = server;
    this.delayMillis = delayMillis;
    this.newMillis = newMillis;
  }

  /** Returns one for each registry that there is an adapter for. */
  static List<Scenario> all() {
    return List.of(
        new RegistryScenario("consul", bench -> new RealConsul(), 150, 1000),
        // Most services are compared, not watched: docs/registries.md says what that costs.
        new RegistryScenario("consul-http", bench -> new RealConsul(Transport.HTTP), 2000, 1000),
        new RegistryScenario("nacos", bench -> new RealNacos(), 600, 1000),
        new RegistryScenario(
            "nacos2", bench -> new RealNacos(NacosServer.Generation.NACOS_2), 600, 1000),
        new RegistryScenario(
            "eureka",
            bench -> new RealEureka(Duration.ofSeconds(bench.pick(30, 1))),
            31_000,
            31_000),
        new RegistryScenario("zookeeper", bench -> new RealZooKeeper(), 100, 1000));
  }

  @Override
  public String name() {
    return GROUP + "-" + registry;
  }

  @Override
  public String group() {
    return GROUP;
  }

  @Override
  public void run(Bench bench) throws IOException {
    int services = bench.pick(10_000, 200);
    try (RealRegistry real = server.apply(bench)) {
      Sizes sizes = new Sizes(name(), Bench.size(services, INSTANCES), "");
      long begin = System.nanoTime();
      real.fill(services, INSTANCES);
      bench.add(sizes.figure("filling the registry", "s", secondsSince(begin)).noted(real.setup()));
      try (BenchGateway gateway = bench.gateway(name(), GatewaySetup.of(real.configuration()))) {
        bench.add(sizes.figure("first complete answer, no store", "s", start(gateway, services)));
        bench.settle(gateway);
        new Run(bench, sizes, real, gateway, services).measure();
      }
    }
  }

  /** Returns seconds from the start of the process to the first answer, which has everything. */
  private static Sample start(BenchGateway gateway, int services) throws IOException {
    Awaited responses = new Awaited();
    gateway.start().awaitListening();
    try (LeanClient client =
        LeanClient.connect(gateway.ports().get(0), Protocol.STATE, responses)) {
      int resources = responses.next(response -> true, LIMIT).resources();
      if (resources < services) {
        throw new IllegalStateException(
            "first answer: " + resources + " resources (expected: at least " + services + ")");
      }
      return secondsSince(gateway.startedNanos());
    }
  }

  private static Sample secondsSince(long begin) {
    return Sample.of((System.nanoTime() - begin) / 1e9);
  }

  /** One run with a gateway that has read everything. Each change is in another service. */
  private final class Run {
    private final Bench bench;
    private final Sizes sizes;
    private final RealRegistry real;
    private final BenchGateway gateway;
    private final int services;
    private final Latencies latencies = new Latencies();
    private int changed;

    Run(Bench bench, Sizes sizes, RealRegistry real, BenchGateway gateway, int services) {
      this.bench = bench;
      this.sizes = sizes;
      this.real = real;
      this.gateway = gateway;
      this.services = services;
    }

    void measure() throws IOException {
      try (ClientSet clients =
          ClientSet.connect(gateway.ports(), 1, Protocol.DELTA_WITH_NAMES, latencies)) {
        bench.settle(gateway);
        load("at rest", () -> Pause.of(Duration.ofSeconds(bench.pick(30, 1))));
        // For code that is not compiled yet.
        Pace.run(bench.pick(500, 10), PER_SECOND, number -> change());
        latencies.await(LIMIT);
        isolated();
        busy();
        newServices();
        double resident = gateway.usage().residentBytes() / MEGABYTE;
        bench.add(
            sizes
                .figure("RSS under changes", "MB", Sample.of(resident))
                .with(Goal.atMost(resident, MAX_MEGABYTES, "MB")));
        rest();
        figure("RSS at rest", gateway.usage().residentBytes());
        figure("RSS, peak of the start included", gateway.usage().peakResidentBytes());
        bench.add(
            sizes
                .figure("responses", "", Sample.of(clients.responses()))
                .noted("to one incremental client"));
      }
    }

    // The gateway gives back what a load took once little has changed for 4 to 8 s.
    private void rest() {
      Pause.of(Duration.ofSeconds(bench.pick(12, 0)));
    }

    private void figure(String what, long bytes) {
      bench.add(sizes.figure(what, "MB", Sample.of(bytes / MEGABYTE)));
    }

    private void change() {
      register("filler-" + changed, "10.95." + changed / 250 % 250 + "." + (changed % 250 + 1));
      changed = (changed + 1) % services;
    }

    private void register(String service, String address) {
      latencies.begin(real.name() + "/" + real.host(service));
      real.register(service, "more", address, PORT);
    }

    // At times that keep no step with what polls.
    private void isolated() throws IOException {
      Random random = new Random(14);
      for (int number = 0; number < bench.pick(60, 3); number++) {
        change();
        Pause.of(Duration.ofMillis(bench.pick(400, 20) + random.nextInt(bench.pick(600, 20))));
      }
      latencies("change alone to client", QUIET_MILLIS + delayMillis, peers());
    }

    private void busy() throws IOException {
      int changes = PER_SECOND * bench.pick(60, 1);
      load("100 changes a second", () -> Pace.run(changes, PER_SECOND, number -> change()));
      latencies("change to client, 100 a second", CEILING_MILLIS + delayMillis, peers());
    }

    private void newServices() throws IOException {
      Random random = new Random(15);
      for (int number = 0; number < bench.pick(20, 2); number++) {
        register("new-" + number, "10.94.0." + (number + 1));
        Pause.of(Duration.ofMillis(bench.pick(400, 20) + random.nextInt(bench.pick(600, 20))));
      }
      latencies("new service to client", newMillis, "");
    }

    private void latencies(String what, double goal, String note) {
      List<Double> millis = latencies.await(LIMIT);
      Sample sample = Sample.of(millis);
      bench.add(sizes.figure(what + ", p50", "ms", sample).noted("of " + millis.size()));
      double p99 = sample.percentile(99);
      bench.add(
          sizes
              .figure(what + ", p99", "ms", Sample.of(p99))
              .with(Goal.atMost(p99, goal, "ms"))
              .noted(note + "the registration itself included"));
    }

    private String peers() {
      return registry.startsWith("nacos") ? PEERS : "";
    }

    /** An action that takes a while, during which the load is measured. */
    private interface Meanwhile {
      void run() throws IOException;
    }

    private void load(String when, Meanwhile meanwhile) throws IOException {
      double reads = reads();
      ProcessUsage gatewayBefore = gateway.usage();
      ProcessUsage registryBefore = ProcessUsage.of(real.pid());
      long begin = System.nanoTime();
      meanwhile.run();
      double seconds = (System.nanoTime() - begin) / 1e9;
      bench.add(
          sizes.figure(
              "CPU of the gateway, " + when,
              "cores",
              cores(gateway.usage(), gatewayBefore, seconds)));
      bench.add(
          sizes.figure(
              "CPU of the registry, " + when,
              "cores",
              cores(ProcessUsage.of(real.pid()), registryBefore, seconds)));
      bench.add(
          sizes
              .figure("requests a second, " + when, "", Sample.of((reads() - reads) / seconds))
              .noted("that the registry answered at once; those that wait for a change left out"));
    }

    private static Sample cores(ProcessUsage now, ProcessUsage before, double seconds) {
      return Sample.of(now.cpuSince(before).toNanos() / 1e9 / seconds);
    }

    private double reads() throws IOException {
      return gateway
          .metrics()
          .sum("fairlead_registry_read_duration_seconds_count", "registry", real.name());
    }
  }
}
