package io.fairlead.registry.support;

import io.fairlead.registry.Instance;
import io.fairlead.registry.PackedService;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The services of a {@link RegistryMirror}: what the sink was told of each, what the newest answer
 * has, and the telling of the difference. What an answer lacks stays for as long as {@link
 * Retention} says. Guarded by the mirror's lock, but for {@link #told}, which is for any thread.
 */
final class MirroredServices {
  private final RegistrySink sink;
  private final AdapterClock clock;
  private final Retention retention;
  // Written under the lock; what was told is read without it.
  private final Map<ServiceId, MirroredService> services = new ConcurrentHashMap<>();
  // Dropped since the whole read under way began.
  private final Set<ServiceId> dropped = new HashSet<>();
  private boolean reading;
  private long answers;

  /**
   * @param sink told each difference, or not any more once it is closed
   */
  MirroredServices(RegistrySink sink, AdapterClock clock, Retention retention) {
    this.sink = sink;
    this.clock = clock;
    this.retention = retention;
  }

  /** Returns a service as the sink was last told of it. */
  Optional<Service> told(ServiceId id) {
    return Optional.ofNullable(services.get(id))
        .flatMap(mirrored -> Optional.ofNullable(mirrored.told))
        .map(PackedService::unpack);
  }

  Set<ServiceId> ids() {
    return Set.copyOf(services.keySet());
  }

  int size() {
    return services.size();
  }

  // ---- Whole reads ----------------------------------------------------------------------------

  /** Begins a whole read, and returns the number of the latest answer about one service. */
  long beginRead() {
    dropped.clear();
    reading = true;
    return answers;
  }

  /** Ends the whole read. */
  void endRead() {
    dropped.clear();
    reading = false;
  }

  /** Returns the number of the latest answer about one service. */
  long latestAnswer() {
    return answers;
  }

  /** Puts what was answered about single services since a first whole read began into it. */
  void addEarly(Map<ServiceId, Service> read, long begun) {
    for (MirroredService early : services.values()) {
      if (early.answered > begun) {
        if (early.newest == null) {
          read.remove(early.id);
        } else {
          read.put(early.id, early.newest.unpack());
        }
      }
    }
  }

  /** Takes note that the sink was told all this as its first whole view. */
  void allTold(Map<ServiceId, Service> read) {
    services.keySet().retainAll(read.keySet());
    for (Service service : read.values()) {
      MirroredService mirrored = services.computeIfAbsent(service.id(), MirroredService::new);
      mirrored.told = PackedService.of(service);
      mirrored.newest = null;
    }
  }

  /** Whether a whole read newly lacks so much that it may be incomplete. */
  boolean isSuspicious(Map<ServiceId, Service> read) {
    return Loss.isSuspicious(services.values(), read);
  }

  /** Takes a whole read, but for the services about which there was an answer since it began. */
  void takeAll(Map<ServiceId, Service> read, long begun) {
    for (Service service : read.values()) {
      MirroredService known = services.get(service.id());
      boolean older = known == null ? dropped.contains(service.id()) : known.answered > begun;
      if (!older) {
        present(services.computeIfAbsent(service.id(), MirroredService::new), service);
      }
    }
    for (MirroredService mirrored : List.copyOf(services.values())) {
      if (mirrored.answered <= begun && !read.containsKey(mirrored.id)) {
        absent(mirrored, true);
      }
    }
  }

  // ---- One service ----------------------------------------------------------------------------

  /** Numbers an answer about one service, and returns the service. */
  MirroredService answered(ServiceId id) {
    MirroredService mirrored = services.computeIfAbsent(id, MirroredService::new);
    mirrored.answered = ++answers;
    return mirrored;
  }

  /** Takes a state of a service that an answer has, with its instances in order. */
  void present(MirroredService mirrored, Service service) {
    mirrored.gone = null;
    mirrored.askedAt = 0;
    PackedService newest = PackedService.of(service);
    PackedService told = mirrored.told;
    if (newest.equals(told)) {
      mirrored.newest = null;
      mirrored.lost = Map.of();
    } else if (told == null) {
      tell(mirrored, service, newest);
    } else {
      mirrored.newest = newest;
      merge(mirrored, told.unpack(), service);
    }
    retention.track(mirrored);
  }

  /** Passes on a newer state, with the instances that are kept beside it. */
  private void merge(MirroredService mirrored, Service old, Service next) {
    Map<String, Absence> lost = new HashMap<>();
    List<Instance> instances = new ArrayList<>();
    for (Instance instance : MirroredService.missing(old, next)) {
      Absence absence = retention.absence(mirrored.lost.get(instance.id()));
      if (retention.keeps(absence, next.instances().isEmpty())) {
        lost.put(instance.id(), absence);
        instances.add(instance);
      }
    }
    mirrored.lost = Map.copyOf(lost);
    if (instances.isEmpty()) {
      mirrored.newest = null;
      tell(mirrored, next, PackedService.of(next));
    } else {
      Service merged = RetainedInstances.with(old, next, instances);
      tell(mirrored, merged, PackedService.of(merged));
    }
  }

  private void tell(MirroredService mirrored, Service service, PackedService packed) {
    if (!packed.equals(mirrored.told)) {
      sink.changed(service);
      mirrored.told = packed;
    }
  }

  /**
   * Takes an answer that lacks a service.
   *
   * @param confirmable whether it is a removal that {@link MirrorOptions#removals()} is about
   */
  void absent(MirroredService mirrored, boolean confirmable) {
    mirrored.askedAt = 0;
    if (mirrored.told == null) {
      drop(mirrored);
      return;
    }
    Absence gone = retention.absence(mirrored.gone);
    if (retention.keeps(gone, confirmable)) {
      mirrored.gone = gone;
      retention.track(mirrored);
    } else {
      sink.removed(mirrored.id);
      drop(mirrored);
    }
  }

  private void drop(MirroredService mirrored) {
    mirrored.gone = null;
    mirrored.lost = Map.of();
    services.remove(mirrored.id);
    retention.track(mirrored);
    if (reading) {
      dropped.add(mirrored.id);
    }
  }

  // ---- What is due ----------------------------------------------------------------------------

  /**
   * Returns the services of which something has been kept for its time, so that another answer is
   * to decide; of those that were returned before and had none in time, the latest one counts.
   */
  Set<ServiceId> takeDue() {
    Set<ServiceId> ask = new HashSet<>();
    for (MirroredService mirrored : retention.services()) {
      if (retention.left(mirrored) > 0) {
        mirrored.askedAt = 0;
      } else if (mirrored.askedAt == 0) {
        mirrored.askedAt = clock.nanoTime();
        ask.add(mirrored.id);
      } else if (retention.isOverdue(mirrored)) {
        countLatest(mirrored);
      }
    }
    return ask;
  }

  private void countLatest(MirroredService mirrored) {
    if (mirrored.gone != null) {
      absent(mirrored, true);
    } else if (mirrored.newest != null && mirrored.told != null) {
      mirrored.askedAt = 0;
      merge(mirrored, mirrored.told.unpack(), mirrored.newest.unpack());
      retention.track(mirrored);
    }
  }
}
