package io.fairlead.aggregation;

import io.fairlead.conversion.ConversionPolicy;
import java.time.Duration;
import java.util.Objects;

/**
 * The settings of one registry for the aggregation.
 *
 * @param name its name, unique in the gateway
 * @param priority who wins a host that several registries have: the higher one
 * @param policy how its services become ServiceEntries; it carries the same name
 * @param keepEmpty how long a service without endpoints is served on, not negative
 */
public record RegistrySettings(
    String name, int priority, ConversionPolicy policy, Duration keepEmpty) {
  public RegistrySettings {
    Objects.requireNonNull(policy, "policy");
    if (!name.equals(policy.registry())) {
      throw new IllegalArgumentException(
          "name: " + name + " (expected: " + policy.registry() + ", as in its policy)");
    }
    if (keepEmpty.isNegative()) {
      throw new IllegalArgumentException("keepEmpty: " + keepEmpty + " (expected: 0 or more)");
    }
  }

  /** What the registry's resources carry as label, and what it is known by inside. */
  String label() {
    return policy.registryLabel();
  }
}
