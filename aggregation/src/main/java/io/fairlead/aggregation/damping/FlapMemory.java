package io.fairlead.aggregation.damping;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A memory of the units of one host that went lately, and of whether they came back. What went more
 * than a given time ago is forgotten. At most {@value #MAX_UNITS} units are remembered; while it is
 * full, further losses are not remembered: of very many endpoints that flap together some are still
 * noticed. Times are monotonic nanoseconds. Confined to the commit thread.
 */
final class FlapMemory {
  static final int MAX_UNITS = 4096;

  /**
   * The last comings and goings of a unit.
   *
   * @param at when it last went or came back
   * @param back whether it came back
   * @param backAt when it last did
   */
  private record Trace(long at, boolean back, long backAt) {
    boolean cameBackWithin(Duration span, long now) {
      return back && now - backAt < span.toNanos();
    }
  }

  // The oldest first, by when they last went or came back.
  private final Map<FlapUnit, Trace> traces = new LinkedHashMap<>();

  /** Whether it went within that time. */
  boolean isKnown(FlapUnit unit, Duration span, long now) {
    Trace trace = traces.get(unit);
    return trace != null && now - trace.at() < span.toNanos();
  }

  /** Whether it went and came back within that time. */
  boolean cameBack(FlapUnit unit, Duration span, long now) {
    Trace trace = traces.get(unit);
    return trace != null && trace.cameBackWithin(span, now);
  }

  /** Remembers that it went. */
  void lost(FlapUnit unit, Duration span, long now) {
    Trace before = traces.remove(unit);
    boolean back = before != null && before.cameBackWithin(span, now);
    if (traces.size() < MAX_UNITS) {
      traces.put(unit, new Trace(now, back, back ? before.backAt() : 0));
    }
  }

  /** Remembers that it is there, if it went within that time. */
  void gained(FlapUnit unit, Duration span, long now) {
    Trace before = traces.remove(unit);
    if (before != null && now - before.at() < span.toNanos()) {
      traces.put(unit, new Trace(now, true, now));
    }
  }

  /** Forgets what was longer ago. */
  void forget(Duration span, long now) {
    Iterator<Trace> oldest = traces.values().iterator();
    while (oldest.hasNext() && now - oldest.next().at() >= span.toNanos()) {
      oldest.remove();
    }
  }

  /** Returns the number of units that are remembered. */
  int size() {
    return traces.size();
  }
}
