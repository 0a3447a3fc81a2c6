package io.fairlead.registry.nacos;

import io.fairlead.registry.Hold;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The state of one registry, and the rules by which what is read becomes calls of the sink. Lists,
 * pushes and whole reads only ask for direct reads; a direct read settles. Additions and changes
 * are passed on at once. What disappears is passed on after a confirmation, or, while its {@link
 * Contact} is doubted, once it has been missing for the settling time: each instance and each
 * service for itself. Confined to the owner's thread; does no input or output of its own.
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

  /** What the mirror goes by. */
  interface Clock {
    /** As {@link System#nanoTime()}. */
    long nanoTime();

    /** Wall clock, for people. */
    Instant instant();
  }

  private final RegistrySink sink;
  private final Requests requests;
  private final Duration settle;
  private final Duration pollInterval;
  private final Clock clock;
  private final Holds holds;
  private final Map<ServiceId, Tracked> services = new HashMap<>();
  private final Map<String, Contact> contacts = new HashMap<>();
  private final Map<String, Integer> rowCounts = new HashMap<>();
  private final Map<String, Integer> instanceCounts = new HashMap<>();

  /**
   * @param settle how long what is missing is kept while the answers are doubted
   * @param pollInterval time between two lists
   */
  Mirror(
      RegistrySink sink, Requests requests, Duration settle, Duration pollInterval, Clock clock) {
    this.sink = sink;
    this.requests = requests;
    // Nothing is believed sooner than without a doubt.
    this.settle = settle.compareTo(CONFIRMATION) < 0 ? CONFIRMATION : settle;
    this.pollInterval = pollInterval;
    this.clock = clock;
    this.holds = new Holds(sink);
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

  /** Notes that what is read of all namespaces from now on may be less than what there is. */
  void interrupted() {
    namespaces().forEach(this::interrupted);
  }

  /** Notes that what is read of a namespace from now on may be less than what there is. */
  void interrupted(String namespace) {
    contact(namespace).interrupted();
  }

  private Contact contact(String namespace) {
    return contacts.computeIfAbsent(
        namespace, any -> new Contact(settle, pollInterval, clock.nanoTime()));
  }

  /** Takes a successful list of one namespace. */
  void listed(String namespace, List<ServiceRow> rows) {
    long now = clock.nanoTime();
    Contact contact = contact(namespace);
    contact.listed(now);
    if (shrankSuspiciously(namespace, rows)) {
      contact.shrank();
    }
    Set<ServiceId> present = new HashSet<>();
    for (ServiceRow row : rows) {
      present.add(row.id());
      Tracked tracked = services.computeIfAbsent(row.id(), Tracked::new);
      tracked.gone = null;
      Content latest = tracked.latest;
      if (latest == null || row.contradicts(latest)) {
        requests.read(row.id(), pause(tracked.fruitless));
      }
    }
    for (Tracked tracked : services.values()) {
      if (tracked.id.namespace().equals(namespace)) {
        lookForMissing(tracked, !present.contains(tracked.id), contact, now);
      }
    }
  }

  /** Has read what is missing, so that the read may believe it. */
  private void lookForMissing(Tracked tracked, boolean isGone, Contact contact, long now) {
    if (isGone) {
      Missing gone = tracked.gone;
      if (gone == null) {
        gone = new Missing(now, contact.clock());
        tracked.gone = gone;
      }
      requests.read(tracked.id, untilBelieved(gone, contact, now));
    }
    for (Missing instance : tracked.missing.values()) {
      if (isBelieved(instance, contact, now)) {
        requests.read(tracked.id, Duration.ZERO);
      }
    }
  }

  /** Whether something is gone, and does not only seem so. */
  private boolean isBelieved(Missing missing, Contact contact, long now) {
    return contact.isDoubted()
        ? missing.age(contact).compareTo(settle) >= 0
        : missing.age(now).compareTo(CONFIRMATION) >= 0;
  }

  private Duration untilBelieved(Missing missing, Contact contact, long now) {
    Duration left =
        contact.isDoubted()
            ? settle.minus(missing.age(contact))
            : CONFIRMATION.minus(missing.age(now));
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Tells people what is kept at present; to be called after each try to read the lists. */
  void tellHolds() {
    long now = clock.nanoTime();
    holds.begin(clock.instant());
    for (Tracked tracked : services.values()) {
      Content published = tracked.published;
      if (published == null
          || (tracked.gone == null && tracked.emptied == null && tracked.missing.isEmpty())) {
        continue;
      }
      Contact contact = contact(tracked.id.namespace());
      if (contact.isLost(now)) {
        // The registry is away, which is no suspicion: nothing at all changes until it is back.
        suspend(tracked);
        continue;
      }
      Hold.Reason reason = contact.isDoubted() ? contact.reason() : Hold.Reason.UNCONFIRMED;
      if (tracked.gone != null) {
        holds.service(
            tracked.id, tracked.gone, reason, untilBelieved(tracked.gone, contact, now), settle);
        continue;
      }
      if (tracked.emptied != null) {
        holds.lastInstances(tracked.id, tracked.emptied, CONFIRMATION);
      }
      tracked.missing.forEach(
          (id, instance) ->
              holds.instance(
                  tracked.id, id, instance, reason, untilBelieved(instance, contact, now), settle));
    }
    holds.tell();
  }

  private static void suspend(Tracked tracked) {
    if (tracked.gone != null) {
      tracked.gone.suspend();
    }
    if (tracked.emptied != null) {
      tracked.emptied.suspend();
    }
    tracked.missing.values().forEach(Missing::suspend);
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
    boolean gone = tracked.gone != null;
    if (found.isEmpty() || (gone && found.get().isEmpty())) {
      absent(tracked);
    } else {
      present(tracked, found.get());
    }
  }

  private void absent(Tracked tracked) {
    Missing gone = tracked.gone;
    if (gone == null) {
      // In the list, yet not to be read: just made, or just deleted. The next list tells.
      tracked.fruitless++;
      return;
    }
    long now = clock.nanoTime();
    Contact contact = contact(tracked.id.namespace());
    if (tracked.published == null) {
      drop(tracked);
    } else if (isBelieved(gone, contact, now)) {
      drop(tracked);
      sink.removed(tracked.id);
    } else {
      requests.read(tracked.id, longer(untilBelieved(gone, contact, now), FIRST_REPEAT));
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private void drop(Tracked tracked) {
    services.remove(tracked.id);
    requests.forget(tracked.id);
  }

  private void present(Tracked tracked, Content fresh) {
    tracked.fruitless = fresh.equals(tracked.latest) ? tracked.fruitless + 1 : 0;
    tracked.latest = fresh;
    Content published = tracked.published;
    Contact contact = contact(tracked.id.namespace());
    if (published == null) {
      publish(tracked, fresh);
      requests.subscribe(tracked.id);
    } else if (contact.isDoubted()) {
      duringDoubt(tracked, published, fresh, contact);
    } else if (fresh.isEmpty() && !published.isEmpty()) {
      confirmEmpty(tracked, fresh);
    } else {
      tracked.emptied = null;
      tracked.missing = Map.of();
      publish(tracked, fresh);
    }
    checkExpected(tracked, fresh);
  }

  private void duringDoubt(Tracked tracked, Content published, Content fresh, Contact contact) {
    tracked.emptied = null;
    long now = clock.nanoTime();
    Map<String, Missing> kept = new HashMap<>();
    for (String id : published.missingIn(fresh)) {
      Missing known = tracked.missing.get(id);
      Missing instance = known == null ? new Missing(now, contact.clockAt(now)) : known;
      if (!isBelieved(instance, contact, now)) {
        kept.put(id, instance);
      }
    }
    tracked.missing = kept;
    publish(tracked, published.keptIn(fresh, kept.keySet()));
  }

  private void confirmEmpty(Tracked tracked, Content fresh) {
    long now = clock.nanoTime();
    Missing since = tracked.emptied;
    if (since == null) {
      since = new Missing(now, 0);
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
