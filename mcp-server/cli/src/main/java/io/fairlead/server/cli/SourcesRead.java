package io.fairlead.server.cli;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.registry.Service;
import io.fairlead.server.FleetChanges;
import io.fairlead.server.config.ConfigSourceConfig;
import io.fairlead.server.config.ReadFrom;
import io.fairlead.server.config.RegistryConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The services and documents that were read, each registry and config source once.
 *
 * @param services the services of the registries that could be read, by registry
 * @param documents the documents of the config sources that could be read, by source
 */
record SourcesRead(
    Map<String, List<Service>> services, Map<String, List<ConfigDocument>> documents) {

  /** The changes of registries and config sources between two configurations. */
  record Changes(
      FleetChanges<RegistryConfig> registries, FleetChanges<ConfigSourceConfig> sources) {
    /**
     * Returns in how many commits they come at most: one for the registries that change or go, and
     * one for each registry that comes and each config source that is read anew.
     */
    int commits() {
      int read =
          registries.arriving().size() + sources.changed().size() + sources.arriving().size();
      return Math.max(1, read + Math.min(1, registries.changed().size()));
    }
  }

  SourcesRead {
    services = Map.copyOf(services);
    documents = Map.copyOf(documents);
  }

  /** Returns the same without those that a change brings: nobody read them before. */
  SourcesRead before(Changes changes) {
    return new SourcesRead(
        without(services, changes.registries().arriving()),
        without(documents, changes.sources().arriving()));
  }

  private static <T> Map<String, List<T>> without(
      Map<String, List<T>> read, List<? extends ReadFrom<?>> arriving) {
    Map<String, List<T>> rest = new HashMap<>(read);
    arriving.forEach(each -> rest.remove(each.name()));
    return rest;
  }
}
