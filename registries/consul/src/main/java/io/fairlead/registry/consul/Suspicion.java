package io.fairlead.registry.consul;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The suspicion that Consul was restored from a snapshot, because a wait ended early. A read at
 * once mostly resolves it; if something changed in the same moment, each service has to be read.
 * Until then missing instances are retained. Owned by the loop.
 */
final class Suspicion {
  private final Loop loop;
  private final Set<TrackedService> unread = new HashSet<>();
  private OptionalLong since = OptionalLong.empty();
  private boolean checking;

  Suspicion(Loop loop) {
    this.loop = loop;
  }

  /** Begins a suspicion after a wait that ended early; a present one keeps its start. */
  void begin() {
    loop.assertOnLoop();
    if (since.isEmpty()) {
      since = OptionalLong.of(loop.now());
    }
  }

  /** Requires a read of each of these services, since something changed as the wait ended. */
  void check(Collection<TrackedService> services) {
    begin();
    checking = true;
    unread.addAll(services);
  }

  boolean isActive() {
    return since.isPresent();
  }

  /** Whether services are being read because of it. */
  boolean isChecking() {
    return checking;
  }

  /** Whether a service still has to be read. */
  boolean awaits(TrackedService tracked) {
    return unread.contains(tracked);
  }

  /**
   * Clears a service that was read without a sign of a restore.
   *
   * @return whether it was the last one
   */
  boolean cleared(TrackedService tracked) {
    return unread.remove(tracked) && unread.isEmpty();
  }

  /** Whether it has lasted longer than the limit. */
  boolean isOlderThan(Duration limit) {
    return since.isPresent() && loop.now() - since.getAsLong() > limit.toNanos();
  }

  void end() {
    since = OptionalLong.empty();
    checking = false;
    unread.clear();
  }
}
