package io.fairlead.aggregation.guard;

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
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The guard of one source: the owner of what is held, of what was let go lately, and of what people
 * have decided. The package says why and how.
 *
 * <p>Confined to the commit thread, but for {@link #statuses}, {@link #summaries} and {@link
 * #hasGuard}.
 *
 * @param <K> identifies what is guarded
 * @param <L> a held loss, with what its owner needs
 */
public final class DeletionGuard<K, L extends HeldLoss<K>> {
  /** By how many times the time of confirmation a loss is believed although reads failed. */
  static final int CEILING = 2;

  private static final int ID_DIGITS = 8;

  /** A loss and the others with which it is decided about. */
  private record Held<L>(L loss, HeldGroup group) {}

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
  private long confirmAfter;
  private final GuardLog log;
  private final RegularReads reads;
  private final RecentLosses<K> recent;
  // Changed by the commit thread, for any thread.
  private final Map<K, Held<L>> held = new ConcurrentHashMap<>();
  // The oldest first; replaced as a whole.
  private volatile List<HeldGroup> groups = List.of();
  // Of the losses that wait, those that were rejected left out: their sum, and how many are seen
  // from each time on, compared by the difference, as monotonic nanoseconds are to be.
  private ServiceCount waiting = ServiceCount.NONE;
  private final TreeMap<Long, Integer> waitingSince =
      new TreeMap<>((one, other) -> Long.signum(one - other));
  // What new losses join.
  private @Nullable HeldGroup holding;

  /**
   * A guard that holds nothing.
   *
   * @param source the name of what it guards, for people
   * @param idPrefix what the ids of its groups begin with; a digest of what is lost follows
   * @param restOf gives of a loss that has grown while it was held the part that has to wait longer
   */
  public DeletionGuard(
      GuardPolicy policy, String source, String idPrefix, Function<L, Optional<L>> restOf) {
    this.policy = policy;
    this.source = source;
    this.idPrefix = idPrefix;
    this.restOf = restOf;
    this.confirmAfter = policy.confirmAfter().toNanos();
    this.log = new GuardLog(source, policy);
    this.reads = new RegularReads(confirmAfter);
    this.recent = new RecentLosses<>(confirmAfter);
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
    confirmAfter = next.confirmAfter().toNanos();
    log.use(next);
    reads.use(confirmAfter);
    recent.use(confirmAfter);
    HeldGroup group = holding;
    if (!wider
        || group == null
        || group.isWaiting()
        || next.isTooMuch(waiting.plus(lostLately(now)), group.of())) {
      return List.of();
    }
    List<L> losses = lossesOf(group);
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
    Held<L> found = held.get(key);
    return found == null ? null : found.loss;
  }

  /** Whether somebody wants to keep what is held: of a key, if it is held. */
  public boolean isRejected(K key) {
    Held<L> found = held.get(key);
    return found != null && found.group.isRejected();
  }

  /** Takes how a loss that is held is by now. */
  public void update(L loss) {
    Held<L> before = held.get(loss.key());
    if (before != null) {
      put(loss, before.group);
    }
  }

  private void put(L loss, HeldGroup group) {
    forget(loss.key());
    held.put(loss.key(), new Held<>(loss, group));
    group.grow(1);
    if (!group.isRejected()) {
      count(loss, 1);
    }
  }

  /** Holds nothing of a key any more. */
  public void forget(K key) {
    Held<L> before = held.remove(key);
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

  private List<L> lossesOf(HeldGroup group) {
    return held.values().stream().filter(one -> one.group == group).map(Held::loss).toList();
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
    ServiceCount lost = recent.sum().plus(waiting);
    for (Map.Entry<K, ServiceCount> loss : losses.entrySet()) {
      lost = lost.plus(recent.beyondGrowth(loss.getKey(), loss.getValue()));
    }
    HeldGroup before = holding;
    boolean undecided = before != null && !isConfirmed(before.opened().nanos(), health, now);
    if (!undecided && !policy.isTooMuch(lost, of)) {
      losses.forEach((key, one) -> recent.add(key, one, now.nanos()));
      return List.of();
    }
    List<L> newest = losses.keySet().stream().map(heldAs).toList();
    HeldGroup group = before == null ? open(newest, of, now) : before;
    newest.forEach(loss -> put(loss, group));
    if (group.takeGrowth()) {
      if (before == null) {
        log.tripped(group, lost, of, newest, now.wall().plus(policy.confirmAfter()));
      } else {
        log.grown(group, waiting, newest);
      }
    }
    return newest;
  }

  private HeldGroup open(Collection<L> losses, ServiceCount of, Moment now) {
    HeldGroup group = new HeldGroup(unusedId(losses), source, now, of, firstReminder());
    holding = group;
    List<HeldGroup> more = new ArrayList<>(groups);
    more.add(group);
    groups = List.copyOf(more);
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
    reads.note(health, now.nanos());
    Confirmed<L> confirmed = new Confirmed<>(new ArrayList<>(), new ArrayList<>());
    HeldGroup group = holding;
    if (group != null
        && !waitingSince.isEmpty()
        && isConfirmed(waitingSince.firstKey(), health, now)) {
      List<L> due =
          lossesOf(group).stream()
              .filter(loss -> isConfirmed(loss.since().nanos(), health, now))
              .toList();
      for (L loss : due) {
        // After a failure both parts may be due at once: the rest is not to wait for another look.
        Optional<L> rest =
            restOf.apply(loss).filter(part -> !isConfirmed(part.since().nanos(), health, now));
        if (rest.isPresent()) {
          put(rest.get(), group);
          confirmed.reduced.add(rest.get());
        } else {
          forget(loss.key());
          confirmed.gone.add(loss);
        }
      }
      log.confirmed(group, due);
    }
    closeEmpty();
    for (HeldGroup each : groups) {
      if (each.takeReminder(now.nanos())) {
        log.reminder(each, each.size(), Duration.ofNanos(now.nanos() - each.opened().nanos()));
      }
    }
    return confirmed;
  }

  /**
   * Whether what has been so since a time is believed now: nothing has failed for the time of
   * confirmation; or it has been so for a multiple of it, and the source was read again and again
   * in the last part of that, whatever failed in between.
   */
  private boolean isConfirmed(long since, ConnectionHealth health, Moment now) {
    Optional<Long> start = health.readableSince(since);
    boolean steady =
        start.isPresent()
            && now.nanos() - start.get() >= confirmAfter
            && health.isReadSince(start.get() + confirmAfter / 2);
    return steady
        || (now.nanos() - since >= CEILING * confirmAfter
            && reads.wereRegular(health, now.nanos()));
  }

  /** Ends the groups of which nothing is held any more. */
  public void closeEmpty() {
    for (HeldGroup group : groups) {
      if (group.size() == 0) {
        groups = groups.stream().filter(other -> other != group).toList();
        log.closed(group);
        if (holding == group) {
          holding = null;
        }
      }
    }
  }

  private @Nullable HeldGroup group(String id) {
    return groups.stream().filter(group -> group.id().equals(id)).findFirst().orElse(null);
  }

  /** Takes out all that is held under an id, as somebody approves it; nothing if it is unknown. */
  public List<L> approve(String id) {
    HeldGroup group = group(id);
    if (group == null) {
      return List.of();
    }
    if (group == holding) {
      recent.clear();
    }
    List<L> losses = lossesOf(group);
    losses.forEach(loss -> forget(loss.key()));
    log.approved(group, losses);
    closeEmpty();
    return losses;
  }

  /** Keeps all that is held under an id until it comes back or is approved. */
  public void reject(String id, long now) {
    HeldGroup group = group(id);
    if (group == null || group != holding) {
      return;
    }
    lossesOf(group).forEach(loss -> count(loss, -1));
    group.reject(now, firstReminder());
    holding = null;
    recent.clear();
    log.rejected(group, group.size());
  }

  /** Time until something may be due. */
  public Optional<Duration> untilNext(ConnectionHealth health, long now) {
    LongStream due = groups.stream().mapToLong(group -> group.untilReminder(now));
    if (!waitingSince.isEmpty()) {
      // Also to see when the source is read: look again in a while.
      long again = Math.max(1, confirmAfter / 10);
      long confirmed =
          health
              .readableSince(waitingSince.firstKey())
              .map(start -> confirmAfter - (now - start))
              .filter(left -> left > 0 && left < again)
              .orElse(again);
      due = LongStream.concat(due, LongStream.of(confirmed));
    }
    return due.boxed().min(Long::compare).map(Duration::ofNanos);
  }

  // What follows is of a source that left the configuration: it is held before it is judged.

  /** Holds all that a source had that is not one any more, until it is judged. */
  public void hold(Collection<L> all, ServiceCount of, Moment now) {
    HeldGroup group = open(all, of, now);
    all.forEach(loss -> put(loss, group));
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
    return groups.stream().anyMatch(HeldGroup::isRejected);
  }

  /**
   * Judges what was held without.
   *
   * @param seenNow gives the same loss as one that is seen from now on
   * @return whether it waits for its confirmation from now on; if not, it is to go
   */
  public boolean judgeHeld(ServiceCount of, UnaryOperator<L> seenNow, Moment now) {
    HeldGroup group = holding;
    if (group == null || policy.isOff() || !policy.isTooMuch(waiting, of)) {
      return false;
    }
    group.waitFor(List.of());
    List<L> losses = lossesOf(group).stream().map(seenNow).toList();
    losses.forEach(loss -> put(loss, group));
    log.tripped(group, waiting, of, losses, now.wall().plus(policy.confirmAfter()));
    return true;
  }

  /**
   * Takes out all that is held, to be let go.
   *
   * @param elsewhere number of services that go on with other sources, for people
   */
  public List<L> letGo(int elsewhere) {
    ServiceCount lost = waiting;
    List<L> losses = held.values().stream().map(Held::loss).toList();
    losses.forEach(loss -> forget(loss.key()));
    closeEmpty();
    log.left(lost, elsewhere);
    return losses;
  }

  // What follows is for any thread.

  /** Returns the groups that are held, the oldest first. */
  public List<GuardStatus> statuses(ConnectionHealth health, InstantSource clock) {
    return groups.stream().map(group -> status(group, true, health, clock)).toList();
  }

  /** The same without each service: it costs no sorting. */
  public List<GuardStatus> summaries(ConnectionHealth health, InstantSource clock) {
    return groups.stream().map(group -> status(group, false, health, clock)).toList();
  }

  private GuardStatus status(
      HeldGroup group, boolean withServices, ConnectionHealth health, InstantSource clock) {
    List<HeldService> services = lossesOf(group).stream().map(HeldLoss::shownAs).toList();
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
    return group(id) != null;
  }
}
