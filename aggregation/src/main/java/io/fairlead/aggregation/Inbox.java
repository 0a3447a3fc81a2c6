package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reports of an adapter that the commit thread has not taken yet: the last whole view, and the
 * last state of each service after it. So it is bounded by the number of services, however often
 * they change and however long the commit thread takes, and no adapter ever waits. Guarded by its
 * own lock, under which nothing else is called.
 */
final class Inbox {
  /**
   * The content of an inbox when it was taken.
   *
   * @param whole a whole view that comes before the changes, if there was one
   * @param changes the latest report on each service; nothing: it was removed
   */
  record Batch(
      Optional<Map<ServiceId, ConvertedService>> whole,
      Map<ServiceId, Optional<ConvertedService>> changes) {}

  private @Nullable Map<ServiceId, ConvertedService> whole;
  private Map<ServiceId, Optional<ConvertedService>> changes = new LinkedHashMap<>();

  /** Puts in a whole view, and takes the map over. */
  synchronized void replaceAll(Map<ServiceId, ConvertedService> services) {
    whole = services;
    changes = new LinkedHashMap<>();
  }

  /** Puts in what becomes of the parts of one service. */
  synchronized void put(Collection<ConvertedService> reports) {
    for (ConvertedService report : reports) {
      changes.put(report.service(), Optional.of(report));
    }
  }

  /** Puts in that all parts of one service are gone. */
  synchronized void remove(Collection<ServiceId> parts) {
    parts.forEach(part -> changes.put(part, Optional.empty()));
  }

  /** Whether there is a whole view. */
  synchronized boolean hasWhole() {
    return whole != null;
  }

  synchronized Batch take() {
    Batch batch = new Batch(Optional.ofNullable(whole), changes);
    whole = null;
    changes = new LinkedHashMap<>();
    return batch;
  }
}
