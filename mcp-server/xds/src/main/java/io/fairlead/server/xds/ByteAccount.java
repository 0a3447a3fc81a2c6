package io.fairlead.server.xds;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An account of the bytes that a connection, an address or all of them hold, with a limit. What is
 * taken from an account is taken from the one above it, too. Thread-safe.
 */
final class ByteAccount {
  private final String name;
  private final LongSupplier limit;
  private final @Nullable ByteAccount above;
  private final AtomicLong used = new AtomicLong();

  /**
   * Makes an account of which nothing is used.
   *
   * @param name what it is of, for the status that a client gets
   * @param limit how many it may hold now; what it holds above a limit that shrank stays
   * @param above where what it holds counts, too
   */
  ByteAccount(String name, LongSupplier limit, @Nullable ByteAccount above) {
    this.name = name;
    this.limit = limit;
    this.above = above;
  }

  String name() {
    return name;
  }

  long limit() {
    return limit.getAsLong();
  }

  long used() {
    return used.get();
  }

  /** Whether so many quarters of it are used, here or above. */
  boolean isUsed(int quarters) {
    return used.get() >= limit() / 4 * quarters || (above != null && above.isUsed(quarters));
  }

  /** Takes the bytes here and above, or none and returns the account that has too few left. */
  @Nullable ByteAccount tryTake(long bytes) {
    if (used.addAndGet(bytes) > limit()) {
      used.addAndGet(-bytes);
      return this;
    }
    ByteAccount full = above == null ? null : above.tryTake(bytes);
    if (full != null) {
      used.addAndGet(-bytes);
    }
    return full;
  }

  /** Takes the bytes, whether there are as many or not: they are used already. */
  void take(long bytes) {
    used.addAndGet(bytes);
    if (above != null) {
      above.take(bytes);
    }
  }

  /** Gives back what was taken. */
  void give(long bytes) {
    used.addAndGet(-bytes);
    if (above != null) {
      above.give(bytes);
    }
  }
}
