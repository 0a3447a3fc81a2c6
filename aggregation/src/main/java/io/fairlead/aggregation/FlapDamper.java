package io.fairlead.aggregation;

import io.fairlead.common.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides for which hosts what is new has to wait, since they change again and again.
 *
 * <p>Why at all. Each change of an entry is a push of every istiod to its proxies. A client that
 * registers and deregisters in a loop, a health check at its limit, two registries that take a host
 * from each other: each of them would keep the mesh pushing for ever. The debounce does not help,
 * it only makes it one push a second. So the cause does not matter here; what counts is what would
 * be published of one host, after all registries were merged.
 *
 * <p>What waits. A change is a loss if it only takes endpoints or whole resources away; everything
 * else is an addition: new endpoints, other weights, labels or ports, a resource that comes (back).
 * A loss never waits, since requests to an endpoint that is gone fail: while an addition waits, the
 * served entry goes on without the endpoints that the wanted one lacks, otherwise as it was ({@link
 * EndpointCut}), and a host that goes goes at once. An addition that is late costs capacity, one
 * that is early costs a push.
 *
 * <p>What counts. Only what repeats itself: a rolling deployment of 100 instances is 200 changes
 * within a minute or two and none of them too many. If they counted, the old endpoints would leave
 * at once while the new ones wait, and the service would lose capacity in the middle of a
 * deployment, which is worse than all pushes that are saved. So a published change counts if
 *
 * <ul>
 *   <li>a socket or a resource comes back that had gone and come back before (a {@link Part};
 *       "before" is within the quiet time {@code R = max(window, max)}, and {@code max} longer for
 *       a host that is damped, since its waits keep away what would be back). In a rolling restart
 *       on fixed addresses each endpoint goes and comes back once, which does not count;
 *   <li>one goes that had come back within that time;
 *   <li>something else is altered (weights, labels, ports, locality, a resource's metadata) and
 *       nothing comes that was not there before. So a new version that is labelled in place, on
 *       endpoints that never leave, does count: its labels may be late, no endpoint is;
 *   <li>something is gained, and all that was gained within {@code window} is more than twice the
 *       most sockets that the host had in it, and {@code free} besides. That is the turnover: a
 *       deployment replaces each endpoint once, a client that registers under another address each
 *       second replaces one for ever and never repeats itself otherwise.
 * </ul>
 *
 * <p>How long. The first {@code free} changes that count within {@code window} are published as
 * they come, and all that do not count at any time, unless a wait is on. From then on the host is
 * damped: its next addition that counts (not only for what goes with it) begins a wait of {@code
 * first}, and each later one a wait twice as long as the one before, up to {@code max}. A wait has
 * a fixed end, however often the host changes meanwhile; then the newest state is published, not
 * those between, and nothing if it is what is served. A host that had neither a change that counts
 * nor a wait for the quiet time {@code R} is as good as new.
 *
 * <p>What a wait holds up besides. There is one clock for a host: while a wait is on, every
 * addition waits for its end, also of endpoints that do not flap. So while a host of which one
 * endpoint flaps is deployed, each new endpoint may be up to {@code max} late. But no resource is
 * served without endpoints for that: if the cut would leave none, or it has none, and a wanted
 * socket did not go within the time that is remembered, the newest state is published at once and
 * the wait goes on. That ends where the turnover does: each endpoint of a client that goes on
 * registering under new addresses is one that never went, and beyond the turnover they wait even if
 * the service is empty meanwhile.
 *
 * <p>What that bounds. Waits do not overlap, and after {@code L = ceil(log2(max / first))} of them
 * each lasts {@code max}. So a host that stays damped has at most {@code L + 1 + T / max} repeated
 * additions within any time {@code T}. A host that is not damped has at most {@code free} in any
 * {@code window}, and becomes so again only after {@code R}. Hence under any sequence of changes
 * the repeated additions within {@code T} are at most {@code free * (1 + T / window) + (L + 1) * (1
 * + T / R) + T / max}. Additions that repeat nothing, and those that leave no resource bare, each
 * gain something within the turnover: with at most {@code N} sockets at a time they are at most
 * {@code (2 * N + free) * (1 + T / window)}. That bounds a client that invents addresses, not to a
 * push a minute but to what a deployment has; among a fixed set of {@code K} sockets and resources
 * they are also at most {@code 2 * K * (1 + T / R)}, since each comes anew or back for the first
 * time at most once each in {@code R}. Between two additions each loss takes at least one endpoint
 * or resource of those that were served, so one endpoint that flaps has about two changes an
 * interval; a service that loses many endpoints one by one has as many losses, which is what must
 * never wait.
 *
 * <p>What it keeps. Only hosts that changed within the quiet time, found by name, and only what
 * they lost within it or got back, of one host at most {@value PartMemory#MOST} parts: what goes
 * besides counts as new when it comes back, so among more endpoints that flap together only those
 * are noticed. Those that wait are in a queue by the end of their wait, so that no drain looks at
 * all hosts. Hosts that were not damped are forgotten on the way, without a timer of their own.
 * Nothing outlives the process, and where a host first appears nothing is remembered of that, so a
 * first whole view costs nothing.
 *
 * <p>Confined to the commit thread, but for {@link #shown}. {@link #delays} changes nothing, so
 * that a drain that fails can be repeated; {@link #published} records what was taken over.
 */
final class FlapDamper {
  private static final Logger log = LoggerFactory.getLogger(FlapDamper.class);

  /**
   * What came of looking at a host.
   *
   * @param registry label of the registry that has it; empty if nobody has
   * @param resources names of its resources, sorted; only of a host that is remembered
   * @param change what of it is published, if it is anything to remember
   * @param complete whether all that is wanted is then served
   */
  record Look(
      String registry, List<String> resources, Optional<HostDiff> change, boolean complete) {}

  /** A host that waits, as any thread may see it; the time is monotonic, in nanoseconds. */
  record Shown(String host, List<String> resources, long until, int changes) {}

  /** The end of a wait. */
  private record WaitEnd(long at, String host) {}

  private final DampingPolicy policy;
  private final Duration quiet;
  private final Map<String, FlapHistory> histories = new HashMap<>();
  // Every host with a history is in one of the two, since its last change or wait.
  private final Expiry<String> undamped = new Expiry<>();
  private final Expiry<String> damped = new Expiry<>();
  private final PriorityQueue<WaitEnd> waitEnds =
      new PriorityQueue<>(Comparator.comparing(WaitEnd::at, (a, b) -> Long.signum(a - b)));
  private final Map<String, Shown> shown = new ConcurrentSkipListMap<>();

  FlapDamper(DampingPolicy policy) {
    this.policy = policy;
    this.quiet = policy.quiet();
  }

  /** Whether nothing has to wait or to be remembered. */
  boolean isOff() {
    return policy.free() == Integer.MAX_VALUE;
  }

  /** Whether a host is remembered. */
  boolean remembers(String host) {
    return histories.containsKey(host);
  }

  /** Whether that addition to a host, if it is one, has to wait at that time. */
  boolean delays(String host, HostDiff wanted, long now) {
    FlapHistory history = histories.get(host);
    return history != null && history.delays(policy, wanted, now);
  }

  /** Records what was taken over of a host that was looked at at that time. */
  void published(String host, Look look, long now) {
    if (isOff()) {
      return;
    }
    FlapHistory history = histories.get(host);
    if (history == null) {
      if (look.change().isEmpty()) {
        return;
      }
      history = new FlapHistory();
      histories.put(host, history);
    }
    boolean active = false;
    if (look.change().isPresent()) {
      boolean counts = history.changed(policy, look.change().get(), now);
      // A host that is damped is so until its repetitions end; else its sockets are to be known.
      active = counts || !history.isDamped();
    }
    if (history.isOver(now)) {
      history.endWait();
      active = true;
    }
    if (!look.complete() && !history.isWaiting()) {
      if (!history.isDamped()) {
        warn(host, look.registry(), history, now);
      }
      waitEnds.add(new WaitEnd(history.beginWait(policy, now), host));
      active = true;
    }
    if (active) {
      undamped.remove(host);
      damped.remove(host);
      (history.isDamped() ? damped : undamped).add(host, now);
    }
    show(host, look, history, now);
    forget(undamped, now);
  }

  private void warn(String host, String registry, FlapHistory history, long now) {
    log.warn(
        "Registry {}: host {} changed {} times within {}; its additions are published every {} at"
            + " first and every {} at last, removals at once; look at the clients that register"
            + " this service",
        registry,
        host,
        history.changes(policy.window(), now),
        Durations.format(history.span(policy.window(), now)),
        Durations.format(policy.first()),
        Durations.format(policy.max()));
  }

  private void show(String host, Look look, FlapHistory history, long now) {
    if (history.isWaiting()) {
      int changes = history.changes(policy.window(), now);
      shown.put(host, new Shown(host, look.resources(), history.until(), changes));
    } else {
      shown.remove(host);
    }
  }

  /** Takes the hosts whose waits are over: they are to be looked at. Also ends what is quiet. */
  List<String> takeDue(long now) {
    List<String> due = new ArrayList<>();
    while (!waitEnds.isEmpty() && now - waitEnds.element().at() >= 0) {
      due.add(waitEnds.remove().host());
    }
    forget(undamped, now);
    forget(damped, now);
    return due;
  }

  private void forget(Expiry<String> expiry, long now) {
    for (String host : expiry.takeDue(quiet, now)) {
      FlapHistory history = histories.get(host);
      if (history != null && history.isWaiting()) {
        // Its wait is over and cannot be ended, since nothing is committed at present.
        expiry.add(host, now);
      } else if (history != null) {
        end(host, history, now);
      }
    }
  }

  private void end(String host, FlapHistory history, long now) {
    if (history.isDamped()) {
      log.info("Host {} has not changed for {}: its changes are published at once", host, quiet);
    }
    if (history.changedWithin(quiet, now)) {
      history.calm();
      undamped.add(host, now);
    } else {
      histories.remove(host);
    }
  }

  /** Time until there is something to take, zero if there is. */
  Optional<Duration> untilNext(long now) {
    Optional<Duration> wait =
        Optional.ofNullable(waitEnds.peek())
            .map(end -> Duration.ofNanos(Math.max(0, end.at() - now)));
    return Stream.of(wait, damped.untilNext(quiet, now))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  /** The hosts that wait, by name. For any thread. */
  Collection<Shown> shown() {
    return shown.values();
  }

  /** Number of hosts that are remembered. */
  int remembered() {
    return histories.size();
  }

  /** Number of parts of hosts that are remembered. */
  int rememberedParts() {
    return histories.values().stream().mapToInt(FlapHistory::remembered).sum();
  }
}
