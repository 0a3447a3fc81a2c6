package io.fairlead.bench;

import io.fairlead.bench.report.Machine;
import io.fairlead.bench.report.Report;
import io.fairlead.bench.scenario.Bench;
import io.fairlead.bench.scenario.Scenario;
import io.fairlead.bench.scenario.Scenarios;
import io.fairlead.harness.Binaries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs scenarios and writes the report: what {@code scripts/bench} calls. */
public final class Main {
  private Main() {}

  /**
   * Exits with 0 if every scenario ran to its end, whatever the figures; with 2 for an unknown
   * scenario.
   *
   * @param arguments {@code --quick}, and names of scenarios; none: all
   */
  public static void main(String[] arguments) throws IOException {
    Set<String> wanted =
        Arrays.stream(arguments)
            .filter(argument -> !argument.startsWith("--"))
            .collect(Collectors.toCollection(TreeSet::new));
    boolean quick = List.of(arguments).contains("--quick");
    List<Scenario> chosen =
        Scenarios.all().stream()
            .filter(
                scenario ->
                    wanted.isEmpty()
                        || wanted.contains(scenario.name())
                        || wanted.contains(scenario.group()))
            .toList();
    Set<String> unknown = new TreeSet<>(wanted);
    Scenarios.all().forEach(it -> unknown.removeAll(List.of(it.name(), it.group())));
    if (!unknown.isEmpty()) {
      System.err.println("bench: no scenario " + unknown + " (expected: some of " + names() + ")");
      System.exit(2);
    }
    System.exit(run(chosen, quick ? Bench.Effort.QUICK : Bench.Effort.FULL) ? 0 : 1);
  }

  private static String names() {
    return Scenarios.all().stream()
        .flatMap(scenario -> Stream.of(scenario.group(), scenario.name()))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static boolean run(List<Scenario> scenarios, Bench.Effort effort) throws IOException {
    Path folder = Binaries.root().resolve("target/bench");
    Report report = new Report(Instant.now(), Machine.here(), versions(effort));
    Bench bench = new Bench(report, effort, folder.resolve("work"), System.out);
    for (Scenario scenario : scenarios) {
      System.out.println("bench: " + scenario.name());
      long begin = System.nanoTime();
      try {
        scenario.run(bench);
      } catch (IOException | RuntimeException | AssertionError e) {
        // The others still have something to say.
        String reason = Failure.reason(e);
        Path trace = Failure.write(folder, scenario.name(), e);
        report.failed(scenario.name(), reason);
        System.err.println("bench: " + scenario.name() + " failed: " + reason + "; see " + trace);
      }
      report.took(scenario.name(), (System.nanoTime() - begin) / 1e9);
      report.write(folder);
    }
    Bench.delete(bench.work());
    System.out.println("bench: " + folder.resolve("report.md"));
    return report.isComplete();
  }

  private static Map<String, String> versions(Bench.Effort effort) throws IOException {
    Map<String, String> versions = new TreeMap<>();
    versions.put(
        "JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    versions.put("fairlead", System.getProperty("fairlead.commit", "not said"));
    versions.put("effort", effort.name());
    Path servers = Binaries.folder();
    if (Files.isDirectory(servers)) {
      try (Stream<Path> files = Files.list(servers)) {
        versions.put(
            "servers",
            files
                .map(file -> String.valueOf(file.getFileName()))
                .filter(name -> !name.startsWith("."))
                .sorted()
                .collect(Collectors.joining(", ")));
      }
    }
    return versions;
  }
}
