package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What single changes cost, each a commit of its own that every client has ACKed before the next.
 *
 * @param cpuMillis the gateway's CPU for each change, beyond what it uses at rest, one value a
 *     round
 * @param bytes that one client got for each change, one value a round
 */
record ChangeCost(List<Double> cpuMillis, List<Double> bytes) {
  // Above the quiet time of the batching, so that no change waits for the one before.
  private static final Duration APART = Duration.ofMillis(150);

  /**
   * Measures.
   *
   * @param rounds how often; the CPU's clock ticks every 10 ms, so a round needs many changes
   * @param changes in a round
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
      int edition = gateway.nextEdition();
      int next = 0;
      // The first round is for code that is not compiled yet.
      for (int round = -bench.pick(1, 0); round < rounds; round++) {
        bench.settle(gateway);
        CpuMeter meter = CpuMeter.begin(gateway::usage, bench.rest());
        long bytesBefore = set.bytes();
        for (int change = 0; change < changes; change++) {
          long responses = set.responses();
          if (next == services) {
            next = 0;
            edition = gateway.nextEdition();
          }
          gateway.change(next, next + 1, edition);
          next++;
          set.awaitOneEach(responses);
          Pause.of(APART);
        }
        double millis = meter.millis();
        if (round >= 0) {
          cpu.add(millis / changes);
          bytes.add((double) (set.bytes() - bytesBefore) / changes / clients);
        }
      }
    }
    return new ChangeCost(cpu, bytes);
  }
}
