package io.fairlead.server.config;

import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.RegistryAdapterFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The registry types that are installed. Immutable. */
public final class AdapterTypes {
  private final SortedMap<String, RegistryAdapterFactory<?>> factories = new TreeMap<>();

  private AdapterTypes(Iterable<RegistryAdapterFactory<?>> factories) {
    for (RegistryAdapterFactory<?> factory : factories) {
      RegistryAdapterFactory<?> other = this.factories.put(factory.type(), factory);
      if (other != null) {
        throw new IllegalStateException(
            "registry type: "
                + factory.type()
                + " (expected: one adapter; found "
                + other.getClass().getName()
                + " and "
                + factory.getClass().getName()
                + ")");
      }
      refuseSharedKeys(factory);
    }
  }

  private static void refuseSharedKeys(RegistryAdapterFactory<?> factory) {
    List<String> shared = KeyedRecord.of(RegistryConfig.Shared.class).names();
    for (String key : KeyedRecord.of(factory.configurationType()).names()) {
      if (shared.contains(key)) {
        throw new IllegalStateException(
            "registry type " + factory.type() + ": " + key + " (expected: no shared key)");
      }
    }
  }

  /**
   * Returns those that the class path brings: the built-in ones and the jars under {@code
   * adapters/}.
   */
  public static AdapterTypes installed() {
    List<RegistryAdapterFactory<?>> found = new ArrayList<>();
    for (RegistryAdapterFactory<?> factory : ServiceLoader.load(RegistryAdapterFactory.class)) {
      found.add(factory);
    }
    return new AdapterTypes(found);
  }

  /**
   * Returns the given ones.
   *
   * @throws IllegalStateException if two have the same type
   */
  public static AdapterTypes of(List<RegistryAdapterFactory<?>> factories) {
    return new AdapterTypes(factories);
  }

  /** Returns the factory of a type, or nothing if it is not installed. */
  public Optional<RegistryAdapterFactory<?>> find(String type) {
    return Optional.ofNullable(factories.get(type));
  }

  /** Returns the names of the types, sorted. */
  public List<String> names() {
    return List.copyOf(factories.keySet());
  }

  /** Returns all factories, by the names of their types. */
  List<RegistryAdapterFactory<?>> factories() {
    return List.copyOf(factories.values());
  }
}
