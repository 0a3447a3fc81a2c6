package io.fairlead.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The machine that a run was made on. From {@code /proc}, so only on Linux.
 *
 * @param processor the CPU's model
 * @param cores how many the JVM may use
 * @param memoryBytes all of it
 * @param kernel the kernel's release
 * @param load the load average of the last minute when the run began: above 0.3 others were at work
 */
public record Machine(String processor, int cores, long memoryBytes, String kernel, double load) {
  /** Returns this one, now. */
  public static Machine here() {
    return of(
        read("cpuinfo"),
        read("meminfo"),
        read("sys/kernel/osrelease"),
        read("loadavg"),
        Runtime.getRuntime().availableProcessors());
  }

  static Machine of(String cpuinfo, String meminfo, String release, String loadavg, int cores) {
    return new Machine(
        field(cpuinfo, "model name"),
        cores,
        1024 * Long.parseLong(field(meminfo, "MemTotal").replaceAll("\\D", "")),
        release.strip(),
        Double.parseDouble(loadavg.strip().split(" ")[0]));
  }

  // Some processors have no name there.
  private static String field(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("not said");
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of("/proc", file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read /proc/" + file + " (expected: Linux)", e);
    }
  }
}
