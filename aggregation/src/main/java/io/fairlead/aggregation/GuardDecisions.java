package io.fairlead.aggregation;

import java.time.Duration;
import java.util.ArrayList;
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
  private final RegularReads reads;
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
    this.reads = new RegularReads(confirmAfter);
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

  /**
   * What is believed now.
   *
   * @param gone losses that are to be let go
   * @param reduced losses of which a part is believed; the rest of them is still held
   */
  record Confirmed(List<HeldLoss> gone, List<HeldLoss.OfService> reduced) {}

  /** Takes out what is believed now: to be let go by the caller. */
  Confirmed takeConfirmed(RegistryView.Contact contact, Moment now) {
    reads.note(contact, now.nanos());
    HeldGroup group = holding;
    List<HeldLoss> gone = new ArrayList<>();
    List<HeldLoss.OfService> reduced = new ArrayList<>();
    if (group != null) {
      List<HeldLoss> confirmed = held.takeWaiting(since -> isConfirmed(since, contact, now));
      for (HeldLoss loss : confirmed) {
        if (loss instanceof HeldLoss.OfService service && service.growth().isPresent()) {
          HeldLoss.OfService rest = service.withoutFirst();
          held.put(rest);
          reduced.add(rest);
        } else {
          gone.add(loss);
        }
      }
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
    return new Confirmed(gone, reduced);
  }

  /**
   * Whether what has been so since a time is believed now: nothing has failed for the time of
   * confirmation; or it has been so for a multiple of it, and the registry was read again and again
   * in the last part of that, whatever failed in between.
   */
  boolean isConfirmed(long since, RegistryView.Contact contact, Moment now) {
    Optional<Long> start = contact.readableSince(since);
    boolean steady =
        start.isPresent()
            && now.nanos() - start.get() >= confirmAfter
            && contact.isReadSince(start.get() + confirmAfter / 2);
    return steady
        || (now.nanos() - since >= CEILING * confirmAfter
            && reads.wereRegular(contact, now.nanos()));
  }

  /** Forgets the groups of which nothing is held any more. */
  void closeEmpty() {
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
      // Also to see when the registry is read: look again in a while.
      long again = Math.max(1, confirmAfter / 10);
      long due =
          contact
              .readableSince(oldest.nanos())
              .map(start -> confirmAfter - (now - start))
              .filter(left -> left > 0 && left < again)
              .orElse(again);
      reminders = LongStream.concat(reminders, LongStream.of(due));
    }
    return reminders.boxed().min(Long::compare).map(Duration::ofNanos);
  }
}
