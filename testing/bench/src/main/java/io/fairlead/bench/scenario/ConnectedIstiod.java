package io.fairlead.bench.scenario;

import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.Pause;
import io.fairlead.harness.ProcessUsage;
import io.fairlead.harness.Push;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * A real istiod whose configuration comes from all sources of a gateway, and what it gets and does.
 * Confined to the thread that runs the scenarios.
 */
final class ConnectedIstiod implements AutoCloseable {
  private static final String VERSION = "1.27.0";
  private static final Duration LIMIT = Duration.ofMinutes(3);
  // istiod gathers for 100 ms before it pushes, and longer while more comes.
  private static final Duration QUIET = Duration.ofMillis(500);
  // Twice that after many changes, as the gateway gathers, too.
  private static final Duration ALL_PUSHED = Duration.ofSeconds(1);

  private final BenchGateway gateway;
  private final IstiodServer server;
  private final double readySeconds;

  private ConnectedIstiod(BenchGateway gateway, IstiodServer server, double readySeconds) {
    this.gateway = gateway;
    this.server = server;
    this.readySeconds = readySeconds;
  }

  /** Starts one and waits until it holds everything and serves proxies. */
  static ConnectedIstiod start(BenchGateway gateway) {
    long begin = System.nanoTime();
    IstiodServer server =
        IstiodServer.builder(VERSION).sources(gateway.sources()).forPlainEnvoy().start();
    try {
      server.awaitSynced(LIMIT);
      return new ConnectedIstiod(gateway, server, (System.nanoTime() - begin) / 1e9);
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  /** From the start of its process until it was ready. */
  double readySeconds() {
    return readySeconds;
  }

  /** Returns the server itself. */
  IstiodServer server() {
    return server;
  }

  /** Waits until it has pushed all it had to, and until it does next to nothing. */
  void settle(Bench bench) {
    server.awaitQuiet(QUIET);
    if (bench.effort() == Bench.Effort.FULL
        && !Rest.await(server::usage, 0.05, Duration.ofSeconds(1), LIMIT)) {
      throw new IllegalStateException("istiod: busy (expected: at rest within " + LIMIT + ")");
    }
  }

  /**
   * The cost of something, until istiod has pushed it.
   *
   * @param cpuMillis of istiod, beyond what it uses at rest
   * @param bytes of all responses of the gateway
   * @param commits of the gateway
   * @param pushes of istiod
   * @param fullPushes those among them that were for every proxy
   */
  record Cost(double cpuMillis, double bytes, double commits, double pushes, double fullPushes) {
    /** Returns the same without bytes that somebody else got. */
    Cost lessBytes(double others) {
      return new Cost(cpuMillis, bytes - others, commits, pushes, fullPushes);
    }
  }

  /** An operation that changes services. */
  @FunctionalInterface
  interface Changes {
    void run() throws IOException;
  }

  /**
   * Measures what changes cost, from rest to rest.
   *
   * @param changes makes them; returns when istiod has had the last, or soon after it was made
   */
  Cost measure(Bench bench, Changes changes) throws IOException {
    settle(bench);
    CpuMeter meter = CpuMeter.begin(server::usage, Duration.ofSeconds(bench.pick(5, 0)));
    int mark = server.mark();
    double bytes = sent("fairlead_response_bytes_total");
    double commits = sent("fairlead_commits_total");
    changes.run();
    server.awaitPush(mark);
    server.awaitQuiet(ALL_PUSHED);
    double millis = meter.millis();
    List<Push> pushes = server.pushesSince(mark);
    return new Cost(
        millis,
        sent("fairlead_response_bytes_total") - bytes,
        sent("fairlead_commits_total") - commits,
        pushes.size(),
        pushes.stream().filter(Push::isFull).count());
  }

  private double sent(String metric) throws IOException {
    return gateway.metrics().sum(metric);
  }

  /** Changes one service, as {@link #change(Changes)} does. */
  void change(int service, int edition) throws IOException {
    change(() -> gateway.change(service, service + 1, edition));
  }

  /** Makes one change and waits until it was pushed, and until istiod would push the next alone. */
  void change(Changes one) throws IOException {
    int mark = server.mark();
    one.run();
    server.awaitPush(mark);
    Pause.of(QUIET);
  }

  /** Returns what its process has used until now. */
  ProcessUsage usage() {
    return server.usage();
  }

  @Override
  public void close() {
    server.close();
  }
}
