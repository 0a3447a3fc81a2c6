package io.fairlead.server.config;

import io.fairlead.configs.ConfigSourceFactory;
import java.util.Collections;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The types of config sources that are installed. Immutable. */
public final class ConfigSourceTypes {
  // Configurations are equal only if their factories are the same ones.
  private static final ConfigSourceTypes INSTALLED = new ConfigSourceTypes();

  private final SortedMap<String, ConfigSourceFactory<?>> factories = new TreeMap<>();

  private ConfigSourceTypes() {
    for (ConfigSourceFactory<?> factory : ServiceLoader.load(ConfigSourceFactory.class)) {
      factories.put(factory.type(), factory);
    }
  }

  /** Returns those that the class path brings. */
  public static ConfigSourceTypes installed() {
    return INSTALLED;
  }

  /** Returns the factories by the names of their types. */
  Map<String, ConfigSourceFactory<?>> byName() {
    return Collections.unmodifiableSortedMap(factories);
  }
}
