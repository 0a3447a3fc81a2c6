package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blocking queries of single services, as many as the connections allow. Where they are too
 * few, the services that changed last have one and the rest are read in turn: at the sweep's pace
 * after every change of the catalog, at once when one of their checks changes, and in any case once
 * in the longest wait. Owned by the loop.
 */
final class Watches {
  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);
  // The blocking queries of the catalog and of the failing checks.
  private static final int RESERVED_QUERIES = 2;
  // A service loses its watch to another one only after being quiet for this long, so that services
  // do not take watches from each other all the time.
  private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();
  private static final Duration WATCH_INTERVAL = Duration.ofMillis(500);
  private static final int WATCH_BURST = 5;

  private final Loop loop;
  private final ConsulConfiguration configuration;
  private final ConnectionPools pools;
  private final Reads reads;
  private final ConsulClient client;
  private final WaitLimit waits;
  private final Function<TrackedService, BlockingQuery.Listener<ServiceHealth>> listeners;
  private final BlockingQuery<FailingChecks> checks;
  // Both in the order of their last change; an tracked is taken out before its time changes.
  private final TreeSet<TrackedService> watched = new TreeSet<>(order());
  private final TreeSet<TrackedService> unwatched = new TreeSet<>(order());
  private Optional<FailingChecks> failing = Optional.empty();
  private long sweptAt;
  private boolean warned;

  Watches(
      Loop loop,
      ConsulConfiguration configuration,
      ConnectionPools pools,
      ConsulClient client,
      Reads reads,
      Backoff backoff,
      WaitLimit waits,
      Function<TrackedService, BlockingQuery.Listener<ServiceHealth>> listeners) {
    this.loop = loop;
    this.configuration = configuration;
    this.pools = pools;
    this.client = client;
    this.reads = reads;
    this.waits = waits;
    this.listeners = listeners;
    this.checks =
        new BlockingQuery<>(
            loop,
            pools,
            client::checks,
            new ChecksListener(),
            backoff,
            new TokenBucket(2, Duration.ofSeconds(1), loop.now()),
            waits);
  }

  private static Comparator<TrackedService> order() {
    return Comparator.<TrackedService>comparingLong(tracked -> tracked.changedAt)
        .thenComparing(tracked -> tracked.key);
  }

  /** Adds a service that was read to those that can get a watch. */
  void add(TrackedService tracked) {
    loop.assertOnLoop();
    if (!watched.contains(tracked)) {
      unwatched.add(tracked);
    }
  }

  /** Removes a service that is no longer mirrored, or must be read before it can be watched. */
  void remove(TrackedService tracked) {
    loop.assertOnLoop();
    watched.remove(tracked);
    unwatched.remove(tracked);
    tracked.watch.ifPresent(BlockingQuery::stop);
    tracked.watch = Optional.empty();
  }

  /** Moves up a service that changed; it may get the watch of one that has long been quiet. */
  void changed(TrackedService tracked) {
    loop.assertOnLoop();
    boolean wasWatched = watched.remove(tracked);
    boolean wasUnwatched = unwatched.remove(tracked);
    tracked.changedAt = loop.now();
    if (wasWatched) {
      watched.add(tracked);
    } else if (wasUnwatched) {
      unwatched.add(tracked);
      if (!watched.isEmpty() && loop.now() - watched.first().changedAt > QUIET_NANOS) {
        demote(watched.first());
        promote(tracked);
      }
    }
  }

  /** Starts reading the services without a watch in turn, since the catalog changed somewhere. */
  void wake() {
    if (!unwatched.isEmpty()) {
      sweptAt = loop.now();
      reads.paced(unwatched);
    }
  }

  /** Distributes the available watches; called when services are read, and each second. */
  void balance() {
    loop.assertOnLoop();
    if (!pools.anyUp()) {
      return;
    }
    int slots = Math.max(0, pools.watchSlots() - RESERVED_QUERIES);
    while (watched.size() > slots) {
      demote(watched.first());
    }
    while (watched.size() < slots && !unwatched.isEmpty()) {
      promote(unwatched.last());
    }
    if (unwatched.isEmpty()) {
      checks.stop();
      failing = Optional.empty();
      warned = false;
      return;
    }
    if (!checks.isRunning()) {
      checks.start(0);
    }
    if (loop.now() - sweptAt > configuration.maxWait().toNanos() && !reads.isSweeping()) {
      wake();
    }
    warn(slots);
  }

  private void promote(TrackedService tracked) {
    unwatched.remove(tracked);
    watched.add(tracked);
    BlockingQuery<ServiceHealth> watch =
        new BlockingQuery<>(
            loop,
            pools,
            (query, then) -> client.health(tracked.key, query, then),
            listeners.apply(tracked),
            tracked.backoff,
            new TokenBucket(WATCH_BURST, WATCH_INTERVAL, loop.now()),
            waits);
    tracked.watch = Optional.of(watch);
    watch.start(tracked.index);
  }

  private void demote(TrackedService tracked) {
    remove(tracked);
    unwatched.add(tracked);
    // It may have changed while its watch failed or ended.
    reads.paced(List.of(tracked));
  }

  private void warn(int slots) {
    if (warned) {
      return;
    }
    warned = true;
    LOG.warn(
        "registry {}: {} services, but connections for {} watches (maxConnections: {} to each of {}"
            + " addresses{}); {} services are read in turn, {} a second, so a change of one of them"
            + " may take up to {} s to be seen. Serve Consul's API over HTTPS (HTTP/2 carries some"
            + " 250 watches a connection), or raise limits.http_max_conns_per_client in Consul's"
            + " configuration and maxConnections here, or list more agents under addresses",
        loop.registry(),
        watched.size() + unwatched.size(),
        slots,
        configuration.maxConnections(),
        pools.count(),
        pools.multiplexes() ? "" : ", HTTP/1.1",
        unwatched.size(),
        configuration.sweepRate(),
        Math.max(1, unwatched.size() / configuration.sweepRate()));
  }

  /** The listener that reads the unwatched services whose checks changed. */
  private final class ChecksListener implements BlockingQuery.Listener<FailingChecks> {
    @Override
    public boolean read(Answer.Read<FailingChecks> read) {
      if (failing.isEmpty()) {
        // This first answer does not show what changed before it.
        wake();
      } else {
        read(FailingChecks.changed(failing.get(), read.value()));
      }
      failing = Optional.of(read.value());
      return true;
    }

    private void read(Set<FailingChecks.Check> changed) {
      Set<String> services = new HashSet<>();
      Set<String> nodes = new HashSet<>();
      for (FailingChecks.Check check : changed) {
        if (check.service().isEmpty()) {
          nodes.add(check.node());
        } else {
          services.add(check.service());
        }
      }
      for (TrackedService tracked : List.copyOf(unwatched)) {
        if (services.contains(tracked.key) || tracked.runsOn(nodes)) {
          reads.urgent(tracked);
        }
      }
    }

    @Override
    public long failed(Answer.Failed<FailingChecks> failed, int inARow, long index) {
      // The checks are only a hint: the sweep finds what they miss, and the reads report failures.
      return 0;
    }

    @Override
    public void wentBackwards(Answer.Read<FailingChecks> read) {
      failing = Optional.empty();
    }
  }
}
