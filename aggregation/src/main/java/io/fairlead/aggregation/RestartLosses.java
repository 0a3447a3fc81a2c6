package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the first whole view after a start lacks of what a former process served.
 *
 * @param of all that the former process served
 * @param losses what is missing of it
 */
record RestartLosses(Extent of, List<Loss> losses) {
  /**
   * A resource that has fewer endpoints now.
   *
   * @param entry the entry that would have its name; nothing: the service is gone, or refused
   */
  record Loss(Resource resource, int before, Optional<CompactEntry> entry) {
    Subject subject() {
      return entry
          .map(CompactEntry::service)
          .<Subject>map(Subject.OfService::new)
          .orElseGet(() -> new Subject.OfResource(resource.key()));
    }

    Extent extent() {
      return Extent.lost(before, entry.map(CompactEntry::endpoints).orElse(0));
    }
  }

  /** Compares a whole view with what was served, name by name. */
  static RestartLosses of(
      Map<ServiceId, Optional<Taken>> words, Map<ResourceKey, Resource> former) {
    Map<ResourceKey, CompactEntry> names = names(words.values(), former.keySet());
    Extent of = Extent.NONE;
    List<Loss> losses = new ArrayList<>();
    for (Resource resource : former.values()) {
      int before = KeptEndpoints.count(resource);
      of = of.plus(Extent.ofService(before));
      Loss loss = new Loss(resource, before, Optional.ofNullable(names.get(resource.key())));
      if (loss.extent().endpoints() > 0) {
        losses.add(loss);
      }
    }
    return new RestartLosses(of, losses);
  }

  /** Who would have which name: settled as it will be settled, before it is. */
  static Map<ResourceKey, CompactEntry> names(
      Collection<Optional<Taken>> words, Set<ResourceKey> former) {
    Map<ResourceKey, CompactEntry> names = new HashMap<>();
    HostClaims claims =
        new HostClaims(
            new HostClaims.Listener() {
              @Override
              public void nameChanged(ResourceKey key, @Nullable CompactEntry holder) {
                if (holder == null) {
                  names.remove(key);
                } else {
                  names.put(key, holder);
                }
              }

              @Override
              public void holdingChanged(ServiceId service) {}
            });
    for (Optional<Taken> word : words) {
      word.ifPresent(
          taken ->
              taken
                  .entry()
                  // Without endpoints it is only served if it was before.
                  .filter(entry -> entry.endpoints() > 0 || former.contains(entry.key()))
                  .ifPresent(entry -> claims.set(taken.service(), entry)));
    }
    return names;
  }

  Extent lost() {
    return losses.stream().map(Loss::extent).reduce(Extent.NONE, Extent::plus);
  }
}
