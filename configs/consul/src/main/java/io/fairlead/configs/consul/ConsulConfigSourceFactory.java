package io.fairlead.configs.consul;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.ConfigSourceFactory;

/** The factory of config sources of type {@code consul}. */
public final class ConsulConfigSourceFactory
    implements ConfigSourceFactory<ConsulSourceConfiguration> {
  /** Called by {@link java.util.ServiceLoader}. */
  public ConsulConfigSourceFactory() {}

  @Override
  public String type() {
    return "consul";
  }

  @Override
  public Class<ConsulSourceConfiguration> configurationType() {
    return ConsulSourceConfiguration.class;
  }

  @Override
  public ConfigSource create(ConfigSourceContext context, ConsulSourceConfiguration configuration) {
    return new ConsulConfigSource(context, configuration);
  }
}
