package io.fairlead.registry.consul;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Whether Consul may have been set back to a snapshot, because a wait ended early. A read at once
 * mostly settles it; where something changed in the same moment, each service is read and tells.
 * Until then what is missing is kept. Owned by the loop.
 */
final class Suspicion {
  private final Loop loop;
  private final Set<Entry> unread = new HashSet<>();
  private OptionalLong since = OptionalLong.empty();
  private boolean checking;

  Suspicion(Loop loop) {
    this.loop = loop;
  }

  /** A wait ended early. One that is suspected already goes on from its start. */
  void begin() {
    loop.check();
    if (since.isEmpty()) {
      since = OptionalLong.of(loop.now());
    }
  }

  /** Something changed as the wait ended: each of these services has to be read. */
  void check(Collection<Entry> services) {
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

  /** Whether a service has still to be read. */
  boolean awaits(Entry entry) {
    return unread.contains(entry);
  }

  /**
   * A service was read, and nothing of it was set back.
   *
   * @return whether it was the last
   */
  boolean cleared(Entry entry) {
    return unread.remove(entry) && unread.isEmpty();
  }

  /** Whether it has lasted longer than that. */
  boolean isOlderThan(Duration limit) {
    return since.isPresent() && loop.now() - since.getAsLong() > limit.toNanos();
  }

  void end() {
    since = OptionalLong.empty();
    checking = false;
    unread.clear();
  }
}
