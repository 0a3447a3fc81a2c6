package io.fairlead.server.config;

import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.RegistryAdapterFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The registry types that are installed. Immutable. */
public final class AdapterTypes {
  private final SortedMap<String, RegistryAdapterFactory<?>> factories = new TreeMap<>();
  private final List<LeftOutAdapter> leftOut;

  private AdapterTypes(
      Iterable<RegistryAdapterFactory<?>> factories, List<LeftOutAdapter> leftOut) {
    this.leftOut = List.copyOf(leftOut);
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

  static void refuseSharedKeys(RegistryAdapterFactory<?> factory) {
    List<String> shared = KeyedRecord.of(RegistryConfig.Shared.class).names();
    for (String key : KeyedRecord.of(factory.configurationType()).names()) {
      if (shared.contains(key)) {
        throw new IllegalStateException(
            "registry type " + factory.type() + ": " + key + " (expected: no shared key)");
      }
    }
  }

  /** Returns those that the class path brings: the built-in ones. */
  public static AdapterTypes installed() {
    List<RegistryAdapterFactory<?>> found = new ArrayList<>();
    for (RegistryAdapterFactory<?> factory : ServiceLoader.load(RegistryAdapterFactory.class)) {
      found.add(factory);
    }
    return of(found);
  }

  /**
   * Returns the given ones.
   *
   * @throws IllegalStateException if two have the same type
   */
  public static AdapterTypes of(List<RegistryAdapterFactory<?>> factories) {
    return new AdapterTypes(factories, List.of());
  }

  /** Returns the factory of a type, or nothing if it is not installed. */
  public Optional<RegistryAdapterFactory<?>> find(String type) {
    return Optional.ofNullable(factories.get(type));
  }

  /** Returns the names of the types, sorted. */
  public List<String> names() {
    return List.copyOf(factories.keySet());
  }

  /** Returns these types with those of a folder as it is now. */
  AdapterTypes with(AdapterFolder folder) {
    AdapterFolder.Content content = folder.look(factories.keySet());
    List<RegistryAdapterFactory<?>> all = new ArrayList<>(factories.values());
    all.addAll(content.factories());
    return new AdapterTypes(all, content.leftOut());
  }

  /** Returns what is in the folder of adapters and not used. */
  public List<LeftOutAdapter> leftOut() {
    return leftOut;
  }

  /** Returns the factories by the names of their types. */
  Map<String, RegistryAdapterFactory<?>> byName() {
    return Collections.unmodifiableSortedMap(factories);
  }

  /** Returns all factories, by the names of their types. */
  List<RegistryAdapterFactory<?>> factories() {
    return List.copyOf(factories.values());
  }
}
