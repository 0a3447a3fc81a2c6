package io.fairlead.files;

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
 * Access to the file system with a time limit. A mounted share whose server is gone, or a pipe that
 * nobody writes to, can block a thread for ever, and nothing can end such a call. So a thread of
 * its own, {@code file-NAME-read}, makes the calls; one that does not return is left behind, and
 * the path it is blocked on is not accessed again until it does.
 *
 * <p>Confined to the adapter's thread, except {@link #close()}, which any thread may call and which
 * ends a pending call at once.
 */
public final class TimedFiles implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  // Each is a blocked thread.
  private static final int MAX_LEFT_BEHIND = 8;

  private final String name;
  private final long limitNanos;
  // Threads that did not return, by the path they are blocked on.
  private final Map<Path, Thread> leftBehind = new HashMap<>();
  // Guarded by this.
  private @Nullable ExecutorService executor;
  private @Nullable CompletableFuture<?> asked;
  private boolean closed;

  private volatile @Nullable Thread thread;

  public TimedFiles(String name) {
    this(name, LIMIT);
  }

  /**
   * @param limit the longest wait for an answer
   */
  public TimedFiles(String name, Duration limit) {
    this.name = name;
    this.limitNanos = limit.toNanos();
  }

  /** Lists all YAML files. */
  public Listing list(Path top) throws IOException {
    return ask(top, () -> Listing.of(top));
  }

  /** Returns the stamp of a regular file. */
  public Stamp stamp(Path file) throws IOException {
    return ask(file, () -> Stamp.of(file));
  }

  /** Reads a regular file of at most so many bytes. */
  public byte[] read(Path file, int maxBytes) throws IOException {
    return ask(file, () -> RegularFile.read(file, maxBytes));
  }

  /**
   * Makes another call of the file system.
   *
   * @param about the path, for the error
   * @throws FileSystemException if there was no answer in time
   */
  public <T> T ask(Path about, Callable<T> question) throws IOException {
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
    Thread started = new Thread(work, "file-" + name + "-read");
    started.setDaemon(true);
    thread = started;
    return started;
  }

  private synchronized void leaveBehind(Path about) {
    if (thread != null) {
      leftBehind.put(about, thread);
    }
    if (executor != null) {
      // Its thread ends once its call returns.
      executor.shutdownNow();
      executor = null;
    }
  }

  private static IOException silent(Path about) {
    return new FileSystemException(
        about.toString(),
        null,
        "no answer (expected: a file system that answers; check the mount, or the writer of a"
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
