package io.fairlead.registry;

import java.util.Objects;

/**
 * The context in which the gateway creates an adapter.
 *
 * @param registry the registry's configured name, unique in the gateway: for thread names, logs and
 *     errors
 * @param sink the receiver of everything the adapter reads; the adapter's own, shared with no other
 */
public record AdapterContext(String registry, RegistrySink sink) {
  public AdapterContext {
    Objects.requireNonNull(registry, "registry");
    Objects.requireNonNull(sink, "sink");
  }
}
