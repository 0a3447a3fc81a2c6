package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.RegistryAdapterFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The checked-in reference page and schema say what the code says. */
class ConfigurationPageTest {
  private static final Path FILE =
      Path.of(System.getProperty("fairlead.root"), "docs", "configuration.md");
  private static final String COMMAND =
      "mvn -pl mcp-server/gateway -am test -Dtest=ConfigurationPageTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dfairlead.docs=write";
  static final AdapterTypes TYPES =
      AdapterTypes.of(
          AdapterTypes.installed().factories().stream()
              // A registry type for tests, which is on the class path of some modules.
              .filter(factory -> !factory.type().equals("scripted"))
              .toList());

  @BeforeAll
  static void rewriteIfAsked() throws IOException {
    if ("write".equals(System.getProperty("fairlead.docs"))) {
      Files.writeString(FILE, ConfigurationPage.of(TYPES, COMMAND));
      Files.writeString(ExamplesTest.SCHEMA, schema());
    }
  }

  @Test
  void page_isWhatTheKeysSay() throws IOException {
    assertThat(Files.readString(FILE).lines().toList())
        .as("docs/configuration.md is stale; rewrite it with: %s", COMMAND)
        .containsExactlyElementsOf(ConfigurationPage.of(TYPES, COMMAND).lines().toList());
    assertThat(TYPES.names()).containsExactly("consul", "eureka", "file", "nacos", "zookeeper");
  }

  private static String schema() {
    return new ConfigSchema(TYPES).text() + "\n";
  }

  @Test
  void schemaForEditors_isWhatTheCommandPrints() {
    assertThat(ExamplesTest.SCHEMA)
        .as("examples/fairlead.schema.json is stale; rewrite it with: %s", COMMAND)
        .hasContent(schema());
  }

  @Test
  void everyKey_hasAText() {
    List<ConfigurationKey> keys = new ArrayList<>();
    // Conditions have conditions.
    Set<Class<?>> seen = new HashSet<>();
    add(KeyedRecord.of(GatewayConfig.class), keys, seen);
    add(KeyedRecord.of(RegistryConfig.Shared.class), keys, seen);
    for (RegistryAdapterFactory<?> factory : TYPES.factories()) {
      add(KeyedRecord.of(factory.configurationType()), keys, seen);
    }
    add(KeyedRecord.of(ConfigSourceConfig.Shared.class), keys, seen);
    AdapterTypes.installed()
        .configSources()
        .values()
        .forEach(factory -> add(KeyedRecord.of(factory.configurationType()), keys, seen));

    assertThat(keys).hasSizeGreaterThan(60).noneMatch(key -> key.text().isEmpty());
    assertThat(keys)
        .extracting(ConfigurationKey::text)
        .allMatch(text -> !text.endsWith("."))
        .allMatch(text -> Character.isLowerCase(text.charAt(0)) || text.startsWith("Consul's"));
  }

  private static void add(KeyedRecord<?> type, List<ConfigurationKey> keys, Set<Class<?>> seen) {
    for (ConfigurationKey key : type.keys()) {
      keys.add(key);
      if (!ReadFrom.class.isAssignableFrom(key.valueType()) && seen.add(key.valueType())) {
        KeyedRecord.in(key.valueType()).ifPresent(nested -> add(nested, keys, seen));
      }
    }
  }
}
