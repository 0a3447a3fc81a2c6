package io.fairlead.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The objects of a JVM that survive a collection, as {@code jcmd PID GC.class_histogram} counts
 * them.
 *
 * @param bytes what they take
 * @param histogram how many there are of each class, the largest first
 */
public record LiveHeap(long bytes, String histogram) {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

  /** Has a JVM of this user collect its garbage, and counts what is left. */
  public static LiveHeap of(long pid) {
    String home =
        Optional.ofNullable(System.getenv("JAVA_HOME")).orElse(System.getProperty("java.home"));
    List<String> command =
        List.of(Path.of(home, "bin", "jcmd").toString(), Long.toString(pid), "GC.class_histogram");
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher total = TOTAL.matcher(text);
      if (process.waitFor() != 0 || !total.find()) {
        throw new IllegalStateException(String.join(" ", command) + " failed: " + text);
      }
      return new LiveHeap(Long.parseLong(total.group(1)), text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
