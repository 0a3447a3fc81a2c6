package io.fairlead.registry.support;

import io.fairlead.registry.Hold;
import io.fairlead.registry.RegistrySink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A reporter that tells the sink, whenever it changes, what an adapter keeps on a suspicion: the
 * oldest holds one by one, the others as a number. Confined to one thread, or guarded by the
 * owner's lock.
 */
public final class HoldReporter {
  /** The number of holds that are reported one by one; after a larger loss the rest is counted. */
  public static final int MAX_NAMED = 500;

  private static final Comparator<Hold> ORDER =
      Comparator.comparing(Hold::since).thenComparing(Hold::subject);

  private final RegistrySink sink;
  private List<Hold> next = new ArrayList<>();
  private List<Hold> told = List.of();

  public HoldReporter(RegistrySink sink) {
    this.sink = sink;
  }

  /** Adds a hold to the next report. */
  public void add(Hold hold) {
    next.add(hold);
  }

  /** Whether the next report names no more holds one by one. */
  public boolean isFull() {
    return next.size() >= MAX_NAMED;
  }

  /** Whether the last report had a hold. */
  public boolean isReporting() {
    return !told.isEmpty();
  }

  /** Reports the added holds in place of those reported before. */
  public void report() {
    List<Hold> all = next;
    next = new ArrayList<>();
    all.sort(ORDER);
    if (all.size() > MAX_NAMED) {
      List<Hold> others = all.subList(MAX_NAMED, all.size());
      Hold last = others.get(others.size() - 1);
      Hold sum =
          new Hold(
              others.size() + " more, the last of them " + last.subject(),
              last.reason(),
              others.get(0).since(),
              last.until(),
              last.explanation());
      all = new ArrayList<>(all.subList(0, MAX_NAMED));
      all.add(sum);
    }
    if (!all.equals(told)) {
      told = List.copyOf(all);
      sink.holding(told);
    }
  }
}
