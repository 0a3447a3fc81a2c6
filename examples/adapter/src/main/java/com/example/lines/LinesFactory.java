package com.example.lines;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;

/** The factory of adapters of the registry type {@code lines}. */
public final class LinesFactory implements RegistryAdapterFactory<LinesConfiguration> {
  @Override
  public String type() {
    return "lines";
  }

  @Override
  public Class<LinesConfiguration> configurationType() {
    return LinesConfiguration.class;
  }

  @Override
  public String defaultHost() {
    return "{service}.lines";
  }

  @Override
  public RegistryAdapter create(AdapterContext context, LinesConfiguration configuration) {
    return new LinesAdapter(context, configuration);
  }
}
