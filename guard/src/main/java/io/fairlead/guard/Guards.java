package io.fairlead.guard;

import java.util.List;
import java.util.stream.Stream;

/** The deletion guards of several sources: what they hold, and decisions about it. Thread-safe. */
public interface Guards {
  /** Returns what is held, by source. */
  List<GuardStatus> guards();

  /** The same without each service or resource, however many are held. */
  List<GuardStatus> guardSummaries();

  /**
   * Lets go all that a guard holds, in one commit that follows.
   *
   * @param guard id of the guard
   * @return whether there is such a guard
   */
  boolean approve(String guard);

  /**
   * Keeps all that a guard holds until its source gives it again, or until it is approved after
   * all.
   *
   * @param guard id of the guard
   * @return whether there is such a guard
   */
  boolean reject(String guard);

  /** Returns all of these and those. */
  default Guards and(Guards others) {
    Guards these = this;
    return new Guards() {
      @Override
      public List<GuardStatus> guards() {
        return Stream.concat(these.guards().stream(), others.guards().stream()).toList();
      }

      @Override
      public List<GuardStatus> guardSummaries() {
        return Stream.concat(these.guardSummaries().stream(), others.guardSummaries().stream())
            .toList();
      }

      @Override
      public boolean approve(String guard) {
        return these.approve(guard) || others.approve(guard);
      }

      @Override
      public boolean reject(String guard) {
        return these.reject(guard) || others.reject(guard);
      }
    };
  }
}
