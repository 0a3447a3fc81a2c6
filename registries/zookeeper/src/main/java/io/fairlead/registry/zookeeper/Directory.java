package io.fairlead.registry.zookeeper;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A node with registrations below it: an interface of Dubbo, or an application. Confined to the
 * adapter's thread.
 */
final class Directory {
  /** The time for which a service without instances is told as one, rather than as gone. */
  private static final Duration EMPTY = Duration.ofHours(1);

  /** The kind of a directory. */
  enum Kind {
    INTERFACE,
    APPLICATION
  }

  /** The identity of a directory. */
  record Key(Kind kind, String name) {}

  /** A service that was there. */
  private static final class Known {
    private Map<String, String> variables = Map.of();
    private int instances;
    private boolean empty;
    private long emptySince;
  }

  /**
   * The services that an answer comes to.
   *
   * @param services the services, those that have lost their last instance included
   * @param gone the services that are no longer there
   */
  record Content(List<Service> services, List<ServiceId> gone) {}

  private final Key key;
  private final Map<ServiceId, Known> known = new HashMap<>();
  private final Turn turn = new Turn();
  private boolean failing;
  private boolean doubting;
  private long doubtedAt;

  Directory(Key key) {
    this.key = key;
  }

  Key key() {
    return key;
  }

  /** Returns the order of its reads. */
  Turn turn() {
    return turn;
  }

  /** Marks whether it can be read; returns whether that is new. */
  boolean failing(boolean now) {
    boolean changed = failing != now;
    failing = now;
    return changed;
  }

  /** Takes note of a service that the gateway has. */
  void expect(ServiceId id) {
    known.computeIfAbsent(id, it -> new Known());
  }

  /** Whether nothing is known to be in it. */
  boolean isIdle() {
    return known.isEmpty() && !turn.isReading() && !failing;
  }

  /**
   * Whether an answer is not to be taken, as it has less than the one before, and none has had so
   * for long.
   *
   * @param patience the time after which it is taken
   */
  boolean doubts(List<Service> read, Duration patience, long now) {
    if (!doubting && hasLess(read)) {
      doubting = true;
      doubtedAt = now;
    }
    return doubting && hasLess(read) && now - doubtedAt < patience.toNanos();
  }

  private boolean hasLess(List<Service> read) {
    Map<ServiceId, Integer> counts = new HashMap<>();
    read.forEach(service -> counts.put(service.id(), service.instances().size()));
    return known.entrySet().stream()
        .anyMatch(one -> counts.getOrDefault(one.getKey(), 0) < one.getValue().instances);
  }

  /**
   * Takes an answer. A directory that is gone is an empty one: ZooKeeper itself deletes those that
   * Curator makes once they are empty, so that this is no word of an owner.
   *
   * @param read the services that have instances
   */
  Content take(List<Service> read, long now) {
    doubting = false;
    List<Service> services = new ArrayList<>(read);
    List<ServiceId> gone = new ArrayList<>();
    Set<ServiceId> present = new HashSet<>();
    for (Service service : read) {
      present.add(service.id());
      Known one = known.computeIfAbsent(service.id(), it -> new Known());
      one.variables = service.variables();
      one.instances = service.instances().size();
      one.empty = false;
    }
    for (Iterator<Map.Entry<ServiceId, Known>> all = known.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<ServiceId, Known> entry = all.next();
      Known one = entry.getValue();
      if (present.contains(entry.getKey())) {
        continue;
      }
      if (!one.empty) {
        one.empty = true;
        one.instances = 0;
        one.emptySince = now;
      }
      if (now - one.emptySince > EMPTY.toNanos()) {
        gone.add(entry.getKey());
        all.remove();
      } else {
        services.add(new Service(entry.getKey(), one.variables, Map.of(), List.of(), List.of()));
      }
    }
    return new Content(services, gone);
  }
}
