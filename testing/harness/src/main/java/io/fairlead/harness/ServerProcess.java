package io.fairlead.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server running as a process of its own, its output kept line by line. The process ends with
 * {@link #close()}, and with this JVM at the latest. Thread-safe.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
  private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final Thread reader;
  private final Thread hook;
  // Guarded by itself; waiters are notified of each line and of the end.
  private final List<String> lines = new ArrayList<>();

  private ServerProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.reader = new Thread(this::read, name + "-output");
    this.hook = new Thread(process::destroyForcibly, name + "-hook");
    reader.setDaemon(true);
    reader.start();
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a command.
   *
   * @param name for messages and thread names
   * @param directory the working directory
   * @param environment added to this process's environment
   * @param command the executable and its arguments
   */
  public static ServerProcess start(
      String name, Path directory, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      LOG.debug("{}: {}", name, command);
      return new ServerProcess(name, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name + ": " + command, e);
    }
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        LOG.trace("{}: {}", name, line);
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      LOG.debug("{}: output closed", name, e);
    } finally {
      synchronized (lines) {
        lines.notifyAll();
      }
    }
  }

  /**
   * Returns the number of lines written so far: a mark for {@link #linesSince} and {@link
   * #awaitLine}.
   */
  public int mark() {
    synchronized (lines) {
      return lines.size();
    }
  }

  /** Returns the lines written since a mark. */
  public List<String> linesSince(int mark) {
    synchronized (lines) {
      return List.copyOf(lines.subList(mark, lines.size()));
    }
  }

  /** Returns the first line containing {@code text}, from the beginning; waits for it. */
  public String awaitLine(String text, Duration limit) {
    return awaitLine(0, line -> line.contains(text), "'" + text + "'", limit);
  }

  /**
   * Returns the first line since {@code mark} that passes; waits for it.
   *
   * @throws AssertionError with the end of the output, if it does not come within the limit or the
   *     process ends
   */
  public String awaitLine(int mark, Predicate<String> test, String what, Duration limit) {
    return findLine(mark, test, limit)
        .orElseThrow(
            () ->
                new AssertionError(
                    name
                        + (isAlive() ? " did not write" : " ended")
                        + " (expected: a line with "
                        + what
                        + " within "
                        + limit
                        + "); its last lines:\n"
                        + lastLines()));
  }

  /**
   * Returns the first line since {@code mark} that passes; empty if none comes within the limit or
   * before the process ends.
   */
  public Optional<String> findLine(int mark, Predicate<String> test, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    int seen = mark;
    synchronized (lines) {
      while (true) {
        for (; seen < lines.size(); seen++) {
          if (test.test(lines.get(seen))) {
            return Optional.of(lines.get(seen));
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        boolean ended = !process.isAlive() && !reader.isAlive();
        if (left <= 0 || ended) {
          return Optional.empty();
        }
        try {
          lines.wait(Math.min(left, 200));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("interrupted while waiting for " + name, e);
        }
      }
    }
  }

  private String lastLines() {
    synchronized (lines) {
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }
  }

  /** Returns the process id, for measuring it. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it as {@code kill -9} does and waits for the end. */
  public void kill() {
    process.destroyForcibly();
    await(Duration.ofSeconds(10));
  }

  /** Sends it a signal, such as {@code STOP}. */
  void signal(String name) {
    try {
      int status = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill -" + name + " of " + this.name + ": " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("kill -" + name + " of " + this.name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Asks it to end (SIGTERM), waits ten seconds, then kills it. */
  public void stop() {
    process.destroy();
    if (!await(Duration.ofSeconds(10))) {
      kill();
    }
  }

  /**
   * Waits for its end, and then for the end of its output: what it wrote last may come later than
   * its end. Another process that inherited the output can keep it open, so that wait is bounded.
   */
  public boolean await(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return false;
      }
      reader.join(OUTPUT_LIMIT.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Returns its exit code; only after its end. */
  public int exitCode() {
    return process.exitValue();
  }

  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.trace("{}: the JVM is ending already", name, e);
    }
  }
}
