package io.fairlead.aggregation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the losses that a {@link DeletionGuard}, which says why, holds: they are believed
 * after a time, or somebody approves or rejects them. Confined to the commit thread.
 */
final class GuardDecisions {
  /** By how many times the time of confirmation a loss is believed although reads failed. */
  static final int CEILING = 2;

  private final GuardPolicy policy;
  private final String prefix;
  private final String registry;
  private final long confirmAfter;
  private final HeldLosses held;
  private final RecentLosses recent;
  private final GuardBoard board;
  private final GuardLog log;
  // What new losses join.
  private @Nullable HeldGroup holding;
  private int opened;

  /**
   * Decisions about losses of one registry.
   *
   * @param prefix what the ids of its groups begin with; a number follows
   * @param opened the last number that was used before
   */
  GuardDecisions(
      GuardPolicy policy,
      String prefix,
      int opened,
      String registry,
      HeldLosses held,
      RecentLosses recent,
      GuardLog log) {
    this.policy = policy;
    this.prefix = prefix;
    this.opened = opened;
    this.registry = registry;
    this.confirmAfter = policy.confirmAfter().toNanos();
    this.held = held;
    this.recent = recent;
    this.board = new GuardBoard(policy.confirmAfter());
    this.log = log;
  }

  /** What is shown of it. */
  GuardBoard board() {
    return board;
  }

  /** The losses that are held at present and were not rejected. */
  @Nullable HeldGroup holding() {
    return holding;
  }

  /** Begins to hold. */
  HeldGroup open(Extent of, Moment now) {
    HeldGroup group = new HeldGroup(prefix + ++opened, registry, now, of, firstReminder());
    holding = group;
    board.add(group);
    return group;
  }

  private Duration firstReminder() {
    return policy.confirmAfter().multipliedBy(2);
  }

  /** Takes out what is believed now: to be let go by the caller. */
  List<HeldLoss> takeConfirmed(RegistryView.Contact contact, Moment now) {
    HeldGroup group = holding;
    List<HeldLoss> confirmed = List.of();
    if (group != null) {
      confirmed = held.takeWaiting(since -> isConfirmed(since, contact, now));
      if (!confirmed.isEmpty()) {
        log.confirmed(group, confirmed);
      }
    }
    closeEmpty();
    for (HeldGroup each : board.groups()) {
      if (each.takeReminder(now.nanos())) {
        log.reminder(each, each.size(), Duration.ofNanos(now.nanos() - each.opened().nanos()));
      }
    }
    return confirmed;
  }

  /** Whether what has been so since a time is believed now. */
  boolean isConfirmed(long since, RegistryView.Contact contact, Moment now) {
    Optional<Long> start = contact.readableSince(since);
    return start.isPresent()
        && now.nanos() - start.get() >= confirmAfter
        && contact.isReadSince(start.get() + confirmAfter / 2);
  }

  private void closeEmpty() {
    for (HeldGroup group : board.groups()) {
      if (group.isEmpty()) {
        board.remove(group);
        log.closed(group);
        if (holding == group) {
          holding = null;
        }
      }
    }
  }

  /** Takes out all that is held by a group, as somebody approves it; nothing if it is unknown. */
  List<HeldLoss> approve(String id) {
    HeldGroup group = board.find(id);
    if (group == null) {
      return List.of();
    }
    if (group == holding) {
      recent.clear();
    }
    List<HeldLoss> losses = held.takeAll(group);
    log.approved(group, losses);
    closeEmpty();
    return losses;
  }

  /** Keeps all that is held by a group until it comes back or is approved. */
  void reject(String id, long now) {
    HeldGroup group = board.find(id);
    if (group == null || group != holding) {
      return;
    }
    List<HeldLoss> losses = held.takeAll(group);
    group.reject(now, firstReminder());
    losses.forEach(held::put);
    holding = null;
    recent.clear();
    log.rejected(group, losses.size());
  }

  /** Time until something may be due. */
  Optional<Duration> untilNext(RegistryView.Contact contact, long now) {
    LongStream reminders = board.groups().stream().mapToLong(group -> group.untilReminder(now));
    Moment oldest = held.oldest();
    if (oldest != null) {
      // Where it cannot be read, or is not: look again in a while.
      long due =
          contact
              .readableSince(oldest.nanos())
              .map(start -> confirmAfter - (now - start))
              .filter(left -> left > 0)
              .orElse(Math.max(1, confirmAfter / 10));
      reminders = LongStream.concat(reminders, LongStream.of(due));
    }
    return reminders.boxed().min(Long::compare).map(Duration::ofNanos);
  }
}
