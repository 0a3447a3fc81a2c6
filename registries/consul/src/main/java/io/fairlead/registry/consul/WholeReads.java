package io.fairlead.registry.consul;

import io.fairlead.registry.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When everything is read anew and when that is complete; it says which {@link Phase} it is. Owned
 * by the loop.
 */
final class WholeReads {
  private static final Logger LOG = LoggerFactory.getLogger(WholeReads.class);
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /** How long reading everything once more may take, after services had time to register again. */
  static final Duration REREAD_LIMIT = Duration.ofSeconds(10);

  private final Loop loop;
  private final String registry;
  private final Duration settle;
  private final Endpoints endpoints;
  private final Staleness staleness;
  private final EmptyRegistry emptiness;
  private final Cluster cluster;
  private final Reads reads;
  private final Watches watches;
  private final Collection<Entry> entries;
  private final Runnable readCatalog;
  private final Runnable onLive;
  private Phase phase = Phase.READING;
  private boolean catalogRead;
  private Optional<Loop.Timer> settling = Optional.empty();
  // When services began to get time; empty while they get none, and while nothing can be read.
  private OptionalLong settlingSince = OptionalLong.empty();
  private boolean interrupted;

  /**
   * @param entries of every name that is known: a view of what the mirror holds
   * @param readCatalog has the catalog read now
   * @param onLive is run when each change is told again
   */
  WholeReads(
      Loop loop,
      String registry,
      Duration settle,
      Endpoints endpoints,
      Staleness staleness,
      EmptyRegistry emptiness,
      Cluster cluster,
      Reads reads,
      Watches watches,
      Collection<Entry> entries,
      Runnable readCatalog,
      Runnable onLive) {
    this.loop = loop;
    this.registry = registry;
    this.settle = settle;
    this.endpoints = endpoints;
    this.staleness = staleness;
    this.emptiness = emptiness;
    this.cluster = cluster;
    this.reads = reads;
    this.watches = watches;
    this.entries = entries;
    this.readCatalog = readCatalog;
    this.onLive = onLive;
  }

  Phase phase() {
    return phase;
  }

  /** The catalog was read; a whole read needs it once. */
  void catalogRead() {
    catalogRead = true;
    completeIfRead();
  }

  /** Since when services have had time to register again; empty if there is no such time. */
  OptionalLong settlingSince() {
    return settlingSince;
  }

  /**
   * Everything is read again, since Consul is not what it was; the services get time first. A sign
   * that comes while they have that time makes it no longer.
   */
  void reset(String sign) {
    cluster.forget();
    if (phase.keeps()) {
      LOG.debug("registry {}: Consul's {}, again", registry, sign);
      readEntries();
      return;
    }
    if (!staleness.isSynced()) {
      // The sink knows nothing yet that could be taken away too early.
      LOG.info("registry {}: Consul's {}: everything is read again", registry, sign);
      readAll();
      return;
    }
    LOG.warn(
        "registry {}: Consul's {}: the cluster was rebuilt or restored. Everything is read again;"
            + " what is missing is kept for {} s",
        registry,
        sign,
        settle.toSeconds());
    phase = Phase.SETTLING;
    interrupted = false;
    settle();
    readEntries();
  }

  private void settle() {
    settlingSince = OptionalLong.of(loop.now());
    settling.ifPresent(Loop.Timer::cancel);
    settling = Optional.of(loop.after(settle, this::settled));
  }

  private void settled() {
    if (!endpoints.anyUp() && !interrupted) {
      // Nobody could register meanwhile. So there is one more time once Consul answers again; only
      // one, or an address that fails again and again would make it endless.
      interrupted = true;
      settlingSince = OptionalLong.empty();
      entries.forEach(Entry::dropLost);
      endpoints.whenUp(
          () -> {
            settle();
            readEntries();
          });
      return;
    }
    phase = Phase.REREADING;
    settling = Optional.of(loop.after(REREAD_LIMIT, this::giveUp));
    readAgain();
  }

  /** Something cannot be read: from now on each service counts alone again. */
  private void giveUp() {
    if (phase == Phase.REREADING) {
      LOG.warn(
          "registry {}: not everything could be read again within {} s; each service that is read"
              + " counts from now on",
          registry,
          REREAD_LIMIT.toSeconds());
      live();
    }
  }

  private void readAll() {
    phase = Phase.READING;
    readAgain();
  }

  private void readAgain() {
    catalogRead = false;
    readEntries();
    readCatalog.run();
  }

  private void readEntries() {
    for (Entry entry : entries) {
      entry.index = 0;
      entry.read = false;
      entry.confirming = false;
      watches.remove(entry);
      reads.urgent(entry);
    }
  }

  /** Gives the whole view if nothing is left to read; to be called whenever something was. */
  void completeIfRead() {
    if (!isReading() || !catalogRead) {
      return;
    }
    if (!entries.stream().allMatch(entry -> entry.read)) {
      return;
    }
    List<Service> services = new ArrayList<>();
    entries.forEach(entry -> newest(entry).ifPresent(services::add));
    if (services.isEmpty()) {
      emptiness.confirm(names(), this::confirmedEmpty);
    } else {
      complete(services);
    }
  }

  private boolean isReading() {
    return phase == Phase.READING || phase == Phase.REREADING;
  }

  /** What a whole view has of a service: only one that has instances. */
  private static Optional<Service> newest(Entry entry) {
    return entry.newest.or(() -> entry.known).filter(one -> !one.instances().isEmpty());
  }

  private void complete(List<Service> services) {
    for (Entry entry : entries) {
      entry.known = newest(entry);
      entry.confirming = false;
      entry.dropLost();
    }
    staleness.synced(services);
    LOG.info("registry {}: {} services read from Consul", registry, services.size());
    live();
    cluster.note();
  }

  private void live() {
    phase = Phase.LIVE;
    settlingSince = OptionalLong.empty();
    settling.ifPresent(Loop.Timer::cancel);
    entries.stream().filter(entry -> entry.read).forEach(watches::add);
    watches.balance();
    onLive.run();
  }

  private void confirmedEmpty(Optional<Answer.Failed<?>> doubt) {
    if (doubt.isPresent()) {
      staleness.fail(Mirror.CATALOG, doubt.get());
      loop.after(AGAIN, this::completeIfRead);
    } else if (isReading()
        && entries.stream().allMatch(entry -> entry.read && newest(entry).isEmpty())) {
      staleness.works(Mirror.CATALOG);
      complete(List.of());
    } else {
      completeIfRead();
    }
  }

  private Set<String> names() {
    return entries.stream().map(entry -> entry.key).collect(Collectors.toSet());
  }
}
