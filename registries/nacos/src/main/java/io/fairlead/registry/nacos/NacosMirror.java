package io.fairlead.registry.nacos;

import io.fairlead.registry.Hold;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.AdapterClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The state of one mirrored registry, and the rules that turn what is read into calls of the sink.
 * Lists, pushes and whole reads only request direct reads; only a direct read changes the state.
 * Additions and changes are passed on at once. A removal is passed on after a confirming read, or,
 * while the answers of the namespace are doubted ({@link NamespaceTrust}), once the service or
 * instance has been missing for the settling time. Confined to the owner's thread, but for {@link
 * #reported} and {@link #latest}; does no input or output of its own.
 */
final class NacosMirror {
  /** The least time between two reads that confirm each other. */
  static final Duration CONFIRMATION = Duration.ofSeconds(1);

  private static final Duration FIRST_REPEAT = Duration.ofMillis(250);
  private static final int MAX_DOUBLINGS = 7;
  private static final int READS_FOR_A_PUSH = 4;

  /** The requests that a mirror makes of its adapter. Calls return at once. */
  interface Requests {
    /** Requests a direct read after the delay, or sooner if an earlier one is requested already. */
    void read(ServiceId id, Duration delay);

    /** Requests pushes of a service from now on. */
    void subscribe(ServiceId id);

    /** Ends the pushes and reads of a service. */
    void forget(ServiceId id);
  }

  private final RegistrySink sink;
  private final Requests requests;
  private final Duration settle;
  private final Duration pollInterval;
  private final AdapterClock clock;
  private final AbsenceReporter holds;
  private final Map<ServiceId, TrackedService> services = new ConcurrentHashMap<>();
  private final Map<String, NamespaceTrust> contacts = new HashMap<>();
  private final ListSizes sizes = new ListSizes();
  private int lists;

  /**
   * @param settle how long what is missing is kept while the answers are doubted
   * @param pollInterval time between two lists
   */
  NacosMirror(
      RegistrySink sink,
      Requests requests,
      Duration settle,
      Duration pollInterval,
      AdapterClock clock) {
    this.sink = sink;
    this.requests = requests;
    // A doubted answer is never believed sooner than one that is not doubted.
    this.settle = settle.compareTo(CONFIRMATION) < 0 ? CONFIRMATION : settle;
    this.pollInterval = pollInterval;
    this.clock = clock;
    this.holds = new AbsenceReporter(sink);
  }

  /** Takes the first whole read and returns its services for the sink. */
  List<Service> begin(Map<ServiceId, Content> contents) {
    List<Service> all = new ArrayList<>(contents.size());
    contents.forEach(
        (id, content) -> {
          TrackedService tracked = new TrackedService(id);
          tracked.latest = content;
          tracked.published = content;
          services.put(id, tracked);
          all.add(content.toService(id));
        });
    return all;
  }

  /** Returns a service as the sink was last told of it. For any thread. */
  Optional<Service> reported(ServiceId id) {
    return Optional.ofNullable(services.get(id))
        .flatMap(tracked -> Optional.ofNullable(tracked.published))
        .map(content -> content.toService(id));
  }

  /** Returns the content of a service as it was read last. For any thread. */
  Optional<Content> latest(ServiceId id) {
    return Optional.ofNullable(services.get(id)).map(tracked -> tracked.latest);
  }

  /** Returns the known services, for subscribing. */
  Collection<ServiceId> ids() {
    return services.keySet();
  }

  /** Returns the namespaces that have services. */
  Set<String> namespaces() {
    Set<String> namespaces = new TreeSet<>();
    services.keySet().forEach(id -> namespaces.add(id.namespace()));
    return namespaces;
  }

  /** Marks all namespaces: what is read of them from now on may be incomplete. */
  void interrupted() {
    namespaces().forEach(this::interrupted);
  }

  /** Marks a namespace: what is read of it from now on may be incomplete. */
  void interrupted(String namespace) {
    contact(namespace).interrupted();
  }

  private NamespaceTrust contact(String namespace) {
    return contacts.computeIfAbsent(
        namespace, any -> new NamespaceTrust(settle, pollInterval, clock.nanoTime()));
  }

