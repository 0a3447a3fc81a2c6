package io.fairlead.configs.consul;

import io.fairlead.common.Backoff;
import io.fairlead.common.Durations;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A config source that mirrors the keys below a prefix of Consul's key-value store, by one query
 * that waits for a change and has all of them at one index. So what was written in one transaction
 * is one change.
 *
 * <p>An index that went back means that Consul was set back to a snapshot or built anew: what is
 * missing then is kept for a while, since somebody may be about to write it again.
 *
 * <p>One thread, {@code configs-NAME}, asks and calls the sink; it owns all state except {@code
 * thread}, which {@code this} guards.
 */
final class ConsulConfigSource implements ConfigSource {
  private static final Logger LOG = LoggerFactory.getLogger(ConsulConfigSource.class);
  private static final Duration MAX_CLOSING = Duration.ofSeconds(5);
  // A prefix that is written all the time wakes the query each time; each answer is all of it.
  private static final Duration MIN_INTERVAL = Duration.ofMillis(200);
  private static final Duration KEEPING_INTERVAL = Duration.ofSeconds(1);

  private final String name;
  private final ConsulSourceConfiguration configuration;
  private final ConfigSink sink;
  private final KeysClient client;
  private final CountDownLatch closing = new CountDownLatch(1);

  // Of the last report; null before the first and after one that failed.
  private @Nullable Map<String, ConfigDocument> reported;
  // Of the last answer that was believed, whatever failed since.
  private long lastIndex;
  // What the next query waits with; 0 to have an answer at once.
  private long index;
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15), new SplittableRandom());
  // Monotonic; until then nothing is removed. Null: nothing is kept.
  private @Nullable Long keepUntil;

  private @Nullable Thread thread;

  ConsulConfigSource(ConfigSourceContext context, ConsulSourceConfiguration configuration) {
    this.name = context.name();
    this.sink = context.sink();
    this.configuration = configuration;
    this.client = new KeysClient(configuration);
  }

  @Override
  public synchronized void start() {
    if (closing.getCount() == 0 || thread != null) {
      throw new IllegalStateException("config source " + name + ": started twice or after its end");
    }
    Thread started = new Thread(this::run, "configs-" + name);
    started.setDaemon(true);
    thread = started;
    started.start();
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closing.countDown();
      running = thread;
    }
    client.cancel();
    if (running == null || running.equals(Thread.currentThread())) {
      return;
    }
    // Outside the lock, because a call of the sink may be under way.
    try {
      running.join(MAX_CLOSING.toMillis());
      if (running.isAlive()) {
        LOG.warn("config source {}: its thread did not end and is left behind", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      Duration pause = Duration.ZERO;
      while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        pause = look();
      }
    } catch (InterruptedException e) {
      LOG.error("config source {}: interrupted, Consul is no longer watched", name, e);
      Thread.currentThread().interrupt();
    }
  }

  /** Asks once; returns how long to wait before the next time. */
  private Duration look() throws InterruptedException {
    try {
      report(client.read(keepUntil == null ? index : 0));
      backoff.reset();
      return keepUntil == null ? MIN_INTERVAL : KEEPING_INTERVAL;
    } catch (CancellationException e) {
      return Duration.ZERO;
    } catch (IOException e) {
      if (closing.getCount() > 0) {
        sink.failing(client.address() + ": " + e.getMessage(), e);
      }
      client.giveUp();
      index = 0;
      return backoff.next();
    } catch (RuntimeException e) {
      // A fault of the sink or of this class: the source must not stop in silence.
      LOG.error("config source {}: reading Consul failed, all is read again", name, e);
      reported = null;
      index = 0;
      return backoff.next();
    }
  }

  private void report(KeysAnswer answer) {
    if (closing.getCount() == 0) {
      return;
    }
    Map<String, ConfigDocument> before = reported;
    if (answer.index() < lastIndex && !configuration.settle().isZero()) {
      keepUntil = System.nanoTime() + configuration.settle().toNanos();
    }
    lastIndex = answer.index();
    index = answer.index();
    if (before == null) {
      keepUntil = null;
      sink.resync(answer.documents().values());
      reported = answer.documents();
      return;
    }
    Set<String> gone = new HashSet<>(before.keySet());
    gone.removeAll(answer.documents().keySet());
    if (gone.isEmpty() || (keepUntil != null && keepUntil - System.nanoTime() <= 0)) {
      keepUntil = null;
    }
    Map<String, ConfigDocument> now = new HashMap<>(answer.documents());
    if (keepUntil != null) {
      gone.forEach(key -> now.put(key, Objects.requireNonNull(before.get(key))));
    }
    if (now.equals(before)) {
      sink.alive();
    } else {
      sink.changed(
          now.values().stream()
              .filter(document -> !document.equals(before.get(document.key())))
              .toList(),
          keepUntil == null ? gone : Set.of());
    }
    // Only now: if the sink threw, the next look begins with all.
    reported = now;
    if (keepUntil != null) {
      String problem =
          client.address()
              + ": its index went back, as after a restore or if it was built anew: "
              + gone.size()
              + (gone.size() == 1 ? " key is" : " keys are")
              + " missing and kept for "
              + Durations.format(configuration.settle());
      sink.failing(problem, new IOException(problem));
    }
  }
}
