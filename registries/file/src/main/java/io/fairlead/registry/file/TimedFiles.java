package io.fairlead.registry.file;

import io.fairlead.registry.RegularFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the file system, and waits for a limited time only. A mounted share whose server is gone and
 * a pipe that nobody writes to keep a thread for as long as they like, and nothing can call it
 * back. So a thread of its own asks, {@code file-REGISTRY-read}; one that does not come back is
 * left behind, and what it was asked about is not asked again before it does.
 *
 * <p>Confined to the adapter's thread, but for {@link #close()}, which any thread may call and
 * which ends a question at once.
 */
final class TimedFiles implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  // Each is a thread that can only wait.
  private static final int MAX_LEFT_BEHIND = 8;

  private final String registry;
  private final long limitNanos;
  // Threads that did not come back, by what they were asked about.
  private final Map<Path, Thread> leftBehind = new HashMap<>();
  // Guarded by this.
  private @Nullable ExecutorService executor;
  private @Nullable CompletableFuture<?> asked;
  private boolean closed;

  private volatile @Nullable Thread thread;

  TimedFiles(String registry) {
    this(registry, LIMIT);
  }

  /**
   * @param limit how long an answer is waited for
   */
  TimedFiles(String registry, Duration limit) {
    this.registry = registry;
    this.limitNanos = limit.toNanos();
  }

  /** Lists all services files. */
  Listing list(Path top) throws IOException {
    return ask(top, () -> Listing.of(top));
  }

  /** The stamp of a regular file. */
  Stamp stamp(Path file) throws IOException {
    return ask(file, () -> Stamp.of(file));
  }

  /** Reads a regular file, which may have as many bytes as a services file. */
  byte[] read(Path file) throws IOException {
    return ask(file, () -> RegularFile.read(file, YamlCursor.MOST_BYTES));
  }

  /**
   * Asks something else.
   *
   * @param about what it is about, for the error
   * @throws FileSystemException if there was no answer in time
   */
  <T> T ask(Path about, Callable<T> question) throws IOException {
    leftBehind.values().removeIf(one -> !one.isAlive());
    if (leftBehind.containsKey(about) || leftBehind.size() >= MAX_LEFT_BEHIND) {
      throw silent(about);
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    begin(question, answer);
    try {
      return answer.get(limitNanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      leaveBehind(about);
      throw silent(about);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IOException(about + ": " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException ended = new InterruptedIOException(about + ": interrupted");
      ended.initCause(e);
      throw ended;
    }
  }

  private synchronized <T> void begin(Callable<T> question, CompletableFuture<T> answer) {
    if (closed) {
      answer.completeExceptionally(new IOException("closed"));
      return;
    }
    asked = answer;
    if (executor == null) {
      executor = Executors.newSingleThreadExecutor(this::newThread);
    }
    executor.execute(
        () -> {
          try {
            answer.complete(question.call());
          } catch (Throwable e) {
            answer.completeExceptionally(e);
          }
        });
  }

  private Thread newThread(Runnable work) {
    Thread started = new Thread(work, "file-" + registry + "-read");
    started.setDaemon(true);
    thread = started;
    return started;
  }

  private synchronized void leaveBehind(Path about) {
    if (thread != null) {
      leftBehind.put(about, thread);
    }
    if (executor != null) {
      // It ends once it comes back.
      executor.shutdownNow();
      executor = null;
    }
  }

  private static IOException silent(Path about) {
    return new FileSystemException(
        about.toString(),
        null,
        "no answer (expected: a file system that answers; look at the mount, or at who writes to a"
            + " pipe)");
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (executor != null) {
      executor.shutdownNow();
    }
    if (asked != null) {
      asked.completeExceptionally(new IOException("closed"));
    }
  }
}
