package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.ConfigurationKey.Shape;
import io.fairlead.common.Key;
import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests that the schema for editors and the loader agree: both are made from the descriptions of
 * the keys.
 */
class ConfigSchemaTest {
  private static final AdapterTypes TYPES =
      AdapterTypes.of(List.of(new SampleFactory(), new NewKeyFactory()));
  private static final ConfigLoader LOADER = new ConfigLoader(TYPES);
  private static final Schema SCHEMA = schema(TYPES);
  private static final YAMLMapper YAML = new YAMLMapper();

  /** A registry type with one key: the whole of what has to be written for it. */
  record NewKey(
      @Key(value = "how many apples there are", defaultValue = "3", min = "1", max = "7")
          int apples) {}

  /** Has that type. */
  private static final class NewKeyFactory implements RegistryAdapterFactory<NewKey> {
    @Override
    public String type() {
      return "fresh";
    }

    @Override
    public Class<NewKey> configurationType() {
      return NewKey.class;
    }

    @Override
    public String defaultHost() {
      return "{service}.fresh";
    }

    @Override
    public RegistryAdapter create(AdapterContext context, NewKey configuration) {
      throw new UnsupportedOperationException("only its configuration is tested");
    }
  }

  private static Schema schema(AdapterTypes types) {
    try {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new JsonMapper().readTree(new ConfigSchema(types).text()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode valid() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.putObject("xds").put("address", "127.0.0.1:15010");
    ArrayNode registries = document.putArray("registries");
    ObjectNode sample = registries.addObject();
    sample.put("name", "one").put("type", "sample").put("rate", 2).putArray("addresses").add("a");
    registries.addObject().put("name", "two").put("type", "fresh");
    document
        .putArray("configs")
        .addObject()
        .put("name", "mesh")
        .put("type", "file")
        .put("path", "/");
    document.putObject("replicas").putArray("addresses").add("http://127.0.0.1:15014");
    return document;
  }

  @Test
  void newKey_isReadValidatedAndDocumentedWithNoOtherEdit() throws IOException {
    ConfigResult loaded = LOADER.parse(Path.of("/c/f.yaml"), YAML.writeValueAsString(valid()));
    assertThat(((ConfigResult.Loaded) loaded).config().registries().get(1).own())
        .isEqualTo(new NewKey(3));

    ObjectNode wrong = valid();
    ((ObjectNode) wrong.at("/registries/1")).put("apples", 8);
    assertThat(problems(wrong)).containsExactly("apples: 8 (expected: a whole number from 1 to 7)");
    ObjectNode mistyped = valid();
    ((ObjectNode) mistyped.at("/registries/1")).put("aples", 4);
    assertThat(problems(mistyped)).containsExactly("aples: unknown key (expected: apples?)");

    assertThat(
            new JsonMapper()
                .readTree(new ConfigSchema(TYPES).text())
                .at("/$defs/registry-fresh/properties/apples"))
        .hasToString(
            "{\"description\":\"how many apples there are; a whole number from 1 to 7\","
                + "\"type\":\"integer\",\"minimum\":1,\"maximum\":7,\"default\":3}");
    assertThat(ConfigurationPage.of(TYPES, ""))
        .contains("| `apples` | a whole number from 1 to 7 | `3` | how many apples there are |");
  }

  private static List<String> problems(JsonNode document) throws IOException {
    ConfigResult result = LOADER.parse(Path.of("/c/f.yaml"), YAML.writeValueAsString(document));
    return result instanceof ConfigResult.Invalid invalid
        ? invalid.problems().stream()
            .map(problem -> problem.path().replaceFirst("^.*\\.", "") + ": " + problem.text())
            .toList()
        : List.of();
  }

  static List<Path> examples() throws IOException {
    return ExamplesTest.examples();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void schema_takesEveryExample(Path file) throws IOException {
    assertThat(schema(AdapterTypes.installed()).validate(YAML.readTree(file.toFile())))
        .as("errors of the schema")
        .isEmpty();
  }

  /** A change of one key of a valid document. */
  private record Attempt(String key, JsonNode value, boolean right) {}

  @Test
  void schemaAndLoader_refuseTheSameValues() throws IOException {
    List<String> differences = new ArrayList<>();
    int attempts = 0;
    attempts += compare(KeyedRecord.of(GatewayConfig.class), "", differences);
    for (KeyedRecord<?> type :
        List.of(
            KeyedRecord.of(RegistryConfig.Shared.class),
            KeyedRecord.of(SampleFactory.Sample.class))) {
      attempts += compare(type, "/registries/0", differences);
    }
    attempts += compare(KeyedRecord.of(ConfigSourceConfig.Shared.class), "/configs/0", differences);
    attempts +=
        compare(
            KeyedRecord.of(
                Objects.requireNonNull(AdapterTypes.installed().configSources().get("file"))
                    .configurationType()),
            "/configs/0",
            differences);

    assertThat(differences).isEmpty();
    assertThat(attempts).isGreaterThan(200);
  }

  private static int compare(KeyedRecord<?> type, String place, List<String> differences)
      throws IOException {
    int attempts = 0;
    for (ConfigurationKey key : type.keys()) {
      if (ReadFrom.class.isAssignableFrom(key.valueType()) || key.name().equals("type")) {
        continue;
      }
      for (Attempt attempt : attempts(key)) {
        ObjectNode document = valid();
        ((ObjectNode) objectAt(document, place)).set(attempt.key(), attempt.value());
        List<Error> bySchema = SCHEMA.validate(document);
        List<String> byLoader = problems(document);
        boolean loaderRefuses = byLoader.stream().anyMatch(text -> !text.contains("that exists"));
        if (bySchema.isEmpty() == loaderRefuses || loaderRefuses == attempt.right()) {
          differences.add(place + "/" + attempt + ": " + bySchema + " but " + byLoader);
        }
        attempts++;
      }
      if (key.shape() == Shape.SINGLE) {
        var nested = KeyedRecord.in(key.valueType());
        if (nested.isPresent() && nested.get().isOptional()) {
          attempts += compare(nested.get(), place + "/" + key.name(), differences);
        }
      }
    }
    return attempts;
  }

  private static JsonNode objectAt(ObjectNode document, String place) {
    JsonNode node = document;
    for (String part : place.isEmpty() ? new String[0] : place.substring(1).split("/")) {
      node =
          node instanceof ObjectNode object
              ? object.has(part) ? object.get(part) : object.putObject(part)
              : node.get(Integer.parseInt(part));
    }
    return node;
  }

  private static List<Attempt> attempts(ConfigurationKey key) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    List<Attempt> attempts = new ArrayList<>();
    boolean isMap = key.shape() == Shape.MAP;
    attempts.add(new Attempt(key.name(), nodes.objectNode().put("zzz", 1), false));
    attempts.add(new Attempt(key.name(), nodes.nullNode(), false));
    attempts.add(new Attempt(key.name() + "zzz", nodes.objectNode(), false));
    if (key.shape() != Shape.LIST) {
      attempts.add(new Attempt(key.name(), nodes.arrayNode().add("a"), false));
    } else if (!key.mayBeEmpty()) {
      attempts.add(new Attempt(key.name(), nodes.arrayNode(), false));
      attempts.add(new Attempt(key.name(), nodes.arrayNode().add("a").add("a"), false));
    }
    Class<?> type = key.valueType();
    if (key.shape() == Shape.SINGLE && (type == int.class || type == long.class)) {
      if (!key.min().isEmpty()) {
        long min = Long.parseLong(key.min());
        attempts.add(new Attempt(key.name(), nodes.numberNode(min - 1), false));
        attempts.add(new Attempt(key.name(), nodes.numberNode(min), true));
      }
      if (!key.max().isEmpty()) {
        long max = Long.parseLong(key.max());
        attempts.add(new Attempt(key.name(), nodes.numberNode(max + 1), false));
        attempts.add(new Attempt(key.name(), nodes.numberNode(max), true));
      }
      attempts.add(new Attempt(key.name(), nodes.textNode("1"), false));
      attempts.add(new Attempt(key.name(), nodes.numberNode(1.5), false));
    }
    if (type == Duration.class) {
      attempts.add(new Attempt(key.name(), nodes.numberNode(5), false));
      attempts.add(new Attempt(key.name(), nodes.textNode("5 m"), false));
    }
    if (key.defaultTexts().isPresent()
        && key.shape() == Shape.SINGLE
        && (type == String.class || type == Duration.class)) {
      attempts.add(new Attempt(key.name(), nodes.textNode(key.defaultTexts().get().get(0)), true));
    }
    return isMap ? attempts.subList(1, attempts.size()) : attempts;
  }
}
