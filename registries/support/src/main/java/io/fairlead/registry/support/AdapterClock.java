package io.fairlead.registry.support;

import java.time.Duration;
import java.time.Instant;

/**
 * The time of an adapter: two clocks, and tasks that run later. An {@link AdapterThread} is one; an
 * adapter with an event loop of its own implements it, and so does a test that makes the time pass.
 */
public interface AdapterClock {
  /** Returns the monotonic time in nanoseconds, as {@link System#nanoTime()}. */
  long nanoTime();

  /** Returns the wall clock, for people. */
  Instant instant();

  /** Runs a task once the delay is over; never within this call, and not after the end. */
  void after(Duration delay, Runnable task);
}
