package io.fairlead.aggregation;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which parts of one host went lately, and which of them came back. Of what went more than a given
 * time ago nothing is known. At most {@value #MOST} parts are remembered; while it is full, what
 * goes besides is as if it had never been there, so that of very many endpoints that flap together
 * some are still noticed. Times are monotonic nanoseconds. Confined to the commit thread.
 */
final class PartMemory {
  static final int MOST = 4096;

  /**
   * What is known of a part.
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
  private final Map<Part, Trace> traces = new LinkedHashMap<>();

  /** Whether it went within that time. */
  boolean isKnown(Part part, Duration span, long now) {
    Trace trace = traces.get(part);
    return trace != null && now - trace.at() < span.toNanos();
  }

  /** Whether it went and came back within that time. */
  boolean cameBack(Part part, Duration span, long now) {
    Trace trace = traces.get(part);
    return trace != null && trace.cameBackWithin(span, now);
  }

  /** Remembers that it went. */
  void lost(Part part, Duration span, long now) {
    Trace before = traces.remove(part);
    boolean back = before != null && before.cameBackWithin(span, now);
    if (traces.size() < MOST) {
      traces.put(part, new Trace(now, back, back ? before.backAt() : 0));
    }
  }

  /** Remembers that it is there, if it went within that time. */
  void gained(Part part, Duration span, long now) {
    Trace before = traces.remove(part);
    if (before != null && now - before.at() < span.toNanos()) {
      traces.put(part, new Trace(now, true, now));
    }
  }

  /** Forgets what was longer ago. */
  void forget(Duration span, long now) {
    Iterator<Trace> oldest = traces.values().iterator();
    while (oldest.hasNext() && now - oldest.next().at() >= span.toNanos()) {
      oldest.remove();
    }
  }

  /** Number of parts that are remembered. */
  int size() {
    return traces.size();
  }
}
