package io.fairlead.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The resources that a process has used until one moment. From {@code /proc}, so only on Linux.
 *
 * @param cpu user and system time since its start; the kernel counts in steps of 10 ms
 * @param residentBytes memory it holds now
 * @param peakResidentBytes the most it ever held
 */
public record ProcessUsage(Duration cpu, long residentBytes, long peakResidentBytes) {

  /** Reads it for a running process. */
  public static ProcessUsage of(long pid) {
    Duration cpu =
        ProcessHandle.of(pid)
            .flatMap(process -> process.info().totalCpuDuration())
            .orElseThrow(
                () -> new IllegalStateException("pid: " + pid + " (expected: a running process)"));
    String status = read(Path.of("/proc", Long.toString(pid), "status"));
    return new ProcessUsage(cpu, kilobytes(status, "VmRSS:"), kilobytes(status, "VmHWM:"));
  }

  /** Returns the CPU time used since an earlier reading. */
  public Duration cpuSince(ProcessUsage earlier) {
    return cpu.minus(earlier.cpu);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + " (expected: Linux)", e);
    }
  }

  private static long kilobytes(String status, String field) {
    return status
            .lines()
            .filter(line -> line.startsWith(field))
            .map(line -> line.replaceAll("\\D", ""))
            .mapToLong(Long::parseLong)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(field + " is not in\n" + status))
        * 1024;
  }
}
