package io.fairlead.aggregation;

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
 * <p>How long. Every published change counts, losses too. The first {@code free} changes within
 * {@code window} are published as they come. From then on the host is damped: its next addition
 * waits {@code first}, and each later one twice as long as the one before, up to {@code max}. A
 * wait begins with the first addition that has to wait and has a fixed end, however often the host
 * changes meanwhile; then the newest state is published, not those between, and nothing if it is
 * what is served. A host that had neither a published change nor a wait for the longer of {@code
 * window} and {@code max} is as good as new.
 *
 * <p>What that bounds. Waits do not overlap, and after {@code L = ceil(log2(max / first))} of them
 * each lasts {@code max}. So a host that stays damped has at most {@code L + 1 + T / max} additions
 * published within any time {@code T}. A host that is not damped has at most {@code free} changes
 * in any {@code window}, and becomes so again only after the quiet time {@code R = max(window,
 * max)}. Hence under any sequence of changes the additions published within {@code T} are at most
 * {@code free * (1 + T / window) + (L + 1) * (1 + T / R) + T / max}. Between two additions each
 * loss takes at least one endpoint or resource of those that were served, so one endpoint that
 * flaps has about two changes an interval; a service that loses many endpoints one by one has as
 * many losses, which is what must never wait.
 *
 * <p>What it keeps. Only hosts that changed within the quiet time, found by name; those that wait
 * are in a queue by the end of their wait, so that no drain looks at all hosts. Hosts that were not
 * damped are forgotten on the way, without a timer of their own. Nothing outlives the process:
 * after a start each host has its first change free, so a first whole view is one change.
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
   * @param resources names of its resources, sorted; only of a host of which additions wait
   * @param changed whether something of it is published
   * @param complete whether all that is wanted is then served
   */
  record Look(String registry, List<String> resources, boolean changed, boolean complete) {}

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
    this.quiet = policy.window().compareTo(policy.max()) > 0 ? policy.window() : policy.max();
  }

  private boolean isOff() {
    return policy.free() == Integer.MAX_VALUE;
  }

  /** Whether an addition of that host has to wait at that time. */
  boolean delays(String host, long now) {
    FlapHistory history = histories.get(host);
    return history != null && history.delays(policy, now);
  }

  /** Records what was taken over of a host that was looked at at that time. */
  void published(String host, Look look, long now) {
    if (isOff()) {
      return;
    }
    FlapHistory history = histories.get(host);
    if (history == null) {
      if (!look.changed()) {
        return;
      }
      history = new FlapHistory();
      histories.put(host, history);
    }
    boolean active = look.changed();
    if (look.changed()) {
      history.changed(policy.window(), now);
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
        history.span(policy.window(), now),
        policy.first(),
        policy.max());
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
      } else if (histories.remove(host) != null && expiry == damped) {
        log.info("Host {} has not changed for {}: its changes are published at once", host, quiet);
      }
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
}
