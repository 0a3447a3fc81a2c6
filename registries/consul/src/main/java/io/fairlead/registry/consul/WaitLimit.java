package io.fairlead.registry.consul;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a blocking query asks Consul to wait: as configured, or less where something on the way
 * ends each wait earlier (Consul's {@code max_query_time}, a proxy). Asking for less makes the end
 * of a wait an ordinary one again, so that an early end stays the sign of a restored snapshot.
 * Shared by all queries of a registry. Owned by the loop.
 */
final class WaitLimit {
  private static final Logger LOG = LoggerFactory.getLogger(WaitLimit.class);
  private static final long LEAST_NANOS = Duration.ofMillis(500).toNanos();
  // A limit that is gone is noticed after that long.
  private static final long VALID_NANOS = Duration.ofMinutes(10).toNanos();
  // Consul ends a wait up to a sixteenth late: so much the waits that show one limit may differ.
  private static final int TOLERANCE = 8;

  private final Loop loop;
  private final String registry;
  private final Duration configured;
  private Duration learned;
  private long learnedAt;

  WaitLimit(Loop loop, String registry, Duration configured) {
    this.loop = loop;
    this.registry = registry;
    this.configured = configured;
    this.learned = configured;
  }

  /** How long the next query asks to wait. */
  Duration current() {
    if (loop.now() - learnedAt > VALID_NANOS) {
      learned = configured;
    }
    return learned;
  }

  /**
   * Notes that a wait ended early without anything new.
   *
   * @param nanos how long it lasted
   * @param before how long the same query's last such wait lasted; 0 if there was none
   */
  void endedEarly(long nanos, long before) {
    loop.check();
    // Twice after the same time is a limit; else each end has a reason of its own.
    long difference = Math.abs(nanos - before);
    long shorter = Math.min(nanos, before);
    if (before == 0 || shorter < LEAST_NANOS || difference > shorter / TOLERANCE) {
      return;
    }
    Duration limit = Duration.ofNanos(Math.max(LEAST_NANOS, shorter - shorter / TOLERANCE));
    if (limit.compareTo(current()) < 0) {
      learned = limit;
      learnedAt = loop.now();
      LOG.info(
          "registry {}: waits end after {} ms, earlier than asked for (Consul's max_query_time, or a"
              + " proxy's time-out): from now on each asks for {} ms",
          registry,
          shorter / 1_000_000,
          limit.toMillis());
    }
  }
}
