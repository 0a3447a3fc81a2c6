package io.fairlead.registry.zookeeper;

/**
 * The order of the reads of one thing: one is under way at a time, and however often it is asked
 * for meanwhile, one more follows. Confined to the adapter's thread.
 */
final class Turn {
  private boolean reading;
  private boolean again;

  /** Whether a read may begin; otherwise one is under way, and another one follows it. */
  boolean begin() {
    again = reading;
    boolean begins = !reading;
    reading = true;
    return begins;
  }

  /** Ends a read; returns whether another one has to follow. */
  boolean end() {
    reading = false;
    return again;
  }

  /** Gives up the read under way, whose answer does not come. */
  void abandon() {
    reading = false;
    again = false;
  }

  /** Whether a read is under way. */
  boolean isReading() {
    return reading;
  }
}
