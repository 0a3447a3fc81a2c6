package io.fairlead.server.config;

import io.fairlead.common.Key;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.ConfigSourceFactory;
import io.fairlead.configs.merge.SourceSettings;

/**
 * One config source of a valid configuration. Two are equal when nothing that the gateway or the
 * source would see differs.
 *
 * @param shared the keys that all config sources have
 * @param own the record of the type's own keys
 * @param factory makes the source
 */
public record ConfigSourceConfig(
    Shared shared, Record own, ConfigSourceFactory<? extends Record> factory)
    implements ReadFrom<ConfigSourceConfig> {

  /** The keys that all config sources have. */
  public record Shared(
      @Key(
              value = "its name in metrics, console and logs, unique among the config sources",
              pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
              expected =
                  "lower-case letters, digits and '-', at most 63, beginning and ending with a"
                      + " letter or digit")
          String name,
      @Key("the type of the config source: file") String type,
      @Key(
              value = "the source with the higher one gives a resource that two have",
              defaultValue = "100",
              min = "0",
              max = "1000000")
          int priority,
      @Key(
              value = "the namespace of resources that name none",
              defaultValue = "default",
              pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
              expected = "a namespace such as default")
          String namespace) {}

  @Override
  public String name() {
    return shared.name();
  }

  @Override
  public boolean hasSourceOf(ConfigSourceConfig other) {
    return shared.type().equals(other.shared.type()) && own.equals(other.own);
  }

  /** Returns what the merge of the sources has to know of it. */
  public SourceSettings settings() {
    return new SourceSettings(name(), shared.priority(), shared.namespace());
  }

  /** Makes the source; it is not started. */
  public ConfigSource create(ConfigSourceContext context) {
    return create(factory, context, own);
  }

  private static <C extends Record> ConfigSource create(
      ConfigSourceFactory<C> factory, ConfigSourceContext context, Record own) {
    return factory.create(context, factory.configurationType().cast(own));
  }
}
