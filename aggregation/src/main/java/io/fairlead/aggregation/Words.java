package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The last word of a batch about each service, with what is to be taken instead of some. Confined
 * to the commit thread.
 */
final class Words {
  private final Inbox.Batch batch;
  private final Map<ServiceId, Optional<Taken>> last;
  private final Map<ServiceId, Taken> instead = new HashMap<>();

  /**
   * Reads a batch.
   *
   * @param known gives the services that a whole view is a word about even if it lacks them; asked
   *     for a whole view only, since a single change must not cost what there is
   */
  Words(Inbox.Batch batch, Supplier<List<ServiceId>> known) {
    this.batch = batch;
    if (batch.whole().isEmpty()) {
      this.last = batch.changes();
      return;
    }
    this.last = new LinkedHashMap<>();
    Map<ServiceId, Taken> whole = batch.whole().get();
    known.get().forEach(service -> last.put(service, Optional.empty()));
    whole.forEach((service, taken) -> last.put(service, Optional.of(taken)));
    last.putAll(batch.changes());
  }

  /** The last word about each service; nothing: it is gone. */
  Map<ServiceId, Optional<Taken>> last() {
    return last;
  }

  Optional<Taken> about(ServiceId service) {
    return last.getOrDefault(service, Optional.empty());
  }

  /** Has something else be taken in place of what the batch says about a service. */
  void replace(ServiceId service, Taken taken) {
    instead.put(service, taken);
  }

  /** The batch to take; the very same one if nothing was replaced. */
  Inbox.Batch toTake() {
    if (instead.isEmpty()) {
      return batch;
    }
    Map<ServiceId, Optional<Taken>> changes = new LinkedHashMap<>(batch.changes());
    Optional<Map<ServiceId, Taken>> whole = batch.whole().map(HashMap::new);
    instead.forEach(
        (service, taken) -> {
          whole.ifPresent(view -> view.put(service, taken));
          changes.computeIfPresent(service, (s, word) -> Optional.of(taken));
        });
    return new Inbox.Batch(whole, changes);
  }
}
