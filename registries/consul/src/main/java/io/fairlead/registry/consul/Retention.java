package io.fairlead.registry.consul;

import io.fairlead.registry.Hold;
import io.fairlead.registry.Service;
import io.fairlead.registry.support.HoldReporter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The retention of instances that Consul's newest answer lacks, on the suspicion that Consul was
 * reset: new content of the answer is passed on, missing instances are kept beside it. Each service
 * retains for a limited time from the first answer that lacked an instance, whatever happens
 * meanwhile. Owned by the loop.
 */
final class Retention {
  private static final String ALL = "all services";

  private final Loop loop;
  private final WholeReads whole;
  private final ClusterIdentity cluster;
  private final Suspicion suspicion;
  private final HoldReporter holds;
  private final Duration settle;
  private final Duration limit;
  private final long baseNanos;
  private final Instant baseTime = Instant.now();
  private final Set<TrackedService> retention = new LinkedHashSet<>();

  Retention(
      Loop loop,
      WholeReads whole,
      ClusterIdentity cluster,
      Suspicion suspicion,
      HoldReporter holds,
      Duration settle) {
    this.loop = loop;
    this.whole = whole;
    this.cluster = cluster;
    this.suspicion = suspicion;
    this.holds = holds;
    this.settle = settle;
    this.baseNanos = loop.now();
    this.limit = settle.plus(WholeReads.REREAD_LIMIT);
  }

  /** Whether missing instances are retained at present. */
  boolean isActive() {
    return whole.phase().retainsMissing()
        || whole.phase() == MirrorPhase.LIVE && (cluster.isDoubted() || suspicion.isActive());
  }

  /** Whether a service has retained instances for longer than it may. */
  boolean isOverdue(TrackedService tracked) {
    return tracked.retainedSince.isPresent()
        && loop.now() - tracked.retainedSince.getAsLong() > limit.toNanos();
  }

  /** Returns the state to publish of a service whose newest state this is. */
  Service keep(TrackedService tracked, Service newest) {
    Service told = tracked.retainMissing(newest, loop.now(), isActive() && !isOverdue(tracked));
    if (tracked.retainedSince.isPresent()) {
      retention.add(tracked);
    } else {
      retention.remove(tracked);
    }
    return told;
  }

  /** Ends the retention of a service. */
  void drop(TrackedService tracked) {
    tracked.clearMissing();
    retention.remove(tracked);
  }

  /** Returns the services that retain instances. */
  List<TrackedService> services() {
    retention.removeIf(tracked -> tracked.retainedSince.isEmpty());
    return List.copyOf(retention);
  }

  /** Reports what is retained, and why. */
  void report() {
    add(
        ALL,
        Hold.Reason.RESTORE,
        whole.settlingSince(),
        "Consul was restored to an older state or rebuilt; instances that are missing get "
            + settle.toSeconds()
            + " s to register again, then everything is read once more");
    for (TrackedService tracked : services()) {
      if (holds.isFull()) {
        break;
      }
      String text = "Consul lists " + tracked.missing + " of its known instances no longer; ";
      add(tracked.id.toString(), reason(), tracked.retainedSince, text + why());
    }
    holds.report();
  }

  private void add(String subject, Hold.Reason reason, OptionalLong since, String explanation) {
    if (since.isPresent()) {
      // Derived from one clock, so that a continued hold keeps its start and end.
      Instant start = baseTime.plusNanos(since.getAsLong() - baseNanos);
      holds.add(new Hold(subject, reason, start, start.plus(limit), explanation));
    }
  }

  private Hold.Reason reason() {
    if (whole.phase().retainsMissing()) {
      return Hold.Reason.RESTORE;
    } else if (cluster.isDoubted()) {
      return Hold.Reason.OUTAGE;
    }
    return suspicion.isActive() ? Hold.Reason.RESTORE : Hold.Reason.UNCONFIRMED;
  }

  private String why() {
    if (whole.phase().retainsMissing()) {
      return "they may not have registered again since Consul was restored or rebuilt";
    } else if (cluster.isDoubted()) {
      return "after an outage it is not known yet whether the same Consul cluster answers";
    } else if (suspicion.isActive()) {
      return "Consul may have been restored from a snapshot, which is being checked";
    }
    return "it is read again before the last of them is removed";
  }
}
