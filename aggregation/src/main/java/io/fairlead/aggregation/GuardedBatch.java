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
  private final Map<ServiceId, Optional<Taken>> latest;
  private final Map<ServiceId, Taken> substitutes = new HashMap<>();

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
    Map<ServiceId, Taken> whole = batch.whole().get();
    known.get().forEach(service -> latest.put(service, Optional.empty()));
    whole.forEach((service, taken) -> latest.put(service, Optional.of(taken)));
    latest.putAll(batch.changes());
  }

  /** The latest report on each service; nothing: it is gone. */
  Map<ServiceId, Optional<Taken>> latest() {
    return latest;
  }

  Optional<Taken> about(ServiceId service) {
    return latest.getOrDefault(service, Optional.empty());
  }

  /** Has something else be taken in place of what the batch says about a service. */
  void replace(ServiceId service, Taken taken) {
    substitutes.put(service, taken);
  }

  /** The batch to take; the very same one if nothing was replaced. */
  Inbox.Batch toTake() {
    if (substitutes.isEmpty()) {
      return batch;
    }
    Map<ServiceId, Optional<Taken>> changes = new LinkedHashMap<>(batch.changes());
    Optional<Map<ServiceId, Taken>> whole = batch.whole().map(HashMap::new);
    substitutes.forEach(
        (service, taken) -> {
          whole.ifPresent(view -> view.put(service, taken));
          changes.computeIfPresent(service, (s, report) -> Optional.of(taken));
        });
    return new Inbox.Batch(whole, changes);
  }
}