  /** Takes a successful list of one namespace. */
  void listed(String namespace, List<ServiceRow> rows) {
    long now = clock.nanoTime();
    NamespaceTrust contact = contact(namespace);
    contact.listed(now);
    if (sizes.shrank(namespace, rows)) {
      contact.markShrunk();
    }
    int list = ++lists;
    for (ServiceRow row : rows) {
      TrackedService tracked = services.computeIfAbsent(row.id(), TrackedService::new);
      tracked.gone = null;
      tracked.lastList = list;
      Content latest = tracked.latest;
      if (latest == null || row.contradicts(latest)) {
        requests.read(row.id(), pause(tracked.fruitless));
      }
    }
    for (TrackedService tracked : services.values()) {
      if (tracked.id.namespace().equals(namespace)) {
        requestReads(tracked, tracked.lastList != list, contact, now);
      }
    }
  }

  /** Requests reads of what is missing; the read then decides whether it is removed. */
  private void requestReads(
      TrackedService tracked, boolean isGone, NamespaceTrust contact, long now) {
    if (isGone) {
      Absence gone = tracked.gone;
      if (gone == null) {
        gone = new Absence(now, contact.clock());
        tracked.gone = gone;
      }
      requests.read(tracked.id, untilConfirmed(gone, contact, now));
    }
    if (tracked.missing.isEmpty()) {
      return;
    }
    for (Absence instance : tracked.missing.values()) {
      if (isConfirmed(instance, contact, now)) {
        requests.read(tracked.id, Duration.ZERO);
      }
    }
  }

  /** Whether something has been missing for long enough to be removed. */
  private boolean isConfirmed(Absence missing, NamespaceTrust contact, long now) {
    return contact.isDoubted()
        ? missing.age(contact).compareTo(settle) >= 0
        : missing.age(now).compareTo(CONFIRMATION) >= 0;
  }

