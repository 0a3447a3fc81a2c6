package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which services have a blocking query of their own. As many as the connections allow; where they
 * are too few, those that changed last have one and the rest are read in turn: at the sweep's pace
 * after every change of the catalog, at once when one of their checks changes, and in any case once
 * in the longest wait. Owned by the loop.
 */
final class Watches {
  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);
  // The catalog and the failing checks have a blocking query each.
  private static final int OWN = 2;
  // A watch is taken from a service only if it has been quiet that long, so that they do not take
  // it from each other all the time.
  private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();
  private static final Duration BETWEEN = Duration.ofMillis(500);
  private static final int AT_ONCE = 5;

  private final Loop loop;
  private final String registry;
  private final ConsulConfiguration configuration;
  private final Endpoints endpoints;
  private final Reads reads;
  private final ConsulClient client;
  private final WaitLimit waits;
  private final Function<Entry, BlockingQuery.Listener<ServiceHealth>> listeners;
  private final BlockingQuery<FailingChecks> checks;
  // Both in the order of their last change; an entry is taken out before its time changes.
  private final TreeSet<Entry> watched = new TreeSet<>(order());
  private final TreeSet<Entry> unwatched = new TreeSet<>(order());
  private Optional<FailingChecks> failing = Optional.empty();
  private long sweptAt;
  private boolean warned;

  Watches(
      Loop loop,
      String registry,
      ConsulConfiguration configuration,
      Endpoints endpoints,
      ConsulClient client,
      Reads reads,
      Backoff backoff,
      WaitLimit waits,
      Function<Entry, BlockingQuery.Listener<ServiceHealth>> listeners) {
    this.loop = loop;
    this.registry = registry;
    this.configuration = configuration;
    this.endpoints = endpoints;
    this.client = client;
    this.reads = reads;
    this.waits = waits;
    this.listeners = listeners;
    this.checks =
        new BlockingQuery<>(
            loop,
            endpoints,
            client::checks,
            new ChecksListener(),
            backoff,
            new TokenBucket(2, Duration.ofSeconds(1), loop.now()),
            waits);
  }

  private static Comparator<Entry> order() {
    return Comparator.<Entry>comparingLong(entry -> entry.changedAt)
        .thenComparing(entry -> entry.key);
  }

  /** A service that was read has its turn for a watch. */
  void add(Entry entry) {
    loop.check();
    if (!watched.contains(entry)) {
      unwatched.add(entry);
    }
  }

  /** A service is no longer mirrored, or has to be read anew before it can be watched. */
  void remove(Entry entry) {
    loop.check();
    watched.remove(entry);
    unwatched.remove(entry);
    entry.watch.ifPresent(BlockingQuery::stop);
    entry.watch = Optional.empty();
  }

  /** A service changed: it moves up, and may take the watch of one that has long been quiet. */
  void changed(Entry entry) {
    loop.check();
    boolean wasWatched = watched.remove(entry);
    boolean wasUnwatched = unwatched.remove(entry);
    entry.changedAt = loop.now();
    if (wasWatched) {
      watched.add(entry);
    } else if (wasUnwatched) {
      unwatched.add(entry);
      if (!watched.isEmpty() && loop.now() - watched.first().changedAt > QUIET_NANOS) {
        demote(watched.first());
        promote(entry);
      }
    }
  }

  /** The catalog changed somewhere: the services without a watch are read in turn. */
  void wake() {
    if (!unwatched.isEmpty()) {
      sweptAt = loop.now();
      reads.paced(unwatched);
    }
  }

  /** Gives out the watches that there are; called when services are read, and each second. */
  void balance() {
    loop.check();
    if (!endpoints.anyUp()) {
      return;
    }
    int slots = Math.max(0, endpoints.watchSlots() - OWN);
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

  private void promote(Entry entry) {
    unwatched.remove(entry);
    watched.add(entry);
    BlockingQuery<ServiceHealth> watch =
        new BlockingQuery<>(
            loop,
            endpoints,
            (query, then) -> client.health(entry.key, query, then),
            listeners.apply(entry),
            entry.backoff,
            new TokenBucket(AT_ONCE, BETWEEN, loop.now()),
            waits);
    entry.watch = Optional.of(watch);
    watch.start(entry.index);
  }

  private void demote(Entry entry) {
    remove(entry);
    unwatched.add(entry);
    // What changed while its watch failed or ended is read in turn.
    reads.paced(List.of(entry));
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
        registry,
        watched.size() + unwatched.size(),
        slots,
        configuration.maxConnections(),
        endpoints.count(),
        endpoints.multiplexes() ? "" : ", HTTP/1.1",
        unwatched.size(),
        configuration.sweepRate(),
        Math.max(1, unwatched.size() / configuration.sweepRate()));
  }

  /** Finds the unwatched services that a change of checks concerns. */
  private final class ChecksListener implements BlockingQuery.Listener<FailingChecks> {
    @Override
    public boolean read(Answer.Read<FailingChecks> read) {
      if (failing.isEmpty()) {
        // What changed before this first answer is not in it.
        wake();
      } else {
        FailingChecks.changed(failing.get(), read.value()).forEach(this::read);
      }
      failing = Optional.of(read.value());
      return true;
    }

    private void read(FailingChecks.Check check) {
      for (Entry entry : List.copyOf(unwatched)) {
        if (check.service().isEmpty()
            ? entry.runsOn(check.node())
            : entry.key.equals(check.service())) {
          reads.urgent(entry);
        }
      }
    }

    @Override
    public long failed(Answer.Failed<FailingChecks> failed, int inARow, long index) {
      // Only a hint: the sweep finds what it misses, and the reads report what fails.
      return 0;
    }

    @Override
    public void wentBackwards(Answer.Read<FailingChecks> read) {
      failing = Optional.empty();
    }
  }
}
