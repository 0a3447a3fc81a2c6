package io.fairlead.server.config;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.ConfigurationKey.Shape;
import io.fairlead.common.Key;
import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.RegistryAdapterFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The reference page of the configuration, made from the descriptions of the keys. */
final class ConfigurationPage {
  private static final String HEAD =
      """
      # Configuration: every key
      <!-- Made from the descriptions in the code: change them there, then rewrite this page with
      %s -->
      `fairlead schema` prints the same as a JSON Schema, for editors; [interfaces.md](interfaces.md) has an example of every key. Durations are `100ms`, `10s`, `5m`, `1h`; unknown keys are errors. A change of the file takes effect at once, but for the keys that say *restart* here, and why ([operating.md](operating.md)).
      """;

  private final StringBuilder page = new StringBuilder();
  private final Set<Class<?>> seen = new HashSet<>();

  private ConfigurationPage() {}

  /**
   * The page.
   *
   * @param command what rewrites it
   */
  static String of(AdapterTypes types, String command) {
    ConfigurationPage page = new ConfigurationPage();
    page.page.append(HEAD.formatted(command));
    for (ConfigurationKey key : KeyedRecord.of(GatewayConfig.class).keys()) {
      page.page.append("\n## ").append(key.name()).append('\n').append(sentence(purpose(key)));
      if (key.valueType() == RegistryConfig.class) {
        page.registries(types);
      } else if (key.valueType() == ConfigSourceConfig.class) {
        page.configSources();
      } else {
        page.seen.add(key.valueType());
        page.table(key.name() + ".", KeyedRecord.in(key.valueType()).orElseThrow());
      }
    }
    return page.page.toString();
  }

  private void registries(AdapterTypes types) {
    page.append("\n### Keys of every type\n");
    table("", KeyedRecord.of(RegistryConfig.Shared.class));
    for (RegistryAdapterFactory<?> factory : types.factories()) {
      page.append("\n### Keys of type ").append(factory.type()).append('\n');
      page.append("`host` is `").append(factory.defaultHost()).append("` by default.\n");
      table("", KeyedRecord.of(factory.configurationType()));
    }
  }

  private void configSources() {
    page.append("\n### Keys of every type of config source\n");
    table("", KeyedRecord.of(ConfigSourceConfig.Shared.class));
    AdapterTypes.installed()
        .configSources()
        .forEach(
            (type, factory) -> {
              page.append("\n### Keys of config sources of type ").append(type).append('\n');
              table("", KeyedRecord.of(factory.configurationType()));
            });
  }

  private void table(String prefix, KeyedRecord<?> type) {
    page.append("\n| key | value | default | what for |\n|---|---|---|---|\n");
    rows(prefix, type);
  }

  private void rows(String prefix, KeyedRecord<?> type) {
    for (ConfigurationKey key : type.keys()) {
      Optional<KeyedRecord<?>> nested = KeyedRecord.in(key.valueType());
      // What may be a text, too, says as such what else it may be.
      boolean isText = !key.valueType().isRecord();
      String value = nested.isEmpty() || isText ? value(key) : keysAndValues(key);
      List<String> cells =
          List.of(
              "`" + prefix + key.name() + (key.isPrefix() ? "KEY`" : "`"),
              value,
              fallback(key),
              purpose(key));
      page.append(
          cells.stream()
              .map(cell -> cell.startsWith("`") ? cell : cell.replace("*", "\\*"))
              .map(cell -> cell.replace("|", "\\|"))
              .collect(Collectors.joining(" | ", "| ", " |\n")));
      // Each record once: rules are the same everywhere, and their conditions have conditions.
      if (nested.isPresent() && !isText && isFirst(key.valueType())) {
        rows(prefix + key.name() + ".", nested.get());
      }
    }
  }

  private static String keysAndValues(ConfigurationKey key) {
    String one = "keys and values";
    return key.shape() != Shape.LIST
        ? one
        : (key.isSingleAllowed() ? "one or a list: " : "a list: ") + one;
  }

  private boolean isFirst(Class<?> type) {
    Key named = type.getAnnotation(Key.class);
    return named == null || named.name().isEmpty() || seen.add(type);
  }

  private static String purpose(ConfigurationKey key) {
    return key.text() + restart(key);
  }

  private static String restart(ConfigurationKey key) {
    return key.restart().isEmpty() ? "" : ". Restart: " + key.restart();
  }

  private static String value(ConfigurationKey key) {
    Class<?> type = key.valueType();
    String one =
        type == Duration.class
            ? "a duration" + (key.range().isEmpty() ? "" : ", " + key.range())
            : type == String.class && key.expected().startsWith("a text;")
                ? "a text"
                : type == Path.class ? "a path" : key.expected();
    if (key.shape() == Shape.LIST) {
      return (key.isSingleAllowed() ? "one or a list: " : "a list: ") + one;
    }
    return key.shape() == Shape.MAP ? "keys and values: " + one : one;
  }

  private static String fallback(ConfigurationKey key) {
    if (key.isRequired()) {
      return "required";
    }
    return key.defaultTexts()
        .map(texts -> key.shape() == Shape.LIST ? texts.toString() : texts.get(0))
        .map(text -> text.isEmpty() ? "" : "`" + text + "`")
        .orElse("");
  }

  private static String sentence(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".\n";
  }
}
