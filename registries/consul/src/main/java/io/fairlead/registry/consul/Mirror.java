package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
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
 * such a reset the services first get time to register again: until it is over, what is added and
 * changed goes through, and instances that are missing are kept beside it. So they are while it is
 * not known whether Consul was reset; {@link Keeping} bounds how long.
 *
 * <p>Nothing is taken away without evidence: an answer without instances is read again in mode
 * {@code consistent}, the token is probed, and answers that ACLs shortened, or that lack Consul's
 * own service although it must be there, count as failures.
 *
 * <p>It has more than 400 lines, because every decision about a service's state is in it; what can
 * be decided without that state is elsewhere.
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
  private final Suspicion suspicion;
  private final Reads reads;
  private final Watches watches;
  private final BlockingQuery<Catalog> catalog;
  private final WholeReads whole;
  private final Keeping keeping;
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
    this.suspicion = new Suspicion(loop);
    this.datacenter = configuration.foldedDatacenter();
    WaitLimit waits = new WaitLimit(loop, registry, configuration.maxWait());
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
            waits,
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
            waits);
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
            catalog::readNow,
            this::live);
    this.keeping =
        new Keeping(loop, whole, cluster, suspicion, new Holds(loop, sink), configuration.settle());
  }

  void start() {
    loop.check();
    endpoints.whenUp(() -> catalog.start(0));
    loop.every(BALANCE, this::balance);
  }

  private void balance() {
    if (whole.phase() == Phase.READING) {
      return;
    }
    watches.balance();
    if (suspicion.isOlderThan(configuration.settle())) {
      endSuspicion();
    }
    keeping.services().stream().filter(keeping::isOverdue).forEach(reads::urgent);
    keeping.tell();
  }

  /** Every service that keeps something is read now, and that decides. */
  private void readKept() {
    keeping.services().forEach(reads::urgent);
  }

  private void endSuspicion() {
    suspicion.end();
    readKept();
  }

  /** The time of a reset is over: what is missing is told from now on. */
  private void live() {
    suspicion.end();
    List.copyOf(entries.values()).stream().filter(entry -> entry.gone).forEach(this::vanished);
    readKept();
    keeping.tell();
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
    public void wentBackwards(Answer.Read<Catalog> read) {
      reset("index went backwards");
    }

    @Override
    public void endedEarly() {
      if (whole.phase() == Phase.LIVE) {
        suspicion.begin();
      }
    }

    @Override
    public void verified(boolean changed) {
      if (changed) {
        checkAll();
      } else if (!suspicion.isChecking()) {
        endSuspicion();
      }
    }
  }

  private void reset(String sign) {
    suspicion.end();
    whole.reset(sign);
    if (whole.phase() != Phase.READING) {
      keeping.tell();
    }
  }

  /**
   * A wait ended early, and something changed in the same moment: writes after a restoring may have
   * raised an index above the last one, so each service tells whether it was set back.
   */
  private void checkAll() {
    if (entries.isEmpty()) {
      endSuspicion();
    } else if (whole.phase() == Phase.LIVE && !suspicion.isChecking()) {
      suspicion.check(entries.values());
      entries.values().forEach(reads::urgent);
    }
  }

  /** After an outage: whether it is the same cluster decides what to make of losses. */
  private void settleDoubt() {
    cluster.settle(
        () -> {
          readKept();
          catalog.readNow();
        },
        () -> reset("servers are others than before"),
        () -> loop.after(BALANCE, this::settleDoubt));
  }

  private void listed(Catalog read) {
    for (Entry entry : List.copyOf(entries.values())) {
      entry.gone = !read.names().contains(entry.key);
      if (entry.gone) {
        vanished(entry);
      }
    }
    read.names().forEach(this::listed);
  }

  private void listed(String name) {
    if (!entries.containsKey(name)) {
      ServiceId id = new ServiceId(configuration.namespaceOrEmpty(), "", name);
      Entry added = new Entry(name, id, backoffs.get(), loop.now());
      entries.put(name, added);
      reads.urgent(added);
    }
  }

  private void vanished(Entry entry) {
    if (whole.phase() == Phase.READING) {
      forget(entry);
    } else if (entry.hasInstances()) {
      if (keeping.isActive() && !keeping.isOverdue(entry)) {
        // It may register again.
        keeping.keep(entry, entry.service(ServiceHealth.NONE, datacenter));
      } else {
        confirm(entry);
      }
    } else if (!entry.confirming && !whole.phase().keeps()) {
      forget(entry);
    }
  }

  private void forget(Entry entry) {
    entries.remove(entry.key, entry);
    entry.forgotten = true;
    keeping.drop(entry);
    if (suspicion.cleared(entry)) {
      endSuspicion();
    }
    watches.remove(entry);
    reads.forget(entry);
    staleness.forget(entry.part());
  }

  // One service.

  private final class ReadsTaker implements Reads.Taker {
    @Override
    public boolean read(Entry entry, Answer.Read<ServiceHealth> read, Query query) {
      boolean confirmed = query.mode() == Query.Mode.CONSISTENT;
      if (WaitIndex.wentBackwards(entry.index, read.index())) {
        backwards(entry, read, confirmed);
        return true;
      }
      return observed(entry, read, confirmed);
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
    public void wentBackwards(Answer.Read<ServiceHealth> read) {
      backwards(entry, read, false);
    }

    @Override
    public void verified(boolean changed) {
      if (changed) {
        checkAll();
      }
    }
  }

  private boolean observed(Entry entry, Answer.Read<ServiceHealth> read, boolean confirmed) {
    Optional<String> doubt = trust.doubt(entry, read);
    if (doubt.isPresent()) {
      staleness.fail(entry.part(), doubt.get());
      return false;
    }
    staleness.works(entry.part());
    if (suspicion.awaits(entry) && entry.wasCreatedAnew(read.value())) {
      reset("service " + entry.key + " has instances that were created anew");
    }
    entry.index = WaitIndex.usable(read.index());
    Service newest = service(entry, read.value());
    if (whole.phase() == Phase.READING) {
      entry.known = read.value().isEmpty() ? Optional.empty() : Optional.of(newest);
    } else {
      taken(entry, newest, confirmed);
    }
    if (suspicion.cleared(entry)) {
      endSuspicion();
    }
    if (!entry.forgotten) {
      entry.read = true;
      whole.completeIfRead();
      if (whole.phase() != Phase.READING && entry.watch.isEmpty()) {
        watches.add(entry);
        watches.balance();
      }
    }
    return true;
  }

  private void taken(Entry entry, Service newest, boolean confirmed) {
    Service merged = keeping.keep(entry, newest);
    if (!merged.instances().isEmpty()) {
      entry.confirming = false;
      if (!entry.known.equals(Optional.of(merged))) {
        publish(entry, merged);
      }
    } else if (entry.hasInstances()) {
      if (entry.confirming && (confirmed || keeping.isOverdue(entry))) {
        probe.check(verdict -> probed(entry, verdict));
      } else {
        confirm(entry);
      }
    } else if (entry.gone && whole.phase() == Phase.LIVE) {
      forget(entry);
    }
  }

  private void confirm(Entry entry) {
    entry.confirming = true;
    reads.urgent(entry);
  }

  private void probed(Entry entry, Optional<Answer.Failed<Boolean>> verdict) {
    if (entry.forgotten || !entry.confirming || whole.phase() == Phase.READING) {
      return;
    }
    boolean overdue = keeping.isOverdue(entry);
    if (keeping.isActive() && !overdue) {
      entry.confirming = false;
      return;
    }
    if (verdict.isPresent() && !(verdict.get().fault().mayPass() && overdue)) {
      staleness.fail(entry.part(), verdict.get());
      reads.again(entry);
      return;
    }
    entry.confirming = false;
    keeping.drop(entry);
    publish(entry, entry.service(ServiceHealth.NONE, datacenter));
    if (entry.gone && whole.phase() == Phase.LIVE) {
      forget(entry);
    }
  }

  private void publish(Entry entry, Service service) {
    sink.changed(service);
    entry.known = Optional.of(service);
    watches.changed(entry);
  }

  private Service service(Entry entry, ServiceHealth health) {
    if (!health.datacenter().isEmpty()) {
      datacenter = health.datacenter();
    }
    return entry.service(health, datacenter);
  }

  /** One service's index went back: what it lost, or else the catalog, tells whether Consul did. */
  private void backwards(Entry entry, Answer.Read<ServiceHealth> read, boolean confirmed) {
    watches.remove(entry);
    // Whoever takes an instance out raises the index.
    boolean loses = entry.loses(entry.service(read.value(), datacenter));
    if (whole.phase() == Phase.LIVE && (loses || suspicion.isChecking())) {
      if (confirmed) {
        reset("index of service " + entry.key + " went backwards");
      } else {
        // A server that has just become the leader may still be loading its state.
        confirm(entry);
      }
      return;
    }
    entry.index = 0;
    afterCatalog.add(entry);
    catalog.readNow();
  }
}
