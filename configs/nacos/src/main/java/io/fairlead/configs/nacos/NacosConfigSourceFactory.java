package io.fairlead.configs.nacos;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.ConfigSourceFactory;

/** The factory of config sources of type {@code nacos}. */
public final class NacosConfigSourceFactory
    implements ConfigSourceFactory<NacosSourceConfiguration> {
  /** Called by {@link java.util.ServiceLoader}. */
  public NacosConfigSourceFactory() {}

  @Override
  public String type() {
    return "nacos";
  }

  @Override
  public Class<NacosSourceConfiguration> configurationType() {
    return NacosSourceConfiguration.class;
  }

  @Override
  public ConfigSource create(ConfigSourceContext context, NacosSourceConfiguration configuration) {
    return new NacosConfigSource(context, configuration);
  }
}
