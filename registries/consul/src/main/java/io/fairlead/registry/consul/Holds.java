package io.fairlead.registry.consul;

import io.fairlead.registry.Hold;
import io.fairlead.registry.RegistrySink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Tells the sink what is kept on a suspicion, whenever that changes. Owned by the loop. */
final class Holds {
  // Enough to see which ones; a restored registry may lack all it has.
  private static final int MOST = 100;

  private final Loop loop;
  private final RegistrySink sink;
  private final long baseNanos;
  private final Instant baseTime = Instant.now();
  private List<Hold> next = new ArrayList<>();
  private List<Hold> told = List.of();

  Holds(Loop loop, RegistrySink sink) {
    this.loop = loop;
    this.sink = sink;
    this.baseNanos = loop.now();
  }

  /** Adds to what is to be told. */
  void add(
      String subject, Hold.Reason reason, OptionalLong since, Duration limit, String explanation) {
    if (since.isPresent() && !isFull()) {
      // One clock for both, so that a hold that goes on keeps its times.
      Instant start = baseTime.plusNanos(since.getAsLong() - baseNanos);
      next.add(new Hold(subject, reason, start, start.plus(limit), explanation));
    }
  }

  /** Whether more would not be told. */
  boolean isFull() {
    return next.size() >= MOST;
  }

  /** Tells what was added, in place of what was told before. */
  void tell() {
    loop.check();
    List<Hold> now = List.copyOf(next);
    next = new ArrayList<>();
    if (!now.equals(told)) {
      told = now;
      sink.holding(now);
    }
  }
}
