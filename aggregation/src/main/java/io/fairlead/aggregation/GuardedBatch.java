package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The latest report on each service of a batch, plus the substitutes for those that the guard holds
 * back. Confined to the commit thread.
 */
final class GuardedBatch {
  private final Inbox.Batch batch;
  private final Map<ServiceId, Optional<ConvertedService>> latest;
  private final Map<ServiceId, ConvertedService> substitutes = new HashMap<>();

  /**
   * Reads a batch.
   *
   * @param known gives the services that a whole view is a report on even if it lacks them; asked
   *     for a whole view only, since a single change must not cost what there is
   */
  GuardedBatch(Inbox.Batch batch, Supplier<List<ServiceId>> known) {
    this.batch = batch;
    if (batch.whole().isEmpty()) {
      this.latest = batch.changes();
      return;
    }
    this.latest = new LinkedHashMap<>();
    Map<ServiceId, ConvertedService> whole = batch.whole().get();
    known.get().forEach(service -> latest.put(service, Optional.empty()));
    whole.forEach((service, converted) -> latest.put(service, Optional.of(converted)));
    latest.putAll(batch.changes());
  }

  /** The latest report on each service; nothing: it is gone. */
  Map<ServiceId, Optional<ConvertedService>> latest() {
    return latest;
  }

  Optional<ConvertedService> about(ServiceId service) {
    return latest.getOrDefault(service, Optional.empty());
  }

  /** Has something else be taken in place of what the batch says about a service. */
  void replace(ServiceId service, ConvertedService converted) {
    substitutes.put(service, converted);
  }

  /** The batch to take; the very same one if nothing was replaced. */
  Inbox.Batch toTake() {
    if (substitutes.isEmpty()) {
      return batch;
    }
    Map<ServiceId, Optional<ConvertedService>> changes = new LinkedHashMap<>(batch.changes());
    Optional<Map<ServiceId, ConvertedService>> whole = batch.whole().map(HashMap::new);
    substitutes.forEach(
        (service, converted) -> {
          whole.ifPresent(view -> view.put(service, converted));
          changes.computeIfPresent(service, (s, report) -> Optional.of(converted));
        });
    return new Inbox.Batch(whole, changes);
  }
}
