package io.fairlead.registry.scripted;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;

/** Makes the adapters of registries of type {@code scripted}. */
public final class ScriptedRegistryFactory
    implements RegistryAdapterFactory<ScriptedConfiguration> {
  /** Called by {@link java.util.ServiceLoader}. */
  public ScriptedRegistryFactory() {}

  @Override
  public String type() {
    return "scripted";
  }

  @Override
  public Class<ScriptedConfiguration> configurationType() {
    return ScriptedConfiguration.class;
  }

  @Override
  public String defaultHost() {
    return "{service}.{namespace}.scripted";
  }

  @Override
  public RegistryAdapter create(AdapterContext context, ScriptedConfiguration configuration) {
    return new ScriptedAdapter(context, configuration);
  }
}
