package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.harness.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The cost of single changes, each a commit of its own that every client has ACKed before the next.
 *
 * @param cpuMillis the gateway's CPU for each change, beyond what it uses at rest, one value a
 *     round
 * @param bytes that one client got for each change, one value a round
 */
record ChangeCost(List<Double> cpuMillis, List<Double> bytes) {
  /** The batching under which each change is a commit of its own although they come fast. */
  static final String BATCHING = "{quiet: 1ms, max: 5ms}";

  // Above the quiet time of the batching, so that no change waits for the one before.
  private static final Duration APART = Duration.ofMillis(10);
  // Until the compiler is done with what one change runs through; its processor time counts, too.
  // (After 2,000 changes half of all processor time still was the compiler's, after 20,000 3 %.)
  private static final int WARM_UP = 10_000;
  private static final Duration MAX_WARM_UP = Duration.ofSeconds(20);
  // Where many clients get everything again for each change, fewer have to do.
  private static final Duration MAX_TIME = Duration.ofSeconds(8);

  /**
   * Measures.
   *
   * @param rounds how often; the CPU's clock ticks every 10 ms, so a round needs many changes
   * @param changes in a round, at most
   */
  static ChangeCost measure(
      Bench bench,
      BenchGateway gateway,
      LeanClient.Protocol protocol,
      int clients,
      int services,
      int rounds,
      int changes)
      throws IOException {
    List<Double> cpu = new ArrayList<>();
    List<Double> bytes = new ArrayList<>();
    try (ClientSet set = ClientSet.connect(gateway.ports(), clients, protocol)) {
      Changer changer = new Changer(gateway, set, services);
      changer.change(bench.pick(WARM_UP, changes), Duration.ZERO, MAX_WARM_UP);
      for (int round = 0; round < rounds; round++) {
        bench.settle(gateway);
        CpuMeter meter = CpuMeter.begin(gateway::usage, bench.rest());
        long bytesBefore = set.bytes();
        int made = changer.change(changes, APART, MAX_TIME);
        cpu.add(meter.millis() / made);
        bytes.add((double) (set.bytes() - bytesBefore) / made / clients);
      }
    }
    return new ChangeCost(cpu, bytes);
  }

  /** Changes one service after the other, and begins anew behind the last. */
  private static final class Changer {
    private final BenchGateway gateway;
    private final ClientSet set;
    private final int services;
    private int edition;
    private int next;

    Changer(BenchGateway gateway, ClientSet set, int services) {
      this.gateway = gateway;
      this.set = set;
      this.services = services;
      this.edition = gateway.nextEdition();
    }

    int change(int changes, Duration apart, Duration longest) throws IOException {
      long begin = System.nanoTime();
      for (int change = 0; change < changes; change++) {
        if (System.nanoTime() - begin > longest.toNanos()) {
          return change;
        }
        long responses = set.responses();
        if (next == services) {
          next = 0;
          edition = gateway.nextEdition();
        }
        gateway.change(next, next + 1, edition);
        next++;
        set.awaitOneEach(responses);
        Pause.of(apart);
      }
      return changes;
    }
  }
}
