package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.TestReporter;

/**
 * Small and read-only disks to test on, which takes the right to mount. Without it the test that
 * asks for one is reported as aborted, with the reason. Confined to the test's thread.
 */
final class Mounts implements AutoCloseable {
  private static final String SMALL = "size=8m";

  private final TestReporter reporter;
  private final Deque<Path> mounted = new ArrayDeque<>();

  Mounts(TestReporter reporter) {
    this.reporter = reporter;
  }

  /** An empty disk of eight megabytes. */
  Path smallDisk(Path at) throws IOException {
    Files.createDirectory(at);
    mount(at, "-t", "tmpfs", "-o", SMALL, "none", at.toString());
    return at;
  }

  /** Makes a directory, with what is in it, a disk of its own. */
  void bind(Path at) throws IOException {
    mount(at, "--bind", at.toString(), at.toString());
  }

  /** Makes a directory, with what is in it, read-only. */
  void readOnly(Path at) throws IOException {
    bind(at);
    setReadOnly(at);
  }

  /** The same files once more, read-only, under another name. */
  Path readOnlyView(Path of, Path at) throws IOException {
    Files.createDirectory(at);
    mount(at, "--bind", of.toString(), at.toString());
    setReadOnly(at);
    return at;
  }

  void setReadOnly(Path at) throws IOException {
    assertThat(run("mount", "-o", "remount,bind,ro", at.toString())).isEmpty();
  }

  void setWritable(Path at) throws IOException {
    assertThat(run("mount", "-o", "remount,bind,rw", at.toString())).isEmpty();
  }

  private void mount(Path at, String... arguments) throws IOException {
    List<String> command = new java.util.ArrayList<>(List.of("mount"));
    command.addAll(List.of(arguments));
    String problem = run(command.toArray(new String[0]));
    if (!problem.isEmpty()) {
      reporter.publishEntry("not run", "mounting needs rights: " + problem);
      Assumptions.abort("mounting needs rights: " + problem);
    }
    mounted.push(at);
  }

  // What it said if it failed.
  private static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      return process.waitFor() == 0 ? "" : "exit " + process.exitValue() + ": " + said;
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    while (!mounted.isEmpty()) {
      try {
        assertThat(run("umount", mounted.pop().toString())).isEmpty();
      } catch (IOException e) {
        throw new AssertionError("a disk of the test is left mounted", e);
      }
    }
  }
}
