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
 * The control of whole reads: when everything is read again and when that is complete. It owns the
 * {@link MirrorPhase}. Owned by the loop.
 */
final class WholeReads {
  private static final Logger LOG = LoggerFactory.getLogger(WholeReads.class);
  private static final Duration CONFIRM_RETRY = Duration.ofSeconds(1);

  /**
   * The longest time for reading everything once more after services had time to register again.
   */
  static final Duration REREAD_LIMIT = Duration.ofSeconds(10);

  private final Loop loop;
  private final Duration settle;
  private final ConnectionPools pools;
  private final Staleness staleness;
  private final EmptyRegistry emptiness;
  private final ClusterIdentity cluster;
  private final Reads reads;
  private final Watches watches;
  private final Collection<TrackedService> trackedServices;
  private final Runnable readCatalog;
  private final Runnable onLive;
  private MirrorPhase phase = MirrorPhase.READING;
  private boolean catalogRead;
  private Optional<Loop.Timer> settling = Optional.empty();
  // When the time to register again began; empty while there is none or nothing can be read.
  private OptionalLong settlingSince = OptionalLong.empty();
  private boolean interrupted;

  /**
   * @param trackedServices the known services: a live view of the mirror's
   * @param readCatalog starts a read of the catalog
   * @param onLive runs when single changes are published again
   */
  WholeReads(
      Loop loop,
      Duration settle,
      ConnectionPools pools,
      Staleness staleness,
      EmptyRegistry emptiness,
      ClusterIdentity cluster,
      Reads reads,
      Watches watches,
      Collection<TrackedService> trackedServices,
      Runnable readCatalog,
      Runnable onLive) {
    this.loop = loop;
    this.settle = settle;
    this.pools = pools;
    this.staleness = staleness;
    this.emptiness = emptiness;
    this.cluster = cluster;
    this.reads = reads;
    this.watches = watches;
    this.trackedServices = trackedServices;
    this.readCatalog = readCatalog;
    this.onLive = onLive;
  }

  MirrorPhase phase() {
    return phase;
  }

  /** Records that the catalog was read; a whole read needs it once. */
  void catalogRead() {
    if (phase == MirrorPhase.READING && !catalogRead) {
      // Not only at the end: an outage right after it must find the servers known.
      cluster.recordServers();
    }
    catalogRead = true;
    completeIfRead();
  }

  /**
   * Returns since when services have had time to register again; empty if there is no such time.
   */
  OptionalLong settlingSince() {
    return settlingSince;
  }

  /**
   * Reads everything again after a sign that Consul was rebuilt or restored; the services first get
   * time to register. A further sign during that time does not extend it.
   */
  void reset(String sign) {
    cluster.clearDoubt();
    if (phase.retainsMissing()) {
      LOG.debug("registry {}: Consul's {}, again", loop.registry(), sign);
      rereadServices();
      return;
    }
    if (!staleness.isSynced()) {
      // The sink has nothing yet that could be removed too early.
      LOG.info("registry {}: Consul's {}: everything is read again", loop.registry(), sign);
      readAll();
      return;
    }
    LOG.warn(
        "registry {}: Consul's {}: the cluster was rebuilt or restored. Everything is read again;"
            + " what is missing is kept for {} s",
        loop.registry(),
        sign,
        settle.toSeconds());
    phase = MirrorPhase.SETTLING;
    interrupted = false;
    settle();
    rereadServices();
  }

  private void settle() {
    settlingSince = OptionalLong.of(loop.now());
    settling.ifPresent(Loop.Timer::cancel);
    settling = Optional.of(loop.after(settle, this::settled));
  }

  private void settled() {
    if (!pools.anyUp() && !interrupted) {
      // No service could register meanwhile, so they get that time once more when Consul answers
      // again;
      // only once, or an address that keeps failing would make it endless.
      interrupted = true;
      settlingSince = OptionalLong.empty();
      trackedServices.forEach(TrackedService::clearMissing);
      pools.whenUp(
          () -> {
            settle();
            rereadServices();
          });
      return;
    }
    phase = MirrorPhase.REREADING;
    settling = Optional.of(loop.after(REREAD_LIMIT, this::giveUp));
    readAgain();
  }

  /** Ends a whole read in which something cannot be read: single changes are published again. */
  private void giveUp() {
    if (phase == MirrorPhase.REREADING) {
      LOG.warn(
          "registry {}: not everything could be read again within {} s; each service that is read"
              + " counts from now on",
          loop.registry(),
          REREAD_LIMIT.toSeconds());
      live();
    }
  }

  private void readAll() {
    phase = MirrorPhase.READING;
    readAgain();
  }

  private void readAgain() {
    catalogRead = false;
    rereadServices();
    readCatalog.run();
  }

  private void rereadServices() {
    for (TrackedService tracked : trackedServices) {
      tracked.index = 0;
      tracked.read = false;
      tracked.confirming = false;
      watches.remove(tracked);
      reads.urgent(tracked);
    }
  }

  /** Publishes the whole view if nothing is left to read; to be called after each read. */
  void completeIfRead() {
    if (!isReading() || !catalogRead) {
      return;
    }
    if (!trackedServices.stream().allMatch(tracked -> tracked.read)) {
      return;
    }
    List<Service> services = new ArrayList<>();
    trackedServices.forEach(tracked -> newest(tracked).ifPresent(services::add));
    if (services.isEmpty()) {
      emptiness.confirm(names(), this::confirmedEmpty);
    } else {
      complete(services);
    }
  }

  private boolean isReading() {
    return phase == MirrorPhase.READING || phase == MirrorPhase.REREADING;
  }

  /** Returns the service for a whole view; empty if it has no instances. */
  private static Optional<Service> newest(TrackedService tracked) {
    return tracked.newest.or(tracked::known).filter(one -> !one.instances().isEmpty());
  }

  private void complete(List<Service> services) {
    for (TrackedService tracked : trackedServices) {
      tracked.newest.ifPresent(tracked::know);
      if (!tracked.hasInstances()) {
        tracked.knowNothing();
      }
      tracked.confirming = false;
      tracked.clearMissing();
    }
    staleness.synced(services);
    LOG.info("registry {}: {} services read from Consul", loop.registry(), services.size());
    live();
    cluster.recordServers();
  }

  private void live() {
    phase = MirrorPhase.LIVE;
    settlingSince = OptionalLong.empty();
    settling.ifPresent(Loop.Timer::cancel);
    trackedServices.stream().filter(tracked -> tracked.read).forEach(watches::add);
    watches.balance();
    onLive.run();
  }

  private void confirmedEmpty(Optional<Answer.Failed<?>> doubt) {
    if (doubt.isPresent()) {
      staleness.fail(ConsulMirror.CATALOG, doubt.get());
      loop.after(CONFIRM_RETRY, this::completeIfRead);
    } else if (isReading()
        && trackedServices.stream()
            .allMatch(tracked -> tracked.read && newest(tracked).isEmpty())) {
      staleness.works(ConsulMirror.CATALOG);
      complete(List.of());
    } else {
      completeIfRead();
    }
  }

  private Set<String> names() {
    return trackedServices.stream().map(tracked -> tracked.key).collect(Collectors.toSet());
  }
}
