package io.fairlead.conversion.rules;

import io.fairlead.common.Key;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a rule, all of which have to hold. Of the texts of one condition one has to.
 * Metadata, tags, address and port are those of an instance, with the service's own metadata and
 * tags behind them.
 */
@Key(name = "when")
public record When(
    @Key(value = "name of the registry", single = true) @Nullable List<TextCondition> registry,
    @Key(value = "name of the service in its registry", single = true)
        @Nullable List<TextCondition> service,
    @Key(value = "the registry's own namespace of the service", single = true)
        @Nullable List<TextCondition> namespace,
    @Key(value = "the registry's group of the service", single = true)
        @Nullable List<TextCondition> group,
    @Key(value = "the datacenter of the service", single = true)
        @Nullable List<TextCondition> datacenter,
    @Key(value = "a tag of the instance or of its service", single = true)
        @Nullable List<TextCondition> tag,
    @Key(
            name = "meta.",
            value = "the metadata of that key, of the instance or else of its service",
            single = true)
        @Nullable Map<String, List<TextCondition>> meta,
    @Key(value = "the address of the instance", single = true)
        @Nullable List<AddressCondition> address,
    @Key(value = "the port of the instance", single = true) @Nullable List<PortCondition> port,
    @Key(value = "the host; for alias, visibility and traffic only", single = true)
        @Nullable List<TextCondition> host,
    @Key("conditions of which not all may hold") @Nullable When not) {

  /** The conditions of a rule about everything. */
  public static final When ALWAYS =
      new When(null, null, null, null, null, null, null, null, null, null, null);

  /** Whether the conditions hold for an instance; of a part that has a host, with the host. */
  boolean matches(String registryName, Service of, Instance instance, String partHost) {
    return holdsFor(registryName, of, partHost)
        && holdsFor(of, instance)
        && (not == null || !not.matches(registryName, of, instance, partHost));
  }

  /** Whether instances of one service may differ in whether the conditions hold. */
  boolean isOfInstances() {
    return tag != null
        || meta != null
        || address != null
        || port != null
        || (not != null && not.isOfInstances());
  }

  /** Whether the conditions are about the host. */
  boolean isOfHost() {
    return host != null || (not != null && not.isOfHost());
  }

  /** Whether the conditions cannot hold for any service of a registry. */
  boolean isNeverOf(String registryName) {
    return !any(registry, registryName)
        || (not != null && not.isOnlyOfRegistry() && any(not.registry, registryName));
  }

  private boolean isOnlyOfRegistry() {
    return equals(new When(registry, null, null, null, null, null, null, null, null, null, null));
  }

  /** Whether the conditions on the service alone hold, whatever its instances are. */
  boolean holdsFor(String registryName, Service of, String partHost) {
    return any(registry, registryName)
        && any(service, of.id().name())
        && any(namespace, of.id().namespace())
        && any(group, of.id().group())
        && any(datacenter, of.variables().getOrDefault("datacenter", ""))
        && any(host, partHost);
  }

  private boolean holdsFor(Service of, Instance instance) {
    return (tag == null || anyTag(of) || anyTag(instance))
        && holdsForMetadata(of, instance)
        && (address == null || address.stream().anyMatch(one -> one.matches(instance.address())))
        && (port == null || port.stream().anyMatch(one -> one.matches(instance.port())));
  }

  private boolean anyTag(Service of) {
    return tag != null && tags(of.tags(), tag);
  }

  private boolean anyTag(Instance instance) {
    return tag != null && tags(instance.tags(), tag);
  }

  private static boolean tags(List<String> tags, List<TextCondition> conditions) {
    return tags.stream().anyMatch(one -> any(conditions, one));
  }

  private boolean holdsForMetadata(Service of, Instance instance) {
    if (meta == null) {
      return true;
    }
    Predicate<Map.Entry<String, List<TextCondition>>> holds =
        condition -> any(condition.getValue(), metadata(of, instance, condition.getKey()));
    return meta.entrySet().stream().allMatch(holds);
  }

  /** Returns the metadata of a key: the instance's, else the service's, else the empty text. */
  static String metadata(Service of, Instance instance, String key) {
    String own = instance.metadata().get(key);
    return own != null ? own : of.metadata().getOrDefault(key, "");
  }

  private static boolean any(@Nullable List<TextCondition> conditions, String text) {
    if (conditions == null) {
      return true;
    }
    for (TextCondition condition : conditions) {
      if (condition.matches(text)) {
        return true;
      }
    }
    return false;
  }
}
