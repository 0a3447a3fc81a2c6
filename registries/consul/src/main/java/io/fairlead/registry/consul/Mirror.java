package io.fairlead.registry.consul;

import io.fairlead.registry.Backoff;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is known of one Consul datacenter, and what the sink is told of it. Owned by the loop.
 *
 * <p>A whole read gives the sink one view: at the start, and after Consul's index went backwards,
 * which is how a rebuilt or restored cluster shows. In between each service is told alone. After
 * such a reset the services first get time to register again: until it is over, additions and
 * changes go through and nothing that loses an instance does.
 *
 * <p>Nothing is taken away without evidence: an answer without instances is read again in mode
 * {@code consistent}, the token is probed, and answers that ACLs shortened, or that lack Consul's
 * own service although it must be there, count as failures.
 */
final class Mirror {
  /** The catalog as a part of the registry that can fail alone. */
  static final String CATALOG = "catalog";

  private static final Duration BALANCE = Duration.ofSeconds(1);

  private final Loop loop;
  private final ConsulConfiguration configuration;
  private final RegistrySink sink;
  private final Endpoints endpoints;
  private final Supplier<Backoff> backoffs;
  private final Staleness staleness;
  private final TokenProbe probe;
  private final Trust trust;
  private final Cluster cluster;
  private final Reads reads;
  private final Watches watches;
  private final BlockingQuery<Catalog> catalog;
  private final WholeReads whole;
  private final Map<String, Entry> entries = new HashMap<>();
  private final List<Entry> afterCatalog = new ArrayList<>();
  private long catalogIndex;
  private String datacenter;

  Mirror(
      Loop loop,
      String registry,
      ConsulConfiguration configuration,
      RegistrySink sink,
      Staleness staleness,
      Endpoints endpoints,
      ConsulClient client,
      Supplier<Backoff> backoffs) {
    this.loop = loop;
    this.configuration = configuration;
    this.sink = sink;
    this.staleness = staleness;
    this.endpoints = endpoints;
    this.backoffs = backoffs;
    this.probe = new TokenProbe(client);
    this.trust = new Trust(configuration);
    this.cluster = new Cluster(loop, client);
    String configured = configuration.datacenter();
    this.datacenter = configured == null ? "" : configured;
    this.reads = new Reads(loop, endpoints, client, configuration.sweepRate(), new ReadsTaker());
    this.watches =
        new Watches(
            loop,
            registry,
            configuration,
            endpoints,
            client,
            reads,
            backoffs.get(),
            WatchListener::new);
    this.catalog =
        new BlockingQuery<>(
            loop,
            endpoints,
            // What is not waited for is read in mode consistent: a server that has just become the
            // leader answers others from a state that it is still loading.
            (query, then) -> client.catalog(query.blocks() ? query : Query.CONFIRM, then),
            new CatalogListener(),
            backoffs.get(),
            new TokenBucket(3, BALANCE, loop.now()),
            configuration.maxWait());
    this.whole =
        new WholeReads(
            loop,
            registry,
            configuration.settle(),
            endpoints,
            staleness,
            new EmptyRegistry(client, probe, trust),
            cluster,
            reads,
            watches,
            entries.values(),
            catalog::readNow);
  }

  void start() {
    loop.check();
    endpoints.whenUp(() -> catalog.start(0));
    loop.every(BALANCE, this::balance);
  }

  private void balance() {
    if (whole.phase() != Phase.READING) {
      watches.balance();
    }
  }

  // The catalog.

  private final class CatalogListener implements BlockingQuery.Listener<Catalog> {
    @Override
    public boolean read(Answer.Read<Catalog> read) {
      Optional<String> doubt = trust.doubt(read);
      if (doubt.isPresent()) {
        staleness.fail(CATALOG, doubt.get());
        read.value().names().forEach(Mirror.this::listed);
        return false;
      }
      staleness.works(CATALOG);
      settleDoubt();
      listed(read.value());
      if (read.index() != catalogIndex && whole.phase() != Phase.READING) {
        watches.wake();
      }
      catalogIndex = read.index();
      List<Entry> waited = List.copyOf(afterCatalog);
      afterCatalog.clear();
      waited.forEach(reads::urgent);
      whole.catalogRead();
      return true;
    }

    @Override
    public long failed(Answer.Failed<Catalog> failed, int inARow, long index) {
      staleness.tell(CATALOG, failed, inARow);
      if (failed.fault() == Fault.UNREACHABLE || failed.fault() == Fault.SERVER) {
        cluster.doubt();
      }
      // Not to wait on: after an outage the index may have gone back, and a query that waits for
      // the old one would hang until the longest wait is over.
      return 0;
    }

    @Override
    public void wentBackwards() {
      whole.reset("index went backwards");
    }

    @Override
    public boolean abandoned() {
      // Not left to the index: writes after the restoring may have raised it above the last one.
      whole.reset("state was set back while a query waited");
      return true;
    }
  }

  /** After an outage: whether it is the same cluster decides what to make of losses. */
  private void settleDoubt() {
    cluster.settle(
        held -> {
          held.stream().filter(entry -> !entry.forgotten).forEach(reads::urgent);
          catalog.readNow();
        },
        () -> whole.reset("servers are others than before"),
        () -> loop.after(BALANCE, this::settleDoubt));
  }

  private void listed(Catalog read) {
    for (Entry entry : List.copyOf(entries.values())) {
      entry.gone = !read.names().containsKey(entry.key);
      if (entry.gone) {
        vanished(entry);
      }
    }
    read.names().forEach(this::listed);
  }

