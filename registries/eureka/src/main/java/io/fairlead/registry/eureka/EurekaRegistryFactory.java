package io.fairlead.registry.eureka;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;

/** The factory of adapters of the registry type {@code eureka}. */
public final class EurekaRegistryFactory implements RegistryAdapterFactory<EurekaConfiguration> {
  /** Called by {@link java.util.ServiceLoader}. */
  public EurekaRegistryFactory() {}

  @Override
  public String type() {
    return "eureka";
  }

  @Override
  public Class<EurekaConfiguration> configurationType() {
    return EurekaConfiguration.class;
  }

  @Override
  public String defaultHost() {
    return "{service}.eureka";
  }

  @Override
  public RegistryAdapter create(AdapterContext context, EurekaConfiguration configuration) {
    return new EurekaAdapter(context, configuration);
  }
}
