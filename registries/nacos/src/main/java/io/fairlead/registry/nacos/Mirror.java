package io.fairlead.registry.nacos;

import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of one registry, and the rules by which what is read becomes calls of the sink. Lists,
 * pushes and whole reads only ask for direct reads; a direct read settles. Additions and changes
 * are passed on at once; what disappears is passed on after a confirmation, and not while the
 * {@link Hold} lasts. Confined to the owner's thread; does no input or output of its own.
 */
final class Mirror {
  /** How far apart two reads are that confirm each other. */
  static final Duration CONFIRMATION = Duration.ofSeconds(1);

  private static final Duration FIRST_REPEAT = Duration.ofMillis(250);
  private static final int MOST_DOUBLINGS = 7;
  private static final int READS_FOR_A_PUSH = 4;

  // A list that lost this much at once is doubted, as the gateway's own guard does.
  private static final double SUSPICIOUS_SHARE = 0.3;
  private static final int SUSPICIOUS_COUNT = 10;

  /** What the mirror asks for. Calls return at once. */
  interface Requests {
    /** A direct read after the delay; sooner, if an earlier one is asked for already. */
    void read(ServiceId id, Duration delay);

    /** Pushes of a service from now on. */
    void subscribe(ServiceId id);

    /** No more pushes and reads of a service. */
    void forget(ServiceId id);
  }

  private final RegistrySink sink;
  private final Requests requests;
  private final Hold hold;
  private final LongSupplier nanoTime;
  private final Map<ServiceId, Tracked> services = new HashMap<>();
  private final Map<String, Integer> rowCounts = new HashMap<>();
  private final Map<String, Integer> instanceCounts = new HashMap<>();

  Mirror(RegistrySink sink, Requests requests, Hold hold, LongSupplier nanoTime) {
    this.sink = sink;
    this.requests = requests;
    this.hold = hold;
    this.nanoTime = nanoTime;
  }

  /** Takes the first whole read; gives what it comes to for the sink. */
  List<Service> begin(Map<ServiceId, Content> contents) {
    List<Service> all = new ArrayList<>(contents.size());
    contents.forEach(
        (id, content) -> {
          Tracked tracked = new Tracked(id);
          tracked.latest = content;
          tracked.published = content;
          services.put(id, tracked);
          all.add(content.toService(id));
        });
    return all;
  }

  /** The services known, for subscribing. */
  Collection<ServiceId> ids() {
    return services.keySet();
  }

  /** The namespaces that have services. */
  Set<String> namespaces() {
    Set<String> namespaces = new TreeSet<>();
    services.keySet().forEach(id -> namespaces.add(id.namespace()));
    return namespaces;
  }

  /** Notes that what is read from now on may be less than what there is. */
  void interrupted() {
    hold.interrupted();
  }

  /** Takes a successful list of one namespace. */
  void listed(String namespace, List<ServiceRow> rows) {
    long now = nanoTime.getAsLong();
    if (shrankSuspiciously(namespace, rows)) {
      hold.interrupted();
    }
    Set<ServiceId> present = new HashSet<>();
    for (ServiceRow row : rows) {
      present.add(row.id());
      Tracked tracked = services.computeIfAbsent(row.id(), Tracked::new);
      if (tracked.missingSince != null) {
        tracked.missingSince = null;
        hold.improved(now);
      }
      Content latest = tracked.latest;
      if (latest == null || row.contradicts(latest)) {
        requests.read(row.id(), pause(tracked.fruitless));
      }
    }
    for (Tracked tracked : services.values()) {
      if (tracked.id.namespace().equals(namespace) && !present.contains(tracked.id)) {
        if (tracked.missingSince == null) {
          tracked.missingSince = now;
        }
        requests.read(tracked.id, tracked.held ? CONFIRMATION.multipliedBy(10) : CONFIRMATION);
      }
    }
    if (hold.endIfSettled(now)) {
      services.values().stream().filter(tracked -> tracked.held).forEach(this::release);
    }
  }

  private void release(Tracked tracked) {
    tracked.held = false;
    tracked.deficit = 0;
    requests.read(tracked.id, Duration.ZERO);
  }

  private boolean shrankSuspiciously(String namespace, List<ServiceRow> rows) {
    int instances = 0;
    for (ServiceRow row : rows) {
      instances += row.counts().map(ServiceRow.Counts::instances).orElse(0);
    }
    Integer rowsBefore = rowCounts.put(namespace, rows.size());
    Integer instancesBefore = instanceCounts.put(namespace, instances);
    return isSuspicious(rowsBefore, rows.size()) || isSuspicious(instancesBefore, instances);
  }

  private static boolean isSuspicious(@Nullable Integer before, int now) {
    return before != null
        && before - now >= SUSPICIOUS_COUNT
        && before - now > before * SUSPICIOUS_SHARE;
  }

