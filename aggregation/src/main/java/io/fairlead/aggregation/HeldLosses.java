package io.fairlead.aggregation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The losses of one registry that are not let through: those that wait, in the order of the time
 * that they are seen from, and those that were rejected. Keeps the groups' lists up to date.
 * Confined to the commit thread.
 */
final class HeldLosses {
  /** A place in the order. */
  private record Place(long since, long serial) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      // By the difference, as monotonic nanoseconds are to be compared.
      int bySince = Long.signum(since - other.since);
      return bySince != 0 ? bySince : Long.compare(serial, other.serial);
    }
  }

  private final Map<Subject, HeldLoss> all = new HashMap<>();
  private final Map<Subject, Place> places = new HashMap<>();
  private final TreeMap<Place, HeldLoss> waiting = new TreeMap<>();
  private Extent waitingExtent = Extent.NONE;
  private long serial;

  @Nullable HeldLoss find(Subject subject) {
    return all.get(subject);
  }

  /** Takes a loss in, or how it is now. */
  void put(HeldLoss loss) {
    remove(loss.subject());
    all.put(loss.subject(), loss);
    count(loss, 1);
    if (!loss.group().isRejected()) {
      Place place = new Place(loss.since().nanos(), serial++);
      places.put(loss.subject(), place);
      waiting.put(place, loss);
    }
    loss.group().show(loss);
  }

  void remove(Subject subject) {
    HeldLoss loss = all.remove(subject);
    if (loss == null) {
      return;
    }
    count(loss, -1);
    Place place = places.remove(subject);
    if (place != null) {
      waiting.remove(place);
    }
    loss.group().strikeOut(loss);
  }

  private void count(HeldLoss loss, int sign) {
    if (!loss.group().isRejected()) {
      Extent extent = loss.extent();
      waitingExtent = sign > 0 ? waitingExtent.plus(extent) : waitingExtent.minus(extent);
    }
  }

  /** Takes out what waits since a time that is enough, oldest first. */
  List<HeldLoss> takeWaiting(LongPredicate enough) {
    List<HeldLoss> taken = new ArrayList<>();
    for (HeldLoss loss : waiting.values()) {
      if (!enough.test(loss.since().nanos())) {
        break;
      }
      taken.add(loss);
    }
    taken.forEach(loss -> remove(loss.subject()));
    return taken;
  }

  /** Every loss, in no order; a copy. */
  List<HeldLoss> all() {
    return List.copyOf(all.values());
  }

  /** Takes out all of a group. */
  List<HeldLoss> takeAll(HeldGroup group) {
    List<HeldLoss> taken = all.values().stream().filter(loss -> loss.group() == group).toList();
    taken.forEach(loss -> remove(loss.subject()));
    return taken;
  }

  /** The time from which the oldest of those that wait is seen. */
  @Nullable Moment oldest() {
    Map.Entry<Place, HeldLoss> first = waiting.firstEntry();
    return first == null ? null : first.getValue().since();
  }

  /** What waits, without what was rejected. */
  Extent waiting() {
    return waitingExtent;
  }
}
