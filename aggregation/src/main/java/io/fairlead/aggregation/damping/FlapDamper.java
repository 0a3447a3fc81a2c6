package io.fairlead.aggregation.damping;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fairlead.aggregation.collect.Expiry;
import io.fairlead.common.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A damper of hosts that flap: it decides which additions wait, and until when, as the package
 * says.
 *
 * <p>Confined to the commit thread, but for {@link #dampedHosts}. {@link #delays} changes nothing,
 * so that a drain that fails can be repeated; {@link #published} records what was taken over.
 */
public final class FlapDamper {
  private static final Logger LOG = LoggerFactory.getLogger(FlapDamper.class);

  /**
   * The result of evaluating one host.
   *
   * @param registry label of the registry that has it; empty if nobody has
   * @param resources names of its resources, sorted; only of a host that is remembered
   * @param change the difference that is published, if it is anything to remember
   * @param complete whether all that is wanted is then served
   */
  public record HostEvaluation(
      String registry, List<String> resources, Optional<HostDiff> change, boolean complete) {
    public HostEvaluation {
      resources = List.copyOf(resources);
    }
  }

  /** A host that waits; the end of the wait is monotonic, in nanoseconds. */
  private record Waiting(List<String> resources, long since, long until, int changes) {}

  /** The end of a wait. */
  private record WaitEnd(long at, String host) {}

  private final DampingPolicy policy;
  private final Duration quiet;
  // Hosts that are not damped: forgotten once nothing was published of them for the quiet time.
  private final Cache<String, FlapHistory> undamped;
  private final Map<String, FlapHistory> damped = new HashMap<>();
  // The damped hosts, since their last repetition or wait.
  private final Expiry<String> calming = new Expiry<>();
  private final PriorityQueue<WaitEnd> waitEnds =
      new PriorityQueue<>(Comparator.comparing(WaitEnd::at, (a, b) -> Long.signum(a - b)));
  private final Map<String, Waiting> waiting = new ConcurrentSkipListMap<>();
  // The latest time that was given: what the cache goes by.
  private long clock;

  public FlapDamper(DampingPolicy policy) {
    this.policy = policy;
    this.quiet = policy.quiet();
    this.undamped =
        Caffeine.newBuilder()
            .expireAfterWrite(quiet)
            .ticker(() -> clock)
            .executor(Runnable::run)
            .build();
  }

  /** Whether nothing has to wait or to be remembered. */
  public boolean isOff() {
    return policy.free() == Integer.MAX_VALUE;
  }

  /** Whether a host is remembered. */
  public boolean remembers(String host) {
    return history(host) != null;
  }

  private @Nullable FlapHistory history(String host) {
    FlapHistory history = damped.get(host);
    return history == null ? undamped.getIfPresent(host) : history;
  }

  /** Whether that addition to a host, if it is one, has to wait at that time. */
  public boolean delays(String host, HostDiff wanted, long now) {
    FlapHistory history = history(host);
    return history != null && history.delays(policy, wanted, now);
  }

  /** Records what was taken over of a host that was evaluated at that time. */
  public void published(String host, HostEvaluation evaluation, long now) {
    if (isOff()) {
      return;
    }
    clock = now;
    FlapHistory history = history(host);
    if (history == null) {
      if (evaluation.change().isEmpty()) {
        return;
      }
      history = new FlapHistory();
    }
    boolean active = false;
    if (evaluation.change().isPresent()) {
      boolean counts = history.changed(policy, evaluation.change().get(), now);
      // A host that is damped is so until its repetitions end; else its sockets are to be known.
      active = counts || !history.isDamped();
    }
    if (history.isOver(now)) {
      history.endWait();
      active = true;
    }
    if (!evaluation.complete() && !history.isWaiting()) {
      if (!history.isDamped()) {
        warn(host, evaluation.registry(), history, now);
      }
      waitEnds.add(new WaitEnd(history.beginWait(policy, now), host));
      active = true;
    }
    if (active) {
      remember(host, history, now);
    }
    show(host, evaluation, history, now);
  }

  private void remember(String host, FlapHistory history, long now) {
    // Removed first: a cache that is written twice within a second goes on with the former time.
    undamped.invalidate(host);
    calming.remove(host);
    if (history.isDamped()) {
      damped.put(host, history);
      calming.add(host, now);
    } else {
      undamped.put(host, history);
    }
  }

  private void warn(String host, String registry, FlapHistory history, long now) {
    LOG.warn(
        "registry {}: host {} changed {} times within {}; its additions are published every {} at"
            + " first, later up to every {}, removals at once; check the clients that register"
            + " this service",
        registry,
        host,
        history.changes(policy.window(), now),
        Durations.format(history.span(policy.window(), now)),
        Durations.format(policy.first()),
        Durations.format(policy.max()));
  }

  private void show(String host, HostEvaluation evaluation, FlapHistory history, long now) {
    if (history.isWaiting()) {
      int changes = history.changes(policy.window(), now);
      waiting.put(
          host, new Waiting(evaluation.resources(), history.since(), history.until(), changes));
    } else {
      waiting.remove(host);
    }
  }

  /** Returns the hosts whose waits are over, to be evaluated again; also ends what is quiet. */
  public List<String> takeDue(long now) {
    List<String> due = new ArrayList<>();
    while (!waitEnds.isEmpty() && now - waitEnds.element().at() >= 0) {
      due.add(waitEnds.remove().host());
    }
    clock = now;
    undamped.cleanUp();
    for (String host : calming.takeDue(quiet, now)) {
      FlapHistory history = damped.get(host);
      if (history != null && history.isWaiting()) {
        // Its wait is over and cannot be ended, since nothing is committed at present.
        calming.add(host, now);
      } else if (history != null) {
        endDamping(host, history, now);
      }
    }
    return due;
  }

  private void endDamping(String host, FlapHistory history, long now) {
    LOG.info(
        "Host {} has not changed for {}: its changes are published at once",
        host,
        Durations.format(quiet));
    damped.remove(host);
    if (history.changedWithin(quiet, now)) {
      history.calm();
      undamped.put(host, history);
    }
  }

  /** Returns the time until a host is due, zero if one is. */
  public Optional<Duration> untilNext(long now) {
    Optional<Duration> wait =
        Optional.ofNullable(waitEnds.peek())
            .map(end -> Duration.ofNanos(Math.max(0, end.at() - now)));
    return Stream.of(wait, calming.untilNext(quiet, now))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  /** Returns the names of the hosts that wait. */
  public List<String> waiting() {
    return List.copyOf(waiting.keySet());
  }

  /**
   * Returns the hosts that wait, by name. For any thread.
   *
   * @param nanos the time now, monotonic
   * @param now the same time by the wall clock
   */
  public List<DampedHost> dampedHosts(long nanos, Instant now) {
    List<DampedHost> hosts = new ArrayList<>();
    waiting.forEach(
        (host, wait) -> {
          // Rounded: the two clocks do not tick together, and each call would give another time.
          Instant until =
              now.plusNanos(wait.until() - nanos + 500_000).truncatedTo(ChronoUnit.MILLIS);
          Instant since =
              now.minusNanos(nanos - wait.since() - 500_000).truncatedTo(ChronoUnit.MILLIS);
          hosts.add(new DampedHost(host, wait.resources(), since, until, wait.changes()));
        });
    return hosts;
  }

  /** Returns the number of hosts that are remembered. */
  int remembered() {
    undamped.cleanUp();
    return damped.size() + (int) undamped.estimatedSize();
  }
}
