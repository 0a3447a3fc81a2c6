package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Tests that the schema of the chart's values has the configuration as the code has it. */
class ChartSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FILE =
      Path.of(System.getProperty("fairlead.root"), "helm", "fairlead", "values.schema.json");
  private static final String COMMAND =
      "mvn -pl mcp-server/gateway -am test"
          + " -Dtest='ConfigurationPageTest,ExamplesTest,ChartSchemaTest'"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dfairlead.docs=write";

  @Test
  void schemaOfTheValues_hasThatOfTheConfiguration() throws IOException {
    ObjectNode present = (ObjectNode) JSON.readTree(FILE.toFile());
    ObjectNode expected = withConfiguration(present.deepCopy());
    if ("write".equals(System.getProperty("fairlead.docs"))) {
      Files.writeString(
          FILE, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(expected) + "\n");
      present = expected;
    }

    assertThat(present)
        .as("helm/fairlead/values.schema.json is stale; rewrite it with: %s", COMMAND)
        .isEqualTo(expected);
  }

  // Adapter jars bring types that nobody here knows: the built-in ones are demanded where there are
  // no jars.
  private static ObjectNode withConfiguration(ObjectNode schema) throws IOException {
    ObjectNode configuration =
        (ObjectNode) JSON.readTree(new ConfigSchema(ConfigurationPageTest.TYPES).text());
    JsonNode registries = builtIn(configuration, "anyRegistry");
    JsonNode configs = builtIn(configuration, "anyConfig");
    // The chart knows where the files of its Secret are.
    if (configuration.at("/properties/xds/properties/tls") instanceof ObjectNode tls) {
      tls.remove("required");
    }
    schema.putObject("$defs").set("configuration", configuration);
    schema.set("if", JSON.readTree("{\"properties\": {\"adapters\": {\"maxProperties\": 0}}}"));
    ObjectNode then = schema.putObject("then");
    then.withObject("/properties/config/properties/registries/items/properties/type")
        .set("enum", registries);
    then.withObject("/properties/config/properties/configs/items/properties/type")
        .set("enum", configs);
    return schema;
  }

  /** Leaves out which types there are, and returns them. */
  private static JsonNode builtIn(ObjectNode configuration, String element) {
    ObjectNode type = (ObjectNode) configuration.at("/$defs/" + element + "/properties/type");
    JsonNode builtIn = type.remove("enum");
    type.put("type", "string");
    return builtIn;
  }
}
