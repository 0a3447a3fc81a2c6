package io.fairlead.bench.source;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;

/**
 * Makes registries of type {@code load}: generated services that change at a word over a socket. It
 * costs the gateway next to nothing, so that what is measured is the gateway and not a registry's
 * protocol.
 */
public final class LoadRegistryFactory implements RegistryAdapterFactory<LoadConfiguration> {
  /** Called by {@link java.util.ServiceLoader}. */
  public LoadRegistryFactory() {}

  @Override
  public String type() {
    return "load";
  }

  @Override
  public Class<LoadConfiguration> configurationType() {
    return LoadConfiguration.class;
  }

  @Override
  public String defaultHost() {
    return "{service}.load";
  }

  @Override
  public RegistryAdapter create(AdapterContext context, LoadConfiguration configuration) {
    return new LoadAdapter(context.sink(), configuration);
  }
}
