package io.fairlead.registry.consul;

import io.fairlead.registry.Hold;
import io.fairlead.registry.Service;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The services that keep instances although Consul's newest answer lacks them, on the suspicion
 * that Consul was reset: what is new in the answer is told, what is missing is kept beside it. Each
 * service does so for a limited time from the first answer that lacked something, whatever happens
 * meanwhile. Owned by the loop.
 */
final class Keeping {
  private static final String ALL = "all services";

  private final Loop loop;
  private final WholeReads whole;
  private final Cluster cluster;
  private final Suspicion suspicion;
  private final Holds holds;
  private final Duration settle;
  private final Duration limit;
  private final Set<Entry> keeping = new LinkedHashSet<>();

  Keeping(
      Loop loop,
      WholeReads whole,
      Cluster cluster,
      Suspicion suspicion,
      Holds holds,
      Duration settle) {
    this.loop = loop;
    this.whole = whole;
    this.cluster = cluster;
    this.suspicion = suspicion;
    this.holds = holds;
    this.settle = settle;
    this.limit = settle.plus(WholeReads.REREAD_LIMIT);
  }

  /** Whether what is missing is kept at present. */
  boolean isActive() {
    return whole.phase().keeps()
        || whole.phase() == Phase.LIVE && (cluster.isDoubted() || suspicion.isActive());
  }

  /** Whether a service has kept something for as long as it may. */
  boolean isOverdue(Entry entry) {
    return entry.keptSince.isPresent()
        && loop.now() - entry.keptSince.getAsLong() > limit.toNanos();
  }

  /** What is to be told of a service, now that this is its newest state. */
  Service keep(Entry entry, Service newest) {
    Service told = entry.keepLost(newest, loop.now(), isActive() && !isOverdue(entry));
    if (entry.keptSince.isPresent()) {
      keeping.add(entry);
    } else {
      keeping.remove(entry);
    }
    return told;
  }

  /** Nothing of a service is kept any more. */
  void drop(Entry entry) {
    entry.dropLost();
    keeping.remove(entry);
  }

  /** The services that keep something. */
  List<Entry> services() {
    keeping.removeIf(entry -> entry.keptSince.isEmpty());
    return List.copyOf(keeping);
  }

  /** Tells what is kept, and why. */
  void tell() {
    holds.add(
        ALL,
        Hold.Reason.RESTORE,
        whole.settlingSince(),
        limit,
        "Consul was set back to an older state or built anew; instances that are missing get "
            + settle.toSeconds()
            + " s to register again, then everything is read once more");
    for (Entry entry : services()) {
      if (holds.isFull()) {
        break;
      }
      String text = "Consul lists " + entry.lost + " of its known instances no more; ";
      holds.add(entry.id.toString(), reason(), entry.keptSince, limit, text + why());
    }
    holds.tell();
  }

  private Hold.Reason reason() {
    if (whole.phase().keeps()) {
      return Hold.Reason.RESTORE;
    } else if (cluster.isDoubted()) {
      return Hold.Reason.OUTAGE;
    }
    return suspicion.isActive() ? Hold.Reason.RESTORE : Hold.Reason.UNCONFIRMED;
  }

  private String why() {
    if (whole.phase().keeps()) {
      return "they may not have registered again since Consul was set back or built anew";
    } else if (cluster.isDoubted()) {
      return "after an outage it is not known yet whether the same Consul cluster answers";
    } else if (suspicion.isActive()) {
      return "Consul may have been set back to a snapshot, which is being checked";
    }
    return "it is read again before the last of them is taken out";
  }
}
