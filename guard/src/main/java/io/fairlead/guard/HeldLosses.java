package io.fairlead.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The losses that one guard holds, each in the group with which it is decided about, and their sum.
 *
 * <p>Confined to the commit thread, but for {@link #groups}, {@link #group} and {@link #of}.
 *
 * @param <K> identifies what is guarded
 * @param <L> a held loss, with what its owner needs
 */
final class HeldLosses<K, L extends HeldLoss<K>> {
  /** A loss and the others with which it is decided about. */
  private record Held<L>(L loss, HeldGroup group) {}

  // Changed by the commit thread, for any thread.
  private final Map<K, Held<L>> held = new ConcurrentHashMap<>();
  // The oldest first; replaced as a whole.
  private volatile List<HeldGroup> groups = List.of();
  // Of the losses that wait, those that were rejected left out: their sum, and how many are seen
  // from each time on, compared by the difference, as monotonic nanoseconds are to be.
  private ServiceCount waiting = ServiceCount.NONE;
  private final TreeMap<Long, Integer> waitingSince =
      new TreeMap<>((one, other) -> Long.signum(one - other));

  /** The loss of a key. */
  @Nullable L find(K key) {
    Held<L> found = held.get(key);
    return found == null ? null : found.loss;
  }

  /** The group in which the loss of a key is. */
  @Nullable HeldGroup groupOf(K key) {
    Held<L> found = held.get(key);
    return found == null ? null : found.group;
  }

  /** Puts a loss into a group, in place of what is held of its key: there is one at any moment. */
  void put(L loss, HeldGroup group) {
    discount(held.put(loss.key(), new Held<>(loss, group)));
    group.grow(1);
    if (!group.isRejected()) {
      count(loss, 1);
    }
  }

  /** Holds nothing of a key any more. */
  void forget(K key) {
    discount(held.remove(key));
  }

  private void discount(@Nullable Held<L> before) {
    if (before != null) {
      before.group.grow(-1);
      if (!before.group.isRejected()) {
        count(before.loss, -1);
      }
    }
  }

  private void count(L loss, int sign) {
    ServiceCount lost = ServiceCount.lost(loss.before(), loss.now());
    waiting = sign > 0 ? waiting.plus(lost) : waiting.minus(lost);
    waitingSince.merge(loss.since().nanos(), sign, Integer::sum);
    waitingSince.remove(loss.since().nanos(), 0);
  }

  /** The sum of all losses that were not rejected. */
  ServiceCount waiting() {
    return waiting;
  }

  /** Monotonic time since when the oldest of them is seen; null: there is none. */
  @Nullable Long waitingSince() {
    return waitingSince.isEmpty() ? null : waitingSince.firstKey();
  }

  /** All losses. */
  List<L> all() {
    return held.values().stream().map(Held::loss).toList();
  }

  /** The losses of a group. For any thread. */
  List<L> of(HeldGroup group) {
    return held.values().stream().filter(one -> one.group == group).map(Held::loss).toList();
  }

  /** Adds a group without losses. */
  void open(HeldGroup group) {
    List<HeldGroup> more = new ArrayList<>(groups);
    more.add(group);
    groups = List.copyOf(more);
  }

  /** Marks a group as one that somebody wants to keep. */
  void reject(HeldGroup group, Runnable mark) {
    of(group).forEach(loss -> count(loss, -1));
    mark.run();
  }

  /** Ends the groups of which nothing is held any more. */
  void closeEmpty(Consumer<HeldGroup> closed) {
    for (HeldGroup group : groups) {
      if (group.size() == 0) {
        groups = groups.stream().filter(other -> other != group).toList();
        closed.accept(group);
      }
    }
  }

  /** The groups, the oldest first. For any thread. */
  List<HeldGroup> groups() {
    return groups;
  }

  /** The group of an id, if there is one. For any thread. */
  @Nullable HeldGroup group(String id) {
    return groups.stream().filter(group -> group.id().equals(id)).findFirst().orElse(null);
  }
}
