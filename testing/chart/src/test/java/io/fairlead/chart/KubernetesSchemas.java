package io.fairlead.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.harness.Binaries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * JSON Schemas of the kinds that the chart makes, as kubeconform reads them: made from what
 * describes the API of the server that tests start, so that no network is asked. An unknown field
 * is an error.
 */
final class KubernetesSchemas {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REFERENCE = "#/definitions/";
  private static final Path SOURCE = Binaries.folder().resolve("kubernetes-api");
  private static final Set<String> KINDS =
      Set.of(
          "apps/v1/Deployment",
          "apps/v1/StatefulSet",
          "/v1/ConfigMap",
          "/v1/Pod",
          "/v1/Service",
          "/v1/ServiceAccount",
          "networking.k8s.io/v1/NetworkPolicy",
          "policy/v1/PodDisruptionBudget");

  private KubernetesSchemas() {}

  /** Writes them into a folder and returns where kubeconform finds them. */
  static String write(Path folder) throws IOException {
    Files.createDirectories(folder);
    JsonNode definitions =
        JSON.readTree(SOURCE.resolve("swagger.json").toFile()).path("definitions");
    ObjectNode strict = JSON.createObjectNode();
    definitions
        .fields()
        .forEachRemaining(each -> strict.set(each.getKey(), strict(each.getValue())));
    strict.set(
        "io.k8s.apimachinery.pkg.api.resource.Quantity",
        JSON.readTree("{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"number\"}]}"));
    for (JsonNode definition : strict) {
      JsonNode kind = definition.path("x-kubernetes-group-version-kind").path(0);
      String group = kind.path("group").asText();
      String version = kind.path("version").asText();
      if (KINDS.contains(group + "/" + version + "/" + kind.path("kind").asText())) {
        ObjectNode schema = definition.deepCopy();
        schema.set("definitions", used(definition, strict));
        write(folder, kind.path("kind").asText(), group, version, schema);
      }
    }
    try (Stream<Path> files = Files.list(SOURCE.resolve("crds"))) {
      for (Path file : files.toList()) {
        JsonNode spec = Manifests.YAML.readTree(file.toFile()).path("spec");
        for (JsonNode version : spec.path("versions")) {
          ObjectNode schema = version.at("/schema/openAPIV3Schema").deepCopy();
          schema.withObjectProperty("properties").putObject("metadata").put("type", "object");
          String kind = spec.at("/names/kind").asText();
          String group = spec.path("group").asText();
          write(folder, kind, group, version.path("name").asText(), strict(schema));
        }
      }
    }
    return folder + "/{{ .ResourceKind }}{{ .KindSuffix }}.json";
  }

  /** Has kubeconform compare manifests with the schemas that {@link #write} wrote. */
  static Command conform(String schemas, String manifests) {
    return Command.run(
        Map.of(),
        manifests,
        List.of(
            Binaries.require("kubeconform").toString(),
            "-strict",
            "-summary",
            "-schema-location",
            schemas,
            "-"));
  }

  private static void write(Path folder, String kind, String group, String version, JsonNode schema)
      throws IOException {
    List<String> parts =
        group.isEmpty()
            ? List.of(kind, version)
            : List.of(kind, group.replaceAll("\\..*", ""), version);
    String name = String.join("-", parts).toLowerCase(Locale.ROOT) + ".json";
    JSON.writeValue(folder.resolve(name).toFile(), schema);
  }

  // Only these: kubeconform reads each schema anew.
  private static ObjectNode used(JsonNode root, ObjectNode definitions) {
    ObjectNode used = JSON.createObjectNode();
    Deque<JsonNode> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      Set<String> names = new TreeSet<>(open.pop().findValuesAsText("$ref"));
      for (String reference : names) {
        String name = reference.substring(REFERENCE.length());
        if (!used.has(name)) {
          used.set(name, definitions.get(name));
          open.push(definitions.get(name));
        }
      }
    }
    return used;
  }

  private static JsonNode strict(JsonNode node) {
    if (node instanceof ArrayNode list) {
      ArrayNode copy = JSON.createArrayNode();
      list.forEach(each -> copy.add(strict(each)));
      return copy;
    }
    if (!(node instanceof ObjectNode)) {
      return node;
    }
    ObjectNode copy = JSON.createObjectNode();
    node.fields().forEachRemaining(each -> copy.set(each.getKey(), strict(each.getValue())));
    boolean open = node.path("x-kubernetes-preserve-unknown-fields").asBoolean();
    if (node.path("properties").isObject() && !node.has("additionalProperties") && !open) {
      copy.put("additionalProperties", false);
    }
    if (node.path("x-kubernetes-int-or-string").asBoolean()
        || node.path("format").asText().equals("int-or-string")) {
      copy.remove(List.of("type", "format"));
      ArrayNode either = copy.putArray("anyOf");
      either.addObject().put("type", "integer");
      either.addObject().put("type", "string");
    }
    return copy;
  }
}
