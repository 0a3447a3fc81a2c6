package io.fairlead.registry.consul;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;

/** The factory of adapters of the registry type {@code consul}. */
public final class ConsulRegistryFactory implements RegistryAdapterFactory<ConsulConfiguration> {
  /** Called by {@link java.util.ServiceLoader}. */
  public ConsulRegistryFactory() {}

  @Override
  public String type() {
    return "consul";
  }

  @Override
  public Class<ConsulConfiguration> configurationType() {
    return ConsulConfiguration.class;
  }

  @Override
  public String defaultHost() {
    return "{service}.service.{datacenter}.consul";
  }

  @Override
  public RegistryAdapter create(AdapterContext context, ConsulConfiguration configuration) {
    return new ConsulAdapter(context, configuration);
  }
}
