package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import io.fairlead.registry.Notice;
import io.fairlead.registry.support.NoticeReporter;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The blocking queries of single services, as many as the connections allow. Where they are too
 * few, the services that changed last have one; of the rest the {@link ChangeFeed} finds those that
 * changed, and in any case each is read once in the longest wait, as are names that only proxies or
 * gateways have. Owned by the loop.
 */
final class Watches {
  // The blocking queries of the catalog and of the change feed.
  private static final int RESERVED_QUERIES = 1 + ChangeFeed.QUERIES;
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
  private final NoticeReporter notices;
  private final Function<TrackedService, BlockingQuery.Listener<ServiceHealth>> listeners;
  private final ChangeFeed feed;
  // Both in the order of their last change; an tracked is taken out before its time changes.
  private final TreeSet<TrackedService> watched = new TreeSet<>(order());
  private final TreeSet<TrackedService> unwatched = new TreeSet<>(order());
  // The latter by their key.
  private final Map<String, TrackedService> unwatchedByKey = new HashMap<>();
  // Names of proxies and gateways alone: an application may get one of them one day.
  private final Set<TrackedService> others = new HashSet<>();
  private long sweptAt;

  Watches(
      Loop loop,
      ConsulConfiguration configuration,
      ConnectionPools pools,
      ConsulClient client,
      Reads reads,
      Supplier<Backoff> backoffs,
      WaitLimit waits,
      NoticeReporter notices,
      Function<TrackedService, BlockingQuery.Listener<ServiceHealth>> listeners) {
    this.loop = loop;
    this.configuration = configuration;
    this.pools = pools;
    this.client = client;
    this.reads = reads;
    this.waits = waits;
    this.notices = notices;
    this.listeners = listeners;
    this.feed =
        new ChangeFeed(
            loop, pools, client, reads, unwatchedByKey, configuration.probeRate(), backoffs, waits);
    this.sweptAt = loop.now();
  }

  private static Comparator<TrackedService> order() {
    return Comparator.<TrackedService>comparingLong(tracked -> tracked.changedAt)
        .thenComparing(tracked -> tracked.key);
  }

  /** Adds a service that was read to those that can get a watch. */
  void add(TrackedService tracked) {
    loop.assertOnLoop();
    others.remove(tracked);
    if (tracked.ofOthers) {
      endUnwatched(tracked);
      others.add(tracked);
    } else if (!watched.contains(tracked)) {
      leaveUnwatched(tracked);
    }
  }

  private void leaveUnwatched(TrackedService tracked) {
    unwatched.add(tracked);
    unwatchedByKey.put(tracked.key, tracked);
  }

  private boolean endUnwatched(TrackedService tracked) {
    unwatchedByKey.remove(tracked.key, tracked);
    return unwatched.remove(tracked);
  }

  /** Removes a service that is no longer mirrored, or must be read before it can be watched. */
  void remove(TrackedService tracked) {
    loop.assertOnLoop();
    watched.remove(tracked);
    others.remove(tracked);
    endUnwatched(tracked);
    tracked.watch.ifPresent(BlockingQuery::stop);
    tracked.watch = Optional.empty();
  }

  /** Moves up a service that changed; it may get the watch of one that has long been quiet. */
  void changed(TrackedService tracked) {
    loop.assertOnLoop();
    boolean wasWatched = watched.remove(tracked);
    boolean wasUnwatched = endUnwatched(tracked);
    tracked.changedAt = loop.now();
    if (wasWatched) {
      watched.add(tracked);
    } else if (wasUnwatched) {
      leaveUnwatched(tracked);
      if (!watched.isEmpty() && loop.now() - watched.first().changedAt > QUIET_NANOS) {
        demote(watched.first());
        promote(tracked);
      }
    }
  }

  /** Finds the services without a watch that changed, since the catalog did. */
  void wake(long catalogIndex) {
    feed.wake(catalogIndex);
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
    if (loop.now() - sweptAt > configuration.maxWait().toNanos() && !reads.isSweeping()) {
      sweptAt = loop.now();
      reads.paced(unwatched);
      reads.paced(others);
    }
    if (unwatched.isEmpty()) {
      feed.stop();
      notices.end(Notice.Kind.CHANGES_LATE);
      return;
    }
    feed.start();
    warn(slots);
  }

  private void promote(TrackedService tracked) {
    endUnwatched(tracked);
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
    leaveUnwatched(tracked);
    // It may have changed while its watch failed or ended.
    reads.paced(List.of(tracked));
  }

  private void warn(int slots) {
    int without = unwatched.size();
    notices.report(
        new Notice(
            Notice.Kind.CHANGES_LATE,
            "watches",
            watched.size()
                + without
                + " services, but connections for "
                + slots
                + " watches (maxConnections: "
                + configuration.maxConnections()
                + ", addresses: "
                + pools.count()
                + (pools.multiplexes() ? "" : ", HTTP/1.1")
                + "). After a change in Consul the other "
                + without
                + " are compared by up to as many small requests, "
                + configuration.probeRate()
                + " a second if changes do not stop (probeRate): a change of one of them is seen"
                + " after a second or two, or up to "
                + 2 * Math.max(1, without / configuration.probeRate())
                + " s then.",
            "Serve Consul's API over HTTPS (HTTP/2 carries some 250 watches a connection), or raise"
                + " limits.http_max_conns_per_client in Consul's configuration and maxConnections"
                + " here, or list more agents under addresses."));
  }
}
