package io.fairlead.guard;

import io.fairlead.versioning.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The guard of one source: it decides what is held, from what it holds already, what was let go
 * lately, and what people have decided. The package says why and how.
 *
 * <p>Confined to the commit thread, but for {@link #statuses}, {@link #summaries} and {@link
 * #hasGuard}.
 *
 * @param <K> identifies what is guarded
 * @param <L> a held loss, with what its owner needs
 */
public final class DeletionGuard<K, L extends HeldLoss<K>> {
  private static final int ID_DIGITS = 8;

  /**
   * Losses that are believed now.
   *
   * @param gone losses that are to be let go
   * @param reduced losses of which a part is believed; the rest of them is still held
   */
  public record Confirmed<L>(List<L> gone, List<L> reduced) {}

  // Written by the commit thread.
  private volatile GuardPolicy policy;
  private final String source;
  private final String idPrefix;
  private final Function<L, Optional<L>> restOf;
  private final GuardLog log;
  private final Confirmation confirmation;
  private final RecentLosses<K> recent;
  private final HeldLosses<K, L> held = new HeldLosses<>();
  // What new losses join.
  private @Nullable HeldGroup holding;

  /**
   * A guard that holds nothing.
   *
   * @param subject what it guards
   * @param idPrefix what the ids of its groups begin with; a digest of what is lost follows
   * @param restOf gives of a loss that has grown while it was held the part that has to wait longer
   */
  public DeletionGuard(
      GuardPolicy policy, GuardSubject subject, String idPrefix, Function<L, Optional<L>> restOf) {
    this.policy = policy;
    this.source = subject.name();
    this.idPrefix = idPrefix;
    this.restOf = restOf;
    this.log = new GuardLog(subject, policy);
    this.confirmation = new Confirmation(policy.confirmAfter());
    this.recent = new RecentLosses<>(policy.confirmAfter().toNanos());
  }

  /**
   * Goes over to another policy, by which what is held is judged, too: the new time of confirmation
   * counts from when a loss was seen first, and if the new limits are wider and what waits is
   * within them, it is believed. A rejection stays, and what waits for registries to be read goes
   * on waiting for that.
   *
   * @return losses that are within the new limits, to be let go by the caller
   */
  public List<L> use(GuardPolicy next, Moment now) {
    boolean wider = next.share() > policy.share() || next.atLeast() > policy.atLeast();
    policy = next;
    log.use(next);
    confirmation.use(next.confirmAfter());
    recent.use(next.confirmAfter().toNanos());
    HeldGroup group = holding;
    if (!wider
        || group == null
        || group.isWaiting()
        || next.isTooMuch(held.waiting().plus(lostLately(now)), group.of())) {
      return List.of();
    }
    List<L> losses = held.of(group);
    for (L loss : losses) {
      forget(loss.key());
      recent.add(loss.key(), ServiceCount.lost(loss.before(), loss.now()), now.nanos());
    }
    log.withinLimits(group, losses);
    closeEmpty();
    return losses;
  }

  /** Whether nothing is ever held. */
  public boolean isOff() {
    return policy.isOff();
  }

  /** The loss that is held of a key. */
  public @Nullable L find(K key) {
    return held.find(key);
  }

  /** Whether somebody wants to keep what is held: of a key, if it is held. */
  public boolean isRejected(K key) {
    HeldGroup group = held.groupOf(key);
    return group != null && group.isRejected();
  }

  /** Takes how a loss that is held is by now. */
  public void update(L loss) {
    HeldGroup group = held.groupOf(loss.key());
    if (group != null) {
      held.put(loss, group);
    }
  }

  /** Holds nothing of a key any more. */
  public void forget(K key) {
    held.forget(key);
  }

  /** Returns what was let go without confirmation within the last {@code confirmAfter}. */
  public ServiceCount lostLately(Moment now) {
    recent.forgetOld(now.nanos());
    return recent.sum();
  }

  /** Takes note that something has more endpoints than before. */
  public void gained(K key, int before, int after, Moment now) {
    ServiceCount more = recent.cameBack(key, ServiceCount.lost(after, before));
    // What is new, as all is in the first whole view, is no growth.
    if (before > 0) {
      recent.grew(key, more, now.nanos());
    }
  }

  /** Holds losses no more that are none any more. */
  public void cameBack(Collection<L> losses) {
    losses.forEach(loss -> forget(loss.key()));
    if (!losses.isEmpty()) {
      log.cameBack(losses);
    }
  }

  /**
   * Judges the losses of one report together.
   *
   * @param of what the source contributes, with what was lost lately
   * @param heldAs gives the loss of a key as it is held
   * @return what is held of them: all, or nothing, and then they are to pass
   */
  public List<L> judge(
      Map<K, ServiceCount> losses,
      ServiceCount of,
      Function<K, L> heldAs,
      ConnectionHealth health,
      Moment now) {
    if (losses.isEmpty()) {
      return List.of();
    }
    ServiceCount lost = recent.sum().plus(held.waiting());
    for (Map.Entry<K, ServiceCount> loss : losses.entrySet()) {
      lost = lost.plus(recent.beyondGrowth(loss.getKey(), loss.getValue()));
    }
    HeldGroup before = holding;
    boolean undecided =
        before != null && !confirmation.isConfirmed(before.opened().nanos(), health, now.nanos());
    if (!undecided && !policy.isTooMuch(lost, of)) {
      losses.forEach((key, one) -> recent.add(key, one, now.nanos()));
      return List.of();
    }
    List<L> newest = losses.keySet().stream().map(heldAs).toList();
    HeldGroup group = before == null ? open(newest, of, now) : before;
    newest.forEach(loss -> held.put(loss, group));
    if (group.takeGrowth()) {
      if (before == null) {
        log.tripped(group, lost, of, newest, now.wall().plus(policy.confirmAfter()));
      } else {
        log.grown(group, held.waiting(), newest);
      }
    }
    return newest;
  }

  private HeldGroup open(Collection<L> losses, ServiceCount of, Moment now) {
    HeldGroup group = new HeldGroup(unusedId(losses), source, now, of, firstReminder());
    holding = group;
    held.open(group);
    return group;
  }

  // By what is lost, so that an id means the same loss on every replica and after a restart: a
  // number would have somebody who read it at one replica approve another loss at the next.
  private String unusedId(Collection<L> losses) {
    String lost =
        losses.stream()
            .map(loss -> loss.shownAs().service().toString())
            .sorted()
            .collect(Collectors.joining("\n"));
    String id =
        idPrefix + Digest.version(lost.getBytes(StandardCharsets.UTF_8)).substring(0, ID_DIGITS);
    String unused = id;
    for (int i = 2; hasGuard(unused); i++) {
      unused = id + "-" + i;
    }
    return unused;
  }

  private Duration firstReminder() {
    return policy.confirmAfter().multipliedBy(2);
  }

  /** Takes out what is believed now: to be let go by the caller. */
  public Confirmed<L> takeConfirmed(ConnectionHealth health, Moment now) {
    confirmation.note(health, now.nanos());
    Confirmed<L> confirmed = new Confirmed<>(new ArrayList<>(), new ArrayList<>());
    HeldGroup group = holding;
    Long since = held.waitingSince();
    if (group != null && since != null && confirmation.isConfirmed(since, health, now.nanos())) {
      List<L> due =
          held.of(group).stream()
              .filter(loss -> confirmation.isConfirmed(loss.since().nanos(), health, now.nanos()))
              .toList();
      for (L loss : due) {
        // After a failure both parts may be due at once: the rest is not to wait for another look.
        Optional<L> rest =
            restOf
                .apply(loss)
                .filter(
                    part -> !confirmation.isConfirmed(part.since().nanos(), health, now.nanos()));
        if (rest.isPresent()) {
          held.put(rest.get(), group);
          confirmed.reduced.add(rest.get());
        } else {
          forget(loss.key());
          confirmed.gone.add(loss);
        }
      }
      log.confirmed(group, due);
    }
    closeEmpty();
    for (HeldGroup each : held.groups()) {
      if (each.takeReminder(now.nanos())) {
        log.reminder(each, each.size(), Duration.ofNanos(now.nanos() - each.opened().nanos()));
      }
    }
    return confirmed;
  }

  /** Ends the groups of which nothing is held any more. */
  public void closeEmpty() {
    held.closeEmpty(
        group -> {
          log.closed(group);
          if (holding == group) {
            holding = null;
          }
        });
  }

  /** Takes out all that is held under an id, as somebody approves it; nothing if it is unknown. */
  public List<L> approve(String id) {
    HeldGroup group = held.group(id);
    if (group == null) {
      return List.of();
    }
    if (group == holding) {
      recent.clear();
    }
    List<L> losses = held.of(group);
    losses.forEach(loss -> forget(loss.key()));
    log.approved(group, losses);
    closeEmpty();
    return losses;
  }

  /** Keeps all that is held under an id until it comes back or is approved. */
  public void reject(String id, long now) {
    HeldGroup group = held.group(id);
    if (group == null || group != holding) {
      return;
    }
    held.reject(group, () -> group.reject(now, firstReminder()));
    holding = null;
    recent.clear();
    log.rejected(group, group.size());
  }

  /** Time until something may be due. */
  public Optional<Duration> untilNext(ConnectionHealth health, long now) {
    Stream<Duration> due =
        held.groups().stream().map(group -> Duration.ofNanos(group.untilReminder(now)));
    Long since = held.waitingSince();
    if (since != null) {
      due = Stream.concat(due, Stream.of(confirmation.untilLook(since, health, now)));
    }
    return due.min(Comparator.naturalOrder());
  }

  // What follows is of a source that left the configuration: it is held before it is judged.

  /** Holds all that a source had that is not one any more, until it is judged. */
  public void hold(Collection<L> all, ServiceCount of, Moment now) {
    HeldGroup group = open(all, of, now);
    all.forEach(loss -> held.put(loss, group));
  }

  /** Says which sources have to be read before it is judged. */
  public void waitFor(List<String> sources) {
    HeldGroup group = holding;
    if (group != null) {
      boolean anew = group.waitingFor().isEmpty();
      group.waitFor(sources);
      if (anew) {
        log.leaves(group, group.of());
      }
    }
  }

  /** Whether somebody wants to keep something. */
  public boolean isRejected() {
    return held.groups().stream().anyMatch(HeldGroup::isRejected);
  }

  /**
   * Judges what was held without.
   *
   * @param seenNow gives the same loss as one that is seen from now on
   * @return whether it waits for its confirmation from now on; if not, it is to go
   */
  public boolean judgeHeld(ServiceCount of, UnaryOperator<L> seenNow, Moment now) {
    HeldGroup group = holding;
    if (group == null || policy.isOff() || !policy.isTooMuch(held.waiting(), of)) {
      return false;
    }
    group.waitFor(List.of());
    List<L> losses = held.of(group).stream().map(seenNow).toList();
    losses.forEach(loss -> held.put(loss, group));
    log.tripped(group, held.waiting(), of, losses, now.wall().plus(policy.confirmAfter()));
    return true;
  }

  /**
   * Takes out all that is held, to be let go.
   *
   * @param elsewhere number of services that go on with other sources, for people
   */
  public List<L> letGo(int elsewhere) {
    ServiceCount lost = held.waiting();
    List<L> losses = held.all();
    losses.forEach(loss -> forget(loss.key()));
    closeEmpty();
    log.left(lost, elsewhere);
    return losses;
  }

  // What follows is for any thread.

  /** Returns the groups that are held, the oldest first. */
  public List<GuardStatus> statuses(ConnectionHealth health, InstantSource clock) {
    return held.groups().stream().map(group -> status(group, true, health, clock)).toList();
  }

  /** The same without each service: it costs no sorting. */
  public List<GuardStatus> summaries(ConnectionHealth health, InstantSource clock) {
    return held.groups().stream().map(group -> status(group, false, health, clock)).toList();
  }

  private GuardStatus status(
      HeldGroup group, boolean withServices, ConnectionHealth health, InstantSource clock) {
    List<HeldService> services = held.of(group).stream().map(HeldLoss::shownAs).toList();
    List<HeldService> shown =
        withServices
            ? services.stream()
                .sorted(
                    Comparator.comparing(HeldService::service)
                        .thenComparing(HeldService::endpointsBefore))
                .toList()
            : List.of();
    return group.status(services, shown, health, policy.confirmAfter(), clock);
  }

  /** Whether something is held under an id. */
  public boolean hasGuard(String id) {
    return held.group(id) != null;
  }
}
