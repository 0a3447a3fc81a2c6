package io.fairlead.registry;

import java.util.Objects;

/**
 * What the gateway gives an adapter.
 *
 * @param registry the registry's configured name, unique in the gateway: for thread names, logs and
 *     errors
 * @param sink where what is read goes
 */
public record AdapterContext(String registry, RegistrySink sink) {
  public AdapterContext {
    Objects.requireNonNull(registry, "registry");
    Objects.requireNonNull(sink, "sink");
  }
}