  private void listed(String key, String name) {
    ServiceId id = new ServiceId(configuration.namespaceOrEmpty(), "", name);
    Entry entry = entries.get(key);
    if (entry == null) {
      Entry added = new Entry(key, id, backoffs.get(), loop.now());
      entries.put(key, added);
      reads.urgent(added);
    } else if (!entry.id.equals(id)) {
      respelled(entry, id);
    }
  }

  private void respelled(Entry entry, ServiceId id) {
    ServiceId before = entry.id;
    entry.id = id;
    if (entry.known.isPresent()) {
      Service renamed = entry.renamed(entry.known.get());
      if (whole.phase() != Phase.READING) {
        sink.removed(before);
        sink.changed(renamed);
      }
      entry.known = Optional.of(renamed);
    }
  }

  private void vanished(Entry entry) {
    switch (whole.phase()) {
      case READING -> forget(entry);
      case SETTLING -> {
        // It may register again; the whole read that follows decides.
      }
      case LIVE -> {
        if (cluster.isDoubted()) {
          cluster.hold(entry);
        } else if (entry.hasInstances()) {
          confirm(entry);
        } else if (!entry.confirming) {
          forget(entry);
        }
      }
    }
  }

  private void forget(Entry entry) {
    entries.remove(entry.key, entry);
    entry.forgotten = true;
    watches.remove(entry);
    reads.forget(entry);
    staleness.forget(entry.part());
  }

  // One service.

  private final class ReadsTaker implements Reads.Taker {
    @Override
    public boolean read(Entry entry, Answer.Read<ServiceHealth> read, Query query) {
      if (WaitIndex.wentBackwards(entry.index, read.index())) {
        backwards(entry);
        return true;
      }
      return observed(entry, read, query.mode() == Query.Mode.CONSISTENT);
    }

    @Override
    public void failed(Entry entry, Answer.Failed<ServiceHealth> failed) {
      staleness.tell(entry.part(), failed, entry.failures);
    }
  }

  private final class WatchListener implements BlockingQuery.Listener<ServiceHealth> {
    private final Entry entry;

    WatchListener(Entry entry) {
      this.entry = entry;
    }

    @Override
    public boolean read(Answer.Read<ServiceHealth> read) {
      return observed(entry, read, false);
    }

    @Override
    public long failed(Answer.Failed<ServiceHealth> failed, int inARow, long index) {
      // What was told has to be read before it can be taken back; else waiting goes on.
      return staleness.tell(entry.part(), failed, inARow) ? 0 : index;
    }

    @Override
    public void wentBackwards() {
      backwards(entry);
    }
  }

  private boolean observed(Entry entry, Answer.Read<ServiceHealth> read, boolean confirmed) {
    Optional<String> doubt = trust.doubt(entry, read);
    if (doubt.isPresent()) {
      staleness.fail(entry.part(), doubt.get());
      return false;
    }
    staleness.works(entry.part());
    entry.index = WaitIndex.usable(read.index());
    if (read.value().isEmpty()) {
      withoutInstances(entry, confirmed);
    } else {
      withInstances(entry, service(entry, read.value()));
    }
    if (!entry.forgotten) {
      entry.read = true;
      if (whole.phase() == Phase.READING) {
        whole.completeIfRead();
      } else if (entry.watch.isEmpty()) {
        watches.add(entry);
        watches.balance();
      }
    }
    return true;
  }

  private void withInstances(Entry entry, Service service) {
    entry.confirming = false;
    boolean loses = whole.phase() != Phase.READING && entry.loses(service);
    if (loses && whole.phase() == Phase.LIVE && cluster.isDoubted()) {
      cluster.hold(entry);
      return;
    }
    boolean held = loses && whole.phase() == Phase.SETTLING;
    if (!held && !entry.known.equals(Optional.of(service))) {
      publish(entry, service);
    }
  }

  private void withoutInstances(Entry entry, boolean confirmed) {
    if (whole.phase() == Phase.READING) {
      entry.known = Optional.empty();
    } else if (whole.phase() == Phase.LIVE && cluster.isDoubted()) {
      cluster.hold(entry);
    } else if (whole.phase() == Phase.LIVE && entry.hasInstances()) {
      if (confirmed && entry.confirming) {
        probe.check(verdict -> probed(entry, verdict));
      } else {
        confirm(entry);
      }
    } else if (whole.phase() == Phase.LIVE && entry.gone) {
      forget(entry);
    }
  }

  private void confirm(Entry entry) {
    entry.confirming = true;
    reads.urgent(entry);
  }

  private void probed(Entry entry, Optional<Answer.Failed<Boolean>> verdict) {
    if (entry.forgotten || !entry.confirming || whole.phase() != Phase.LIVE) {
      return;
    }
    if (cluster.isDoubted()) {
      cluster.hold(entry);
      return;
    }
    if (verdict.isPresent()) {
      staleness.fail(entry.part(), verdict.get());
      reads.again(entry);
      return;
    }
    entry.confirming = false;
    publish(entry, entry.service(ServiceHealth.NONE, datacenter));
    if (entry.gone) {
      forget(entry);
    }
  }

  private void publish(Entry entry, Service service) {
    if (whole.phase() != Phase.READING) {
      sink.changed(service);
    }
    entry.known = Optional.of(service);
    watches.changed(entry);
  }

  private Service service(Entry entry, ServiceHealth health) {
    if (!health.datacenter().isEmpty()) {
      datacenter = health.datacenter();
    }
    return entry.service(health, datacenter);
  }

  /** One service's index went back: the catalog tells whether Consul was reset. */
  private void backwards(Entry entry) {
    entry.index = 0;
    watches.remove(entry);
    afterCatalog.add(entry);
    catalog.readNow();
  }
}
