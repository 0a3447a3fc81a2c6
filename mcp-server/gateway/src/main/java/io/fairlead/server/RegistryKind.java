package io.fairlead.server;

import io.fairlead.aggregation.Registries;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.server.config.RegistryConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Registries with their adapters, as a {@link Fleet} has them. */
final class RegistryKind implements Fleet.Kind<RegistryConfig, RegistrySink, RegistryAdapter> {
  private final Registries registries;
  private final ReadMetrics reads;

  RegistryKind(Registries registries, ReadMetrics reads) {
    this.registries = registries;
    this.reads = reads;
  }

  @Override
  public String noun() {
    return "registry";
  }

  @Override
  public Map<String, RegistrySink> register(List<RegistryConfig> configs) {
    Map<String, RegistrySink> sinks = new HashMap<>();
    configs.forEach(config -> sinks.put(config.name(), registries.register(config.settings())));
    registries.allRegistered();
    return sinks;
  }

  @Override
  public Map<String, RegistrySink> reload(FleetChanges<RegistryConfig> changes) {
    return registries.reload(
        changes.leaving(),
        changes.changed().stream().map(RegistryConfig::settings).toList(),
        changes.arriving().stream().map(RegistryConfig::settings).toList());
  }

  @Override
  public RegistryAdapter make(RegistryConfig config, RegistrySink sink) {
    return config.createAdapter(
        new AdapterContext(config.name(), reads.counted(config.name(), sink)));
  }

  @Override
  public void start(RegistryAdapter adapter) {
    adapter.start();
  }

  @Override
  public void failed(RegistrySink sink, String problem, RuntimeException cause) {
    sink.failing("the adapter could not be made: " + problem, cause);
  }

  @Override
  public void left(String name) {
    reads.forget(name);
  }
}
