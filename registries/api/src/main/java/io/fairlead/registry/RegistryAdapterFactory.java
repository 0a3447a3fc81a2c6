package io.fairlead.registry;

import java.util.Set;

/**
 * The factory of the adapters of one registry type. It is found by {@link java.util.ServiceLoader},
 * so a jar with an implementation and its {@code META-INF/services} entry is all that a new
 * registry needs. Thread-safe.
 *
 * @param <C> the type's own configuration: a record whose components are the keys that the
 *     configuration file allows beside those that all registries share (name, type, priority, host
 *     ...). Components may be of type String, int, boolean, enum, List, Map, {@link
 *     java.time.Duration} ({@code 100ms}, {@code 10s}, {@code 5m}), {@link java.net.URI}, {@link
 *     java.nio.file.Path} (relative to the configuration file), {@link Secret}, {@link TlsFiles} or
 *     another record. A component that is {@code @Nullable} may be left out, and a boolean that is
 *     left out is false; the compact constructor sets defaults and throws {@link
 *     IllegalArgumentException} with "name: value (expected: ...)" for values that cannot be.
 */
public interface RegistryAdapterFactory<C extends Record> {
  /** Returns the value of {@code type:} in the configuration, unique among all factories. */
  String type();

  /** Returns the record that the type's own keys are read into. */
  Class<C> configurationType();

  /**
   * Returns the JSON Schema (draft 2020-12) of the type's own keys: an object with {@code
   * properties} and, if any, {@code required}. The shared keys are not in it.
   */
  String configurationSchema();

  /**
   * Returns the host template used if the configuration has none, such as {@code {service}.nacos}.
   */
  String defaultHost();

  /**
   * Returns the names of the variables that the adapter adds to those that every template may use
   * (see {@link Service#variables()}); a configured template that uses another one is refused.
   * Those of {@link #defaultHost()} need not be repeated.
   */
  default Set<String> variables() {
    return Set.of();
  }

  /** Creates an adapter; nothing is read and no connection is opened before it is started. */
  RegistryAdapter create(AdapterContext context, C configuration);
}
