package io.fairlead.server.xds;

import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * A limit of the rate of one stream's requests: a bucket of as many tokens as requests are allowed
 * a second, filled at that rate. Confined to its stream.
 */
final class RequestRate {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final IntSupplier perSecond;
  // In nanoseconds of filling: a request takes SECOND / perSecond of them.
  private long filled = SECOND;
  private long lastNanos;

  /**
   * Makes a full bucket.
   *
   * @param perSecond how many are allowed now
   * @param nowNanos the present monotonic time
   */
  RequestRate(IntSupplier perSecond, long nowNanos) {
    this.perSecond = perSecond;
    this.lastNanos = nowNanos;
  }

  /** Whether a request that comes now is within the rate. */
  boolean allows(long nowNanos) {
    filled = Math.min(SECOND, filled + (nowNanos - lastNanos));
    lastNanos = nowNanos;
    long price = SECOND / perSecond.getAsInt();
    if (filled < price) {
      return false;
    }
    filled -= price;
    return true;
  }
}