  /** No wait at first, then longer ones while reads find nothing that explains the list. */
  private static Duration pause(int fruitless) {
    return fruitless == 0
        ? Duration.ZERO
        : FIRST_REPEAT.multipliedBy(1L << Math.min(fruitless, MOST_DOUBLINGS));
  }

  /** Takes a push: the enabled instances that a subscriber sees. */
  void pushed(ServiceId id, List<Host> hosts) {
    Tracked tracked = services.get(id);
    if (tracked == null || tracked.latest == null || tracked.latest.shownBy(hosts)) {
      return;
    }
    tracked.expected = hosts;
    tracked.expectedReads = 0;
    requests.read(id, Duration.ZERO);
  }

  /** Takes a later whole read of some namespaces: what differs is read directly. */
  void reconciled(Map<ServiceId, Content> contents) {
    contents.forEach(
        (id, content) -> {
          Tracked tracked = services.get(id);
          Content latest = tracked == null ? null : tracked.latest;
          if (latest != null && mayDiffer(content, latest)) {
            requests.read(id, Duration.ZERO);
          }
        });
  }

  private static boolean mayDiffer(Content whole, Content latest) {
    // Whole reads do not give the threshold. The list shows when it is crossed, except where no
    // instance is healthy: that is at or below any threshold.
    boolean thresholdUnseen =
        latest.protectThreshold().isPresent() && !whole.isEmpty() && whole.healthy() == 0;
    return thresholdUnseen
        || !whole.withThresholdIfUnknown(latest.protectThreshold()).equals(latest);
  }

  /** Takes a successful direct read; empty: the registry has no such service. */
  void read(ServiceId id, Optional<Content> found) {
    Tracked tracked = services.get(id);
    if (tracked == null) {
      return;
    }
    boolean missing = tracked.missingSince != null;
    if (found.isEmpty() || (missing && found.get().isEmpty())) {
      absent(tracked);
    } else {
      present(tracked, found.get());
    }
  }

  private void absent(Tracked tracked) {
    Long since = tracked.missingSince;
    if (since == null) {
      // In the list, yet not to be read: just made, or just deleted. The next list tells.
      tracked.fruitless++;
      return;
    }
    if (tracked.published == null) {
      drop(tracked);
    } else if (hold.isActive()) {
      tracked.held = true;
      tracked.deficit = tracked.published.hosts().size();
    } else if (isConfirmed(since)) {
      drop(tracked);
      sink.removed(tracked.id);
    } else {
      requests.read(tracked.id, CONFIRMATION);
    }
  }

  private void drop(Tracked tracked) {
    services.remove(tracked.id);
    requests.forget(tracked.id);
  }

  private boolean isConfirmed(long since) {
    return nanoTime.getAsLong() - since >= CONFIRMATION.toNanos();
  }

  private void present(Tracked tracked, Content fresh) {
    tracked.fruitless = fresh.equals(tracked.latest) ? tracked.fruitless + 1 : 0;
    tracked.latest = fresh;
    Content published = tracked.published;
    if (published == null) {
      publish(tracked, fresh);
      requests.subscribe(tracked.id);
    } else if (hold.isActive()) {
      duringHold(tracked, published, fresh);
    } else if (fresh.isEmpty() && !published.isEmpty()) {
      confirmEmpty(tracked, fresh);
    } else {
      tracked.emptySince = null;
      publish(tracked, fresh);
    }
    checkExpected(tracked, fresh);
  }

  private void duringHold(Tracked tracked, Content published, Content fresh) {
    tracked.emptySince = null;
    int deficit = published.missingIn(fresh);
    if (tracked.held && deficit < tracked.deficit) {
      hold.improved(nanoTime.getAsLong());
    }
    tracked.held = deficit > 0;
    tracked.deficit = deficit;
    publish(tracked, published.keptIn(fresh));
  }

  private void confirmEmpty(Tracked tracked, Content fresh) {
    Long since = tracked.emptySince;
    if (since == null) {
      tracked.emptySince = nanoTime.getAsLong();
      requests.read(tracked.id, CONFIRMATION);
    } else if (isConfirmed(since)) {
      tracked.emptySince = null;
      publish(tracked, fresh);
    } else {
      requests.read(tracked.id, CONFIRMATION);
    }
  }

  /** A push may come from a node that is ahead of the one that was read: look again, shortly. */
  private void checkExpected(Tracked tracked, Content fresh) {
    List<Host> expected = tracked.expected;
    if (expected == null) {
      return;
    }
    tracked.expectedReads++;
    if (fresh.shownBy(expected) || tracked.expectedReads >= READS_FOR_A_PUSH) {
      tracked.expected = null;
    } else {
      requests.read(tracked.id, FIRST_REPEAT.multipliedBy(1L << tracked.expectedReads));
    }
  }

  private void publish(Tracked tracked, Content content) {
    Content before = tracked.published;
    tracked.published = content;
    if (before == null || !content.sameService(before)) {
      sink.changed(content.toService(tracked.id));
    }
  }
}
