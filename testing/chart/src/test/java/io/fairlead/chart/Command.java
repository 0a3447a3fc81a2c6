package io.fairlead.chart;

import io.fairlead.harness.Binaries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The end of a command that ran.
 *
 * @param exitCode 0 if it was done
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record Command(int exitCode, String out, String err) {
  private static final long LIMIT_SECONDS = 120;

  /** Runs a command at the project's root, with an input, and waits for its end. */
  static Command run(Map<String, String> environment, String input, List<String> command) {
    try {
      Path folder = Files.createTempDirectory("fairlead-command-");
      Path in = Files.writeString(folder.resolve("in"), input);
      Path out = folder.resolve("out");
      Path err = folder.resolve("err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(Binaries.root().toFile())
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + ": did not end; said: " + text(out) + text(err));
      }
      Command ended = new Command(process.exitValue(), text(out), text(err));
      for (Path file : List.of(in, out, err, folder)) {
        Files.delete(file);
      }
      return ended;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in " + command, e);
    }
  }

  /** Runs the gateway's command. */
  static Command fairlead(String... arguments) {
    String java = System.getenv("JAVA_HOME");
    return run(
        Map.of("JAVA_HOME", java == null ? System.getProperty("java.home") : java),
        "",
        with(
            List.of(Binaries.root().resolve("target/fairlead/bin/fairlead").toString()),
            arguments));
  }

  /** Returns a command with more arguments. */
  static List<String> with(List<String> command, String... arguments) {
    return java.util.stream.Stream.concat(command.stream(), java.util.Arrays.stream(arguments))
        .toList();
  }

  /** Returns its output; it must have been done. */
  String done() {
    if (exitCode != 0) {
      throw new AssertionError("exit code " + exitCode + " (expected: 0): " + out + err);
    }
    return out;
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
