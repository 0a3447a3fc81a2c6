package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.Expiry;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The services of one registry that are served without endpoints for a time: that of the registry,
 * or what a rule says of a service. Confined to the commit thread.
 */
final class EmptyServices {
  private final Map<ServiceId, Duration> ofRules;
  private final Expiry<ServiceId> usual = new Expiry<>();
  // Rules name few different times.
  private final Map<Duration, Expiry<ServiceId>> others = new HashMap<>();

  /**
   * Creates one without services.
   *
   * @param ofRules the times that rules give services; whoever changes them adds the service anew
   */
  EmptyServices(Map<ServiceId, Duration> ofRules) {
    this.ofRules = ofRules;
  }

  /** Adds a service; one that is there, and has the time that it had, keeps its begin. */
  void add(ServiceId service, long now) {
    Duration ofRule = ofRules.get(service);
    if (ofRule == null) {
      removeFromOthers(service, null);
      usual.add(service, now);
    } else {
      usual.remove(service);
      removeFromOthers(service, ofRule);
      others.computeIfAbsent(ofRule, time -> new Expiry<>()).add(service, now);
    }
  }

  void remove(ServiceId service) {
    usual.remove(service);
    removeFromOthers(service, null);
  }

  private void removeFromOthers(ServiceId service, @Nullable Duration besides) {
    if (!others.isEmpty()) {
      others.forEach(
          (time, queue) -> {
            if (!Objects.equals(time, besides)) {
              queue.remove(service);
            }
          });
    }
  }

  boolean contains(ServiceId service) {
    return usual.contains(service)
        || others.values().stream().anyMatch(queue -> queue.contains(service));
  }

  /**
   * Removes and returns the services whose time is over.
   *
   * @param keep the time of the registry
   */
  List<ServiceId> takeDue(Duration keep, long now) {
    List<ServiceId> due = usual.takeDue(keep, now);
    if (!others.isEmpty()) {
      due = new ArrayList<>(due);
      for (Map.Entry<Duration, Expiry<ServiceId>> other : others.entrySet()) {
        due.addAll(other.getValue().takeDue(other.getKey(), now));
      }
      others.values().removeIf(Expiry::isEmpty);
    }
    return due;
  }

  /** Returns the time until the next service is due, zero if it is. */
  Optional<Duration> untilNext(Duration keep, long now) {
    return Stream.concat(
            usual.untilNext(keep, now).stream(),
            others.entrySet().stream()
                .flatMap(other -> other.getValue().untilNext(other.getKey(), now).stream()))
        .min(Comparator.naturalOrder());
  }
}
