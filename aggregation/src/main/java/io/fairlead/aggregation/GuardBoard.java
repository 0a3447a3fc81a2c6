package io.fairlead.aggregation;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a registry's deletion guard holds, to be looked at by any thread. Changed by the commit
 * thread.
 */
final class GuardBoard {
  private final Duration confirmAfter;
  private volatile List<HeldGroup> groups = List.of();

  GuardBoard(Duration confirmAfter) {
    this.confirmAfter = confirmAfter;
  }

  void add(HeldGroup group) {
    List<HeldGroup> more = new ArrayList<>(groups);
    more.add(group);
    groups = List.copyOf(more);
  }

  void remove(HeldGroup group) {
    groups = groups.stream().filter(other -> other != group).toList();
  }

  /** The groups, oldest first. */
  List<HeldGroup> groups() {
    return groups;
  }

  @Nullable HeldGroup find(String id) {
    return groups.stream().filter(group -> group.id().equals(id)).findFirst().orElse(null);
  }

  List<GuardStatus> statuses(RegistryView.Contact contact, InstantSource clock) {
    return groups.stream().map(group -> group.status(contact, confirmAfter, clock)).toList();
  }

  /** The same without the services. */
  List<GuardStatus> summaries(RegistryView.Contact contact, InstantSource clock) {
    return groups.stream().map(group -> group.summary(contact, confirmAfter, clock)).toList();
  }
}
