package io.fairlead.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes things within a time, whatever they do: each by a daemon thread of its own, which is left
 * behind if the time is over. An adapter may be one that was dropped in, or wait for a file system
 * that does not answer, and a stop must not depend on it. Thread-safe.
 */
public final class Closing {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  private final String name;
  private final CountDownLatch done = new CountDownLatch(1);

  private Closing(String name) {
    this.name = name;
  }

  private static Closing begin(String name, AutoCloseable part) {
    Closing closing = new Closing(name);
    Thread thread = new Thread(() -> closing.run(part), "close " + name);
    thread.setDaemon(true);
    thread.start();
    return closing;
  }

  private void run(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("{}: did not close in order", name, e);
    } finally {
      done.countDown();
    }
  }

  /**
   * Closes one thing.
   *
   * @param name for the log
   * @return whether it ended in time, be it with a failure, which is logged
   */
  public static boolean within(Duration limit, String name, AutoCloseable part) {
    return within(limit, Map.of(name, part));
  }

  /**
   * Closes several things at a time, which share one limit.
   *
   * @param parts by their names for the log
   * @return whether all of them ended in time
   */
  public static boolean within(Duration limit, Map<String, ? extends AutoCloseable> parts) {
    long deadline = System.nanoTime() + limit.toNanos();
    List<Closing> begun = new ArrayList<>();
    parts.forEach((name, part) -> begun.add(begin(name, part)));
    boolean all = true;
    for (Closing closing : begun) {
      all &= closing.await(deadline, limit);
    }
    return all;
  }

  private boolean await(long deadline, Duration limit) {
    try {
      if (done.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return true;
      }
      LOG.warn("{}: did not close within {} s and is left behind", name, limit.toSeconds());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }
}
