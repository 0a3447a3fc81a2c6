package io.fairlead.registry.consul;

import io.fairlead.registry.Hold;
import io.fairlead.registry.RegistrySink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * A reporter that tells the sink what is kept on a suspicion, when it changes. Owned by the loop.
 */
final class HoldReporter {
  // Enough to see which ones; after a restore every service of a registry may be kept.
  private static final int MAX_REPORTED = 100;

  private final Loop loop;
  private final RegistrySink sink;
  private final long baseNanos;
  private final Instant baseTime = Instant.now();
  private List<Hold> next = new ArrayList<>();
  private List<Hold> told = List.of();

  HoldReporter(Loop loop, RegistrySink sink) {
    this.loop = loop;
    this.sink = sink;
    this.baseNanos = loop.now();
  }

  /** Adds a hold to the next report. */
  void add(
      String subject, Hold.Reason reason, OptionalLong since, Duration limit, String explanation) {
    if (since.isPresent() && !isFull()) {
      // Derived from one clock, so that a continued hold keeps its start and end.
      Instant start = baseTime.plusNanos(since.getAsLong() - baseNanos);
      next.add(new Hold(subject, reason, start, start.plus(limit), explanation));
    }
  }

  /** Whether the next report takes no more holds. */
  boolean isFull() {
    return next.size() >= MAX_REPORTED;
  }

  /** Reports the added holds in place of those reported before. */
  void report() {
    loop.assertOnLoop();
    List<Hold> now = List.copyOf(next);
    next = new ArrayList<>();
    if (!now.equals(told)) {
      told = now;
      sink.holding(now);
    }
  }
}
