package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;

/** Whom a loss is about. */
sealed interface Subject {
  /** A service that the registry has named in this process. */
  record OfService(ServiceId service) implements Subject {}

  /** A resource of a registry that left. */
  record OfResource(ResourceKey key) implements Subject {}
}
