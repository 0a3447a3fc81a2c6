package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration in docs/interfaces.md, as the loader and its schema see it. */
class DocumentedConfigurationTest {
  private static final AdapterTypes TYPES = AdapterTypes.installed();
  private static final ConfigLoader LOADER = new ConfigLoader(TYPES);
  private static final Pattern BLOCK = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
  // A registry type for tests, which is on the class path of some modules.
  private static final List<String> HIDDEN_TYPES = List.of("scripted");

  private final Path folder;
  private String block = "";

  DocumentedConfigurationTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void readPage() throws IOException {
    String page =
        Files.readString(Path.of(System.getProperty("fairlead.root"), "docs/interfaces.md"));
    block =
        BLOCK
            .matcher(page)
            .results()
            .map(result -> result.group(1))
            .filter(yaml -> yaml.startsWith("xds:"))
            .findFirst()
            .orElseThrow(() -> new AssertionError("docs/interfaces.md: no block with xds:"));
  }

  @Test
  void load_theDocumentedBlock_isValid() throws IOException {
    Files.createDirectories(folder.resolve("services"));
    Files.createDirectories(folder.resolve("mesh"));
    Files.createDirectories(folder.resolve("run/secrets"));
    for (String file : List.of("ca.crt", "client.crt", "client.key", "run/secrets/consul")) {
      Files.writeString(folder.resolve(file), "placeholder");
    }
    // A machine has neither these variables nor that absolute folder: files stand in for them.
    String placed = withFilesForVariables(block.replace("/run/secrets/", "run/secrets/"));

    ConfigResult result = LOADER.parse(folder.resolve("fairlead.yaml"), placed);

    assertThat(result)
        .as(result instanceof ConfigResult.Invalid invalid ? invalid.problems().toString() : "")
        .isInstanceOf(ConfigResult.Loaded.class);
  }

  private String withFilesForVariables(String yaml) throws IOException {
    Matcher variables = Pattern.compile("\\{env: (\\w+)}").matcher(yaml);
    for (MatchResult variable : variables.results().toList()) {
      Files.writeString(folder.resolve(variable.group(1)), "placeholder");
    }
    return variables.replaceAll("{file: $1}");
  }

  @Test
  void schema_everyKeyIsInTheDocumentedBlock() throws IOException {
    TreeSet<String> known = new TreeSet<>();
    JsonNode schema = JsonMapper.builder().build().readTree(new ConfigSchema(TYPES).text());
    new SchemaKeys(schema, known).addAll();
    TreeSet<String> named = new TreeSet<>();
    addNamed(new YAMLMapper().readTree(block), "", named);

    assertThat(named).as("keys that the block in docs/interfaces.md has").containsAll(known);
  }

  private static void addNamed(JsonNode node, String path, TreeSet<String> named) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      named.add(key);
      if (key.equals("registries") || key.equals("configs")) {
        for (JsonNode element : entry.getValue()) {
          addNamed(element, key + "[" + element.path("type").asText() + "]", named);
        }
      } else {
        addNamed(entry.getValue(), key, named);
      }
    }
  }

  /**
   * The paths of all keys of the configuration's schema; the shared keys of registries and of
   * config sources once, under one type; either form of a secret or a range is its key alone.
   */
  private static final class SchemaKeys {
    private final JsonNode schema;
    private final TreeSet<String> keys;

    SchemaKeys(JsonNode schema, TreeSet<String> keys) {
      this.schema = schema;
      this.keys = keys;
    }

    void addAll() {
      add(schema, "");
      addTyped("registry", "registries", "consul", TYPES.names());
      addTyped("config", "configs", "file", AdapterTypes.installed().configSources().keySet());
    }

    private void addTyped(
        String element, String list, String sharedWith, Collection<String> types) {
      JsonNode shared = schema.at("/$defs/" + element + "/properties");
      addProperties(shared, list + "[" + sharedWith + "]");
      for (String type : types) {
        if (!HIDDEN_TYPES.contains(type)) {
          for (Map.Entry<String, JsonNode> own :
              schema.at("/$defs/" + element + "-" + type + "/properties").properties()) {
            if (!shared.has(own.getKey())) {
              add(own.getKey(), own.getValue(), list + "[" + type + "]");
            }
          }
        }
      }
    }

    private void add(JsonNode node, String path) {
      addProperties(node.path("properties"), path);
    }

    private void addProperties(JsonNode properties, String path) {
      properties.properties().forEach(entry -> add(entry.getKey(), entry.getValue(), path));
    }

    private void add(String key, JsonNode node, String parent) {
      String path = parent.isEmpty() ? key : parent + "." + key;
      keys.add(path);
      JsonNode properties = node.path("properties");
      boolean secret = properties.has("env") && properties.has("file");
      if (!secret) {
        addProperties(properties, path);
      }
    }
  }
}
