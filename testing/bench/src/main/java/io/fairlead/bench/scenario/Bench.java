package io.fairlead.bench.scenario;

import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Report;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The environment of a scenario. Confined to the thread that runs the scenarios.
 *
 * @param report where figures go
 * @param effort how much is done
 * @param work a folder on a real disk for what scenarios write
 * @param out where progress is told
 */
public record Bench(Report report, Effort effort, Path work, PrintStream out) {
  // A quick run is made of starts.
  private static final String COMPILE_LITTLE = "-XX:TieredStopAtLevel=1";

  /** The size of a run. */
  public enum Effort {
    /** The real sizes. */
    FULL,
    /** Small sizes: shows that the benchmarks work; its figures say nothing. */
    QUICK
  }

  /** Returns one number for a real run, another for a quick one. */
  public int pick(int full, int quick) {
    return effort == Effort.FULL ? full : quick;
  }

  /** Hands over a figure. */
  public void add(Figure figure) {
    report.add(figure);
    out.println(Report.line(figure));
  }

  /** Returns a folder of that name, empty. */
  public Path fresh(String name) throws IOException {
    Path folder = work.resolve(name);
    delete(folder);
    return Files.createDirectories(folder);
  }

  /** Returns a gateway in a fresh folder of that name; not started. */
  public BenchGateway gateway(String name, GatewaySetup setup) throws IOException {
    return new BenchGateway(
        fresh(name), effort == Effort.QUICK ? setup.java(COMPILE_LITTLE) : setup);
  }

  /** Waits until a gateway has nothing left to do; a quick run does not. */
  void settle(BenchGateway gateway) {
    if (effort == Effort.FULL) {
      StartScenario.awaitQuiet(gateway);
    }
  }

  /**
   * Returns how long a process is watched at rest, so that this can be taken off; not in a quick
   * run.
   */
  Duration rest() {
    return Duration.ofSeconds(pick(2, 0));
  }

  /** Removes a folder with all that is in it. */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** {@code 10,000 x 10}. */
  static String size(int services, int instances) {
    return String.format(Locale.ROOT, "%,d x %d", services, instances);
  }
}
