package io.fairlead.aggregation;

import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.DueTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The registrations that one change of the configuration gave other settings, until the first whole
 * view of each is there: then all are taken in one step, so that a change of rules is one commit
 * and one push, however many registries it is about. Until then each is served as it was. Nobody
 * waits for a registry that cannot be read, nor for any longer than a short time. Confined to the
 * commit thread.
 */
final class JointReads {
  /** The longest wait for the slowest of them. */
  static final Duration MAX_WAIT = Duration.ofSeconds(10);

  private final DueTimer timer;
  private final Set<RegistryView> awaited = new LinkedHashSet<>();
  private final Map<RegistryView, Runnable> arrived = new LinkedHashMap<>();

  JointReads(CommitLoop loop) {
    timer = new DueTimer(loop, this::release);
  }

  /** Begins to wait for registrations; what waited for others before is taken now. */
  void expect(Collection<RegistryView> changed) {
    release();
    if (changed.size() > 1) {
      awaited.addAll(changed);
      timer.set(MAX_WAIT);
    }
  }

  /**
   * Tells whether what a registration said waits for the others.
   *
   * @param whole whether there is a whole view of it
   * @param take takes what it said; run once nothing is waited for any more
   */
  boolean isWaiting(RegistryView view, boolean whole, Runnable take) {
    if (!awaited.contains(view) && !arrived.containsKey(view)) {
      return false;
    }
    if (whole && awaited.remove(view)) {
      arrived.put(view, take);
    }
    if (awaited.stream().allMatch(each -> each.health().problem().isPresent())) {
      release();
    }
    return true;
  }

  private void release() {
    awaited.clear();
    List<Runnable> all = new ArrayList<>(arrived.values());
    arrived.clear();
    all.forEach(Runnable::run);
  }
}
