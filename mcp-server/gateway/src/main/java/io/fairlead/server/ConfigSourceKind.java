package io.fairlead.server;

import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.merge.Configs;
import io.fairlead.server.config.ConfigSourceConfig;
import java.util.List;
import java.util.Map;

/** Config sources, as a {@link Fleet} has them. */
final class ConfigSourceKind implements Fleet.Kind<ConfigSourceConfig, ConfigSink, ConfigSource> {
  private final Configs configs;

  ConfigSourceKind(Configs configs) {
    this.configs = configs;
  }

  @Override
  public String noun() {
    return "config source";
  }

  @Override
  public Map<String, ConfigSink> register(List<ConfigSourceConfig> first) {
    return reload(new FleetChanges<>(List.of(), List.of(), first));
  }

  @Override
  public Map<String, ConfigSink> reload(FleetChanges<ConfigSourceConfig> changes) {
    return configs.reload(
        changes.leaving(),
        changes.changed().stream().map(ConfigSourceConfig::settings).toList(),
        changes.arriving().stream().map(ConfigSourceConfig::settings).toList());
  }

  @Override
  public ConfigSource make(ConfigSourceConfig config, ConfigSink sink) {
    return config.create(new ConfigSourceContext(config.name(), sink));
  }

  @Override
  public void start(ConfigSource source) {
    source.start();
  }

  @Override
  public void failed(ConfigSink sink, String problem, RuntimeException cause) {
    sink.failing("the source could not be made: " + problem, cause);
  }
}
