package io.fairlead.server.config;

import io.fairlead.common.KeyedRecord;
import io.fairlead.configs.ConfigSourceFactory;
import io.fairlead.registry.RegistryAdapterFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The types of registries and of config sources that are installed. Immutable. */
public final class AdapterTypes {
  // Configurations are equal only if their factories are the same ones.
  private static final List<ConfigSourceFactory<?>> BUILT_IN_CONFIG_SOURCES = builtIn();

  private final SortedMap<String, RegistryAdapterFactory<?>> factories = new TreeMap<>();
  private final SortedMap<String, ConfigSourceFactory<?>> configSources = new TreeMap<>();
  private final List<LeftOutAdapter> leftOut;

  private AdapterTypes(
      Iterable<RegistryAdapterFactory<?>> factories,
      Iterable<ConfigSourceFactory<?>> configSources,
      List<LeftOutAdapter> leftOut) {
    this.leftOut = List.copyOf(leftOut);
    for (ConfigSourceFactory<?> factory : configSources) {
      this.configSources.put(factory.type(), factory);
      refuseSharedKeys(
          factory.type(), factory.configurationType(), ConfigSourceConfig.Shared.class);
    }
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
      refuseSharedKeys(factory.type(), factory.configurationType(), RegistryConfig.Shared.class);
    }
  }

  private static List<ConfigSourceFactory<?>> builtIn() {
    List<ConfigSourceFactory<?>> found = new ArrayList<>();
    for (ConfigSourceFactory<?> factory : ServiceLoader.load(ConfigSourceFactory.class)) {
      found.add(factory);
    }
    return found;
  }

  static void refuseSharedKeys(
      String type, Class<? extends Record> configuration, Class<? extends Record> sharedKeys) {
    List<String> shared = KeyedRecord.of(sharedKeys).names();
    for (String key : KeyedRecord.of(configuration).names()) {
      if (shared.contains(key)) {
        throw new IllegalStateException("type " + type + ": " + key + " (expected: no shared key)");
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
   * Returns the given types of registries, with the built-in ones of config sources.
   *
   * @throws IllegalStateException if two have the same type
   */
  public static AdapterTypes of(List<RegistryAdapterFactory<?>> factories) {
    return new AdapterTypes(factories, BUILT_IN_CONFIG_SOURCES, List.of());
  }

  /** Returns the factory of a type of registry, or nothing if it is not installed. */
  public Optional<RegistryAdapterFactory<?>> find(String type) {
    return Optional.ofNullable(factories.get(type));
  }

  /** Returns the names of the types of registries, sorted. */
  public List<String> names() {
    return List.copyOf(factories.keySet());
  }

  /** Returns these types with those of a folder as it is now. */
  AdapterTypes with(AdapterFolder folder) {
    AdapterFolder.Content content = folder.look(factories.keySet(), configSources.keySet());
    List<RegistryAdapterFactory<?>> registries = new ArrayList<>(factories.values());
    registries.addAll(content.registries());
    List<ConfigSourceFactory<?>> sources = new ArrayList<>(configSources.values());
    sources.addAll(content.configSources());
    return new AdapterTypes(registries, sources, content.leftOut());
  }

  /** Returns what is in the folder of adapters and not used. */
  public List<LeftOutAdapter> leftOut() {
    return leftOut;
  }

  /** Returns the factories of registries by the names of their types. */
  Map<String, RegistryAdapterFactory<?>> byName() {
    return Collections.unmodifiableSortedMap(factories);
  }

  /** Returns the factories of config sources by the names of their types. */
  Map<String, ConfigSourceFactory<?>> configSources() {
    return Collections.unmodifiableSortedMap(configSources);
  }

  /** Returns all factories of registries, by the names of their types. */
  List<RegistryAdapterFactory<?>> factories() {
    return List.copyOf(factories.values());
  }
}
