package io.fairlead.registry.consul;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wait that blocking queries ask Consul for: as configured, or less where something on the way
 * ends each wait earlier (Consul's {@code max_query_time}, a proxy). Asking for less makes such an
 * end an ordinary one, so that an early end remains a sign of a restored snapshot. Shared by all
 * queries of a registry. Owned by the loop.
 */
final class WaitLimit {
  private static final Logger LOG = LoggerFactory.getLogger(WaitLimit.class);
  private static final long MIN_NANOS = Duration.ofMillis(500).toNanos();
  // The time after which the configured wait is tried again.
  private static final long VALID_NANOS = Duration.ofMinutes(10).toNanos();
  // Over HTTP/1.1 a connection that died without a word shows when a wait on it is over, and not
  // before; over HTTP/2 a ping shows it.
  private static final Duration MAX_WITHOUT_PING = Duration.ofSeconds(15);
  // Consul ends a wait up to a sixteenth late, so waits cut by the same limit may differ by that.
  private static final int TOLERANCE = 8;

  private final Loop loop;
  private final Duration configured;
  private final BooleanSupplier pings;
  private Duration learned;
  private long learnedAt;

  /**
   * @param pings whether a dead connection is noticed while a query waits on it
   */
  WaitLimit(Loop loop, Duration configured, BooleanSupplier pings) {
    this.loop = loop;
    this.configured = configured;
    this.pings = pings;
    this.learned = configured;
  }

  /** Returns the wait that the next query asks for. */
  Duration current() {
    if (loop.now() - learnedAt > VALID_NANOS) {
      learned = configured;
    }
    if (!pings.getAsBoolean() && learned.compareTo(MAX_WITHOUT_PING) > 0) {
      return MAX_WITHOUT_PING;
    }
    return learned;
  }

  /**
   * Records a wait that ended early without anything new.
   *
   * @param nanos the length of the wait
   * @param before the length of the same query's last such wait; 0 if there was none
   */
  void endedEarly(long nanos, long before) {
    loop.assertOnLoop();
    // Two ends after the same time show a limit; otherwise each end has a reason of its own.
    long difference = Math.abs(nanos - before);
    long shorter = Math.min(nanos, before);
    if (before == 0 || shorter < MIN_NANOS || difference > shorter / TOLERANCE) {
      return;
    }
    Duration limit = Duration.ofNanos(Math.max(MIN_NANOS, shorter - shorter / TOLERANCE));
    if (limit.compareTo(current()) < 0) {
      learned = limit;
      learnedAt = loop.now();
      LOG.info(
          "registry {}: waits end after {} ms, earlier than asked for (Consul's max_query_time, or a"
              + " proxy's time-out): from now on each asks for {} ms",
          loop.registry(),
          shorter / 1_000_000,
          limit.toMillis());
    }
  }
}
