package io.fairlead.server.config;

import io.fairlead.common.Key;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.ConfigSourceFactory;
import io.fairlead.configs.merge.ConfigProblem;
import io.fairlead.configs.merge.SourceSettings;
import io.fairlead.configs.merge.ValidatedContent;
import io.fairlead.configs.references.Unseen;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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
      @Key("the type of the config source: file, consul or nacos") String type,
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
          String namespace,
      @Key(
              value =
                  "whether to warn of hosts, subsets and Gateways that no registry and no config"
                      + " source has, though Kubernetes may have them: warn or ignore",
              defaultValue = "warn")
          Unseen unseen) {}

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
    return new SourceSettings(name(), shared.priority(), shared.namespace(), shared.unseen());
  }

  /** Makes the source; it is not started. */
  public ConfigSource create(ConfigSourceContext context) {
    return create(factory, context, own);
  }

  /**
   * Returns what is wrong with the documents in files, by severity; each a line that begins with
   * its place.
   */
  Map<ConfigProblem.Severity, List<String>> problems() {
    ConfigSourceFactory.FileContents contents = contents(factory, own);
    Map<ConfigProblem.Severity, List<String>> lines = new EnumMap<>(ConfigProblem.Severity.class);
    for (ConfigProblem.Severity severity : ConfigProblem.Severity.values()) {
      lines.put(severity, new ArrayList<>());
    }
    Objects.requireNonNull(lines.get(ConfigProblem.Severity.ERROR)).addAll(contents.problems());
    ValidatedContent reader = new ValidatedContent();
    for (ConfigDocument document : contents.documents()) {
      for (ConfigProblem problem : reader.read(document, settings()).problems()) {
        Objects.requireNonNull(lines.get(problem.severity()))
            .add(
                document.key()
                    + ":"
                    + problem.line()
                    + ":"
                    + problem.column()
                    + ": "
                    + (problem.path().isEmpty() ? "" : problem.path() + ": ")
                    + problem.text());
      }
    }
    return lines;
  }

  private static <C extends Record> ConfigSourceFactory.FileContents contents(
      ConfigSourceFactory<C> factory, Record own) {
    return factory.contents(factory.configurationType().cast(own));
  }

  private static <C extends Record> ConfigSource create(
      ConfigSourceFactory<C> factory, ConfigSourceContext context, Record own) {
    return factory.create(context, factory.configurationType().cast(own));
  }
}
