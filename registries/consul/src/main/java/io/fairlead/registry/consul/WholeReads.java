package io.fairlead.registry.consul;

import io.fairlead.registry.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
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
  private Phase phase = Phase.READING;
  private boolean catalogRead;
  private Optional<Loop.Timer> settling = Optional.empty();

  /**
   * @param entries of every name that is known: a view of what the mirror holds
   * @param readCatalog has the catalog read now
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
      Runnable readCatalog) {
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
  }

  Phase phase() {
    return phase;
  }

  /** The catalog was read; a whole read needs it once. */
  void catalogRead() {
    catalogRead = true;
    completeIfRead();
  }

  /** Everything is read again, since Consul is not what it was; the services get time first. */
  void reset(String sign) {
    LOG.warn(
        "registry {}: Consul's {}: the cluster was rebuilt or restored. Everything is read again;"
            + " nothing that was known is removed for {}",
        registry,
        sign,
        settle);
    cluster.forget();
    settling.ifPresent(Loop.Timer::cancel);
    if (!staleness.isSynced()) {
      // The sink knows nothing yet that could be taken away too early.
      readAll();
      return;
    }
    phase = Phase.SETTLING;
    readEntries();
    settling = Optional.of(loop.after(settle, this::readAll));
  }

  private void readAll() {
    if (!endpoints.anyUp()) {
      // Nobody could register meanwhile: the time counts from when Consul answers again.
      endpoints.whenUp(() -> settling = Optional.of(loop.after(settle, this::readAll)));
      return;
    }
    phase = Phase.READING;
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
    if (phase != Phase.READING || !catalogRead) {
      return;
    }
    if (!entries.stream().allMatch(entry -> entry.read)) {
      return;
    }
    List<Service> services = new ArrayList<>();
    entries.forEach(entry -> entry.known.ifPresent(services::add));
    if (services.isEmpty()) {
      emptiness.confirm(names(), this::confirmedEmpty);
    } else {
      complete(services);
    }
  }

  private void complete(List<Service> services) {
    staleness.synced(services);
    LOG.info("registry {}: {} services read from Consul", registry, services.size());
    phase = Phase.LIVE;
    cluster.note();
    entries.forEach(watches::add);
    watches.balance();
  }

  private void confirmedEmpty(Optional<Answer.Failed<?>> doubt) {
    if (doubt.isPresent()) {
      staleness.fail(Mirror.CATALOG, doubt.get());
      loop.after(AGAIN, this::completeIfRead);
    } else if (phase == Phase.READING
        && entries.stream().allMatch(entry -> entry.read && entry.known.isEmpty())) {
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
