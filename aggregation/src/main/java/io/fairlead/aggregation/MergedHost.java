package io.fairlead.aggregation;

import io.fairlead.common.ForeignText;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of merging the services of one host. Immutable.
 *
 * @param entry what they are served as; null if another claim has the host
 * @param members the services in it
 * @param refused why others are not in it, where no other registry has the host
 */
record MergedHost(
    @Nullable CompactEntry entry, MergedMembers members, Map<ServiceKey, String> refused) {
  /** That of a host with no service that is to be merged. */
  static final MergedHost NONE = new MergedHost(null, MergedMembers.NONE, Map.of());

  /**
   * A service of a registry.
   *
   * @param registry label of the registry
   */
  record ServiceKey(String registry, ServiceId service) {}

  /**
   * The same as any thread may see it.
   *
   * @param key name of the resource
   * @param services the services in the entry, as {@code REGISTRY/ID}, the one first whose ports
   *     and labels it has
   */
  record Shown(ResourceKey key, List<String> services, Set<ServiceKey> members) {
    Shown {
      services = List.copyOf(services);
    }
  }

  MergedHost {
    refused = Map.copyOf(refused);
  }

  /** Returns the same with services that are refused besides. */
  MergedHost refusing(Map<ServiceKey, String> others) {
    if (others.isEmpty()) {
      return this;
    }
    Map<ServiceKey, String> all = new HashMap<>(refused);
    all.putAll(others);
    return new MergedHost(entry, members, all);
  }

  /**
   * Returns what is shown of it; null if no two services share the host.
   *
   * @param names gives the names of registries by their labels
   */
  @Nullable Shown shown(UnaryOperator<String> names) {
    if (entry == null || members.all().size() < 2) {
      return null;
    }
    Set<ServiceKey> keys = new HashSet<>();
    members.all().forEach(one -> keys.add(new ServiceKey(one.registry(), one.service())));
    return new Shown(
        entry.key(),
        members.all().stream()
            .map(
                one ->
                    names.apply(one.registry()) + "/" + ForeignText.clean(one.service().toString()))
            .toList(),
        keys);
  }
}
