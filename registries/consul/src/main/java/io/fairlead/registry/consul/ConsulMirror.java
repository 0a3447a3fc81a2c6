package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.HoldReporter;
import io.fairlead.registry.support.NoticeReporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The mirrored state of one Consul datacenter, and the decisions about what the sink gets. Owned by
 * the loop; {@link #reported} is for any thread.
 *
 * <p>A whole read gives the sink one view: at the start, and after Consul's index went backwards,
 * the sign of a rebuilt or restored cluster. In between the services are published one by one.
 * After such a reset the services first get time to register again: meanwhile additions and changes
 * go through, and missing instances are retained. The same holds while it is not known whether
 * Consul was reset; {@link Retention} bounds how long.
 *
 * <p>Nothing is removed without evidence: {@link Publication} has an answer without instances
 * confirmed, and answers that ACLs shortened, or that lack Consul's own service although it must be
 * there, count as failures ({@link Trust}).
 *
 * <p>It is longer than a class should be, since an answer of any kind may change any of these
 * decisions, and what each of them is made of has a class of its own already.
 */
final class ConsulMirror {
  /** The catalog as a part of the registry that can fail alone. */
  static final String CATALOG = "catalog";

  private static final Duration BALANCE_INTERVAL = Duration.ofSeconds(1);
  // Where the catalog changes all the time: a new service is to be seen within a second.
  private static final Duration CATALOG_INTERVAL = Duration.ofMillis(500);

  private final Loop loop;
  private final ConsulConfiguration configuration;
  private final ConnectionPools pools;
  private final Supplier<Backoff> backoffs;
  private final Staleness staleness;
  private final Trust trust;
  private final ClusterIdentity cluster;
  private final Suspicion suspicion;
  private final Reads reads;
  private final Watches watches;
  private final BlockingQuery<Catalog> catalog;
  private final WholeReads whole;
  private final Retention retention;
  private final Publication publication;
  private final Map<String, TrackedService> trackedServices = new ConcurrentHashMap<>();
  private final List<TrackedService> afterCatalog = new ArrayList<>();
  private long catalogIndex;
  private String datacenter;

  ConsulMirror(
      Loop loop,
      ConsulConfiguration configuration,
      RegistrySink sink,
      Staleness staleness,
      NoticeReporter notices,
      ConnectionPools pools,
      ConsulClient client,
      Supplier<Backoff> backoffs) {
    this.loop = loop;
    this.configuration = configuration;
    this.staleness = staleness;
    this.pools = pools;
    this.backoffs = backoffs;
    TokenProbe probe = new TokenProbe(client);
    this.trust = new Trust(configuration);
    this.cluster = new ClusterIdentity(loop, client);
    this.suspicion = new Suspicion(loop);
    this.datacenter = configuration.foldedDatacenter();
    WaitLimit waits = new WaitLimit(loop, configuration.maxWait(), pools::multiplexes);
    this.reads = new Reads(loop, pools, client, configuration.sweepRate(), new ReadsReceiver());
    this.watches =
        new Watches(
            loop,
            configuration,
            pools,
            client,
            reads,
            backoffs,
            waits,
            notices,
            WatchListener::new);
    this.catalog =
        new BlockingQuery<>(
            loop,
            pools,
            // Mode consistent where it is read at once: a server that has just become the leader
            // answers others from a state that it is still loading.
            (query, then) -> client.catalog(query.blocks() ? query : Query.CONFIRM, then),
            new CatalogListener(),
            backoffs.get(),
            new TokenBucket(3, CATALOG_INTERVAL, loop.now()),
            waits);
    this.whole =
        new WholeReads(
            loop,
            configuration.settle(),
            pools,
            staleness,
            new EmptyRegistry(client, probe, trust),
            cluster,
            reads,
            watches,
            trackedServices.values(),
            catalog::readNow,
            this::live);
    this.retention =
        new Retention(
            loop, whole, cluster, suspicion, new HoldReporter(sink), configuration.settle());
    this.publication =
        new Publication(
            sink,
            staleness,
            probe,
            reads,
            watches,
            whole,
            retention,
            () -> datacenter,
            this::forget);
  }

  /** Returns a service as the sink knows it, or will with the next whole view. */
  Optional<Service> reported(ServiceId id) {
    return Optional.ofNullable(trackedServices.get(id.name()))
        .filter(tracked -> tracked.id.equals(id))
        .flatMap(TrackedService::known);
  }

  void start() {
    loop.assertOnLoop();
    pools.whenUp(() -> catalog.start(0));
    loop.every(BALANCE_INTERVAL, this::balance);
  }

  private void balance() {
    if (whole.phase() == MirrorPhase.READING) {
      return;
    }
    watches.balance();
    if (suspicion.isOlderThan(configuration.settle())) {
      endSuspicion();
    }
    retention.services().stream().filter(retention::isOverdue).forEach(reads::urgent);
    retention.report();
  }

  /** Reads every service that retains instances; the answers decide. */
  private void readRetained() {
    retention.services().forEach(reads::urgent);
  }

  private void endSuspicion() {
    suspicion.end();
    readRetained();
  }

  /** Returns to normal after a reset: missing instances are removed from now on. */
  private void live() {
    suspicion.end();
    List.copyOf(trackedServices.values()).stream()
        .filter(tracked -> tracked.gone)
        .forEach(publication::vanished);
    readRetained();
    retention.report();
  }

  // The catalog.

  private final class CatalogListener implements BlockingQuery.Listener<Catalog> {
    @Override
    public boolean read(Answer.Read<Catalog> read) {
      Optional<String> doubt = trust.reasonToDistrust(read);
      if (doubt.isPresent()) {
        staleness.fail(CATALOG, doubt.get());
        read.value().names().forEach(ConsulMirror.this::listed);
        return false;
      }
      staleness.works(CATALOG);
      settleDoubt();
      listed(read.value());
      if (read.index() != catalogIndex) {
        watches.wake(read.index());
      }
      catalogIndex = read.index();
      List<TrackedService> waited = List.copyOf(afterCatalog);
      afterCatalog.clear();
      waited.forEach(reads::urgent);
      whole.catalogRead();
      return true;
    }

    @Override
    public long failed(Answer.Failed<Catalog> failed, int inARow, long index) {
      staleness.report(CATALOG, failed, inARow);
      if (failed.fault() == Fault.UNREACHABLE || failed.fault() == Fault.SERVER) {
        cluster.markDoubted();
      }
      // Read at once: after an outage the index may have gone back, and a query that waits for the
      // old one would hang for the longest wait.
      return 0;
    }

    @Override
    public void wentBackwards(Answer.Read<Catalog> read) {
      reset("index went backwards");
    }

    @Override
    public void endedEarly() {
      if (whole.phase() == MirrorPhase.LIVE) {
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
    if (whole.phase() != MirrorPhase.READING) {
      retention.report();
    }
  }

  /**
   * Reads every service after a wait that ended early while something changed: writes after a
   * restore may have raised the index above the last one, so only the services show whether it
   * happened.
   */
  private void checkAll() {
    if (trackedServices.isEmpty()) {
      endSuspicion();
    } else if (whole.phase() == MirrorPhase.LIVE && !suspicion.isChecking()) {
      suspicion.check(trackedServices.values());
      trackedServices.values().forEach(reads::urgent);
    }
  }

  /**
   * Checks after an outage whether the same cluster answers, which decides about missing instances.
   */
  private void settleDoubt() {
    cluster.verify(
        () -> {
          readRetained();
          catalog.readNow();
        },
        () -> reset("servers are not those of before"),
        () -> loop.after(BALANCE_INTERVAL, this::settleDoubt));
  }

  private void listed(Catalog read) {
    for (TrackedService tracked : List.copyOf(trackedServices.values())) {
      tracked.gone = !read.names().contains(tracked.key);
      if (tracked.gone) {
        publication.vanished(tracked);
      }
    }
    read.names().forEach(this::listed);
  }

  private void listed(String name) {
    if (!trackedServices.containsKey(name)) {
      ServiceId id = new ServiceId(configuration.namespaceOrEmpty(), "", name);
      TrackedService added = new TrackedService(name, id, backoffs.get(), loop.now());
      trackedServices.put(name, added);
      reads.urgent(added);
    }
  }

  private void forget(TrackedService tracked) {
    trackedServices.remove(tracked.key, tracked);
    tracked.forgotten = true;
    retention.drop(tracked);
    if (suspicion.cleared(tracked)) {
      endSuspicion();
    }
    watches.remove(tracked);
    reads.forget(tracked);
    staleness.forget(tracked.part());
  }

  // One service.

  private final class ReadsReceiver implements Reads.Receiver {
    @Override
    public boolean read(TrackedService tracked, Answer.Read<ServiceHealth> read, Query query) {
      boolean confirmed = query.mode() == Query.Mode.CONSISTENT;
      if (WaitIndex.wentBackwards(tracked.index, read.index())) {
        backwards(tracked, read, confirmed);
        return true;
      }
      return observed(tracked, read, confirmed);
    }

    @Override
    public void failed(TrackedService tracked, Answer.Failed<ServiceHealth> failed) {
      staleness.report(tracked.part(), failed, tracked.failures);
    }
  }

  private final class WatchListener implements BlockingQuery.Listener<ServiceHealth> {
    private final TrackedService tracked;

    WatchListener(TrackedService tracked) {
      this.tracked = tracked;
    }

    @Override
    public boolean read(Answer.Read<ServiceHealth> read) {
      return observed(tracked, read, false);
    }

    @Override
    public long failed(Answer.Failed<ServiceHealth> failed, int inARow, long index) {
      // A reported failure is only cleared by a read; otherwise the query goes on waiting.
      return staleness.report(tracked.part(), failed, inARow) ? 0 : index;
    }

    @Override
    public void wentBackwards(Answer.Read<ServiceHealth> read) {
      backwards(tracked, read, false);
    }

    @Override
    public void verified(boolean changed) {
      if (changed) {
        checkAll();
      }
    }
  }

  private boolean observed(
      TrackedService tracked, Answer.Read<ServiceHealth> read, boolean confirmed) {
    Optional<String> doubt = trust.reasonToDistrust(tracked, read);
    if (doubt.isPresent()) {
      staleness.fail(tracked.part(), doubt.get());
      return false;
    }
    staleness.works(tracked.part());
    if (suspicion.awaits(tracked) && tracked.wasCreatedAnew(read.value())) {
      reset("service " + tracked.key + " has instances that were created again");
    }
    tracked.index = WaitIndex.usable(read.index());
    tracked.ofOthers = read.value().isOfOthers();
    Service newest = service(tracked, read.value());
    if (whole.phase() == MirrorPhase.READING) {
      if (read.value().isEmpty()) {
        tracked.knowNothing();
      } else {
        tracked.know(newest);
      }
    } else {
      publication.taken(tracked, newest, confirmed);
    }
    if (suspicion.cleared(tracked)) {
      endSuspicion();
    }
    if (!tracked.forgotten) {
      tracked.read = true;
      whole.completeIfRead();
      if (whole.phase() != MirrorPhase.READING && tracked.watch.isEmpty()) {
        watches.add(tracked);
        watches.balance();
      }
    }
    return true;
  }

  private Service service(TrackedService tracked, ServiceHealth health) {
    if (!health.datacenter().isEmpty()) {
      datacenter = health.datacenter();
    }
    return tracked.service(health, datacenter);
  }

  /**
   * Handles an index of one service that went back: its losses, or the catalog, show if Consul did.
   */
  private void backwards(
      TrackedService tracked, Answer.Read<ServiceHealth> read, boolean confirmed) {
    watches.remove(tracked);
    // An ordinary deregistration raises the index, so a loss with a lower one is a sign of a reset.
    boolean loses = tracked.loses(tracked.service(read.value(), datacenter));
    if (whole.phase() == MirrorPhase.LIVE && (loses || suspicion.isChecking())) {
      if (confirmed) {
        reset("index of service " + tracked.key + " went backwards");
      } else {
        // A server that has just become the leader may still be loading its state.
        publication.confirm(tracked);
      }
      return;
    }
    tracked.index = 0;
    afterCatalog.add(tracked);
    catalog.readNow();
  }
}