  private Duration untilConfirmed(Absence missing, NamespaceTrust contact, long now) {
    Duration left =
        contact.isDoubted()
            ? settle.minus(missing.age(contact))
            : CONFIRMATION.minus(missing.age(now));
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Reports what is kept at present; to be called after each attempt to read the lists. */
  void tellHolds() {
    long now = clock.nanoTime();
    holds.begin(clock.instant());
    for (TrackedService tracked : services.values()) {
      Content published = tracked.published;
      if (published == null
          || (tracked.gone == null && tracked.emptied == null && tracked.missing.isEmpty())) {
        continue;
      }
      NamespaceTrust contact = contact(tracked.id.namespace());
      if (contact.isLost(now)) {
        // An outage is no suspicion: nothing at all changes until the registry is back.
        suspend(tracked);
        continue;
      }
      Hold.Reason reason = contact.isDoubted() ? contact.reason() : Hold.Reason.UNCONFIRMED;
      if (tracked.gone != null) {
        holds.service(
            tracked.id, tracked.gone, reason, untilConfirmed(tracked.gone, contact, now), settle);
        continue;
      }
      if (tracked.emptied != null) {
        holds.lastInstances(tracked.id, tracked.emptied, CONFIRMATION);
      }
      tracked.missing.forEach(
          (id, instance) ->
              holds.instance(
                  tracked.id,
                  id,
                  instance,
                  reason,
                  untilConfirmed(instance, contact, now),
                  settle));
    }
    holds.tell();
  }

  private static void suspend(TrackedService tracked) {
    if (tracked.gone != null) {
      tracked.gone.suspend();
    }
    if (tracked.emptied != null) {
      tracked.emptied.suspend();
    }
    tracked.missing.values().forEach(Absence::suspend);
  }

  /** Returns no wait at first, then longer ones while reads find nothing that explains the list. */
  private static Duration pause(int fruitless) {
    return fruitless == 0
        ? Duration.ZERO
        : FIRST_REPEAT.multipliedBy(1L << Math.min(fruitless, MAX_DOUBLINGS));
  }

  /** Takes a push: the enabled instances that a subscriber sees. */
  void pushed(ServiceId id, List<InstanceRecord> instances) {
    TrackedService tracked = services.get(id);
    if (tracked == null || tracked.latest == null || tracked.latest.shownBy(instances)) {
      return;
    }
    tracked.expected = instances;
    tracked.expectedReads = 0;
    requests.read(id, Duration.ZERO);
  }

  /** Takes a later whole read of some namespaces: what differs is read directly. */
  void reconciled(Map<ServiceId, Content> contents) {
    contents.forEach(
        (id, content) -> {
          TrackedService tracked = services.get(id);
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
    return thresholdUnseen || !latest.isShownBy(whole);
  }

  /** Takes a successful direct read; empty: the registry has no such service. */
  void read(ServiceId id, Optional<Content> found) {
    TrackedService tracked = services.get(id);
    if (tracked == null) {
      return;
    }
    boolean gone = tracked.gone != null;
    if (found.isEmpty() || (gone && found.get().isEmpty())) {
      absent(tracked);
    } else {
      present(tracked, found.get());
    }
  }

  private void absent(TrackedService tracked) {
    Absence gone = tracked.gone;
    if (gone == null) {
      // In the list, yet not readable: just created or just deleted. The next list tells which.
      tracked.fruitless++;
      return;
    }
    long now = clock.nanoTime();
    NamespaceTrust contact = contact(tracked.id.namespace());
    if (tracked.published == null) {
      drop(tracked);
    } else if (isConfirmed(gone, contact, now)) {
      drop(tracked);
      sink.removed(tracked.id);
    } else {
      requests.read(tracked.id, longer(untilConfirmed(gone, contact, now), FIRST_REPEAT));
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private void drop(TrackedService tracked) {
    services.remove(tracked.id);
    requests.forget(tracked.id);
  }

  private void present(TrackedService tracked, Content fresh) {
    tracked.fruitless = fresh.equals(tracked.latest) ? tracked.fruitless + 1 : 0;
    tracked.latest = fresh;
    Content published = tracked.published;
    NamespaceTrust contact = contact(tracked.id.namespace());
    if (published == null) {
      publish(tracked, fresh);
      requests.subscribe(tracked.id);
    } else if (contact.isDoubted()) {
      publishDoubted(tracked, published, fresh, contact);
    } else if (fresh.isEmpty() && !published.isEmpty()) {
      confirmEmpty(tracked, fresh);
    } else {
      tracked.emptied = null;
      tracked.missing = Map.of();
      publish(tracked, fresh);
    }
    checkExpected(tracked, fresh);
  }

  private void publishDoubted(
      TrackedService tracked, Content published, Content fresh, NamespaceTrust contact) {
    tracked.emptied = null;
    long now = clock.nanoTime();
    Map<String, Absence> kept = new HashMap<>();
    for (String id : published.missingIn(fresh)) {
      Absence known = tracked.missing.get(id);
      Absence instance = known == null ? new Absence(now, contact.clockAt(now)) : known;
      if (!isConfirmed(instance, contact, now)) {
        kept.put(id, instance);
      }
    }
    tracked.missing = kept;
    publish(tracked, published.mergedInto(fresh, kept.keySet()));
  }

  private void confirmEmpty(TrackedService tracked, Content fresh) {
    long now = clock.nanoTime();
    Absence since = tracked.emptied;
    if (since == null) {
      since = new Absence(now, 0);
      tracked.emptied = since;
    }
    Duration left = CONFIRMATION.minus(since.age(now));
    if (left.isNegative() || left.isZero()) {
      tracked.emptied = null;
      tracked.missing = Map.of();
      publish(tracked, fresh);
    } else {
      requests.read(tracked.id, left);
    }
  }

  /** Reads again shortly: a push may come from a node that is ahead of the one that was read. */
  private void checkExpected(TrackedService tracked, Content fresh) {
    List<InstanceRecord> expected = tracked.expected;
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

  private void publish(TrackedService tracked, Content content) {
    Content before = tracked.published;
    tracked.published = content;
    if (before == null || !content.sameService(before)) {
      sink.changed(content.toService(tracked.id));
    }
  }
}
