package io.fairlead.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The objects of a rendered chart. Immutable.
 *
 * @param objects in their order
 */
record Manifests(List<JsonNode> objects) {
  static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /** Reads YAML documents. */
  static Manifests parse(String text) {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
      return new Manifests(
          documents.readAll().stream().filter(document -> document.isObject()).toList());
    } catch (IOException e) {
      throw new UncheckedIOException("no YAML: " + text, e);
    }
  }

  /** Returns the one object of a kind and name. */
  JsonNode get(String kind, String name) {
    List<JsonNode> found =
        objects.stream()
            .filter(object -> object.path("kind").asText().equals(kind))
            .filter(object -> object.at("/metadata/name").asText().equals(name))
            .toList();
    if (found.size() != 1) {
      throw new AssertionError(kind + " " + name + ": " + found.size() + " (expected: one)");
    }
    return found.get(0);
  }

  /** Returns the gateway's configuration of the release {@code mesh}. */
  String configuration() {
    return get("ConfigMap", "mesh-fairlead").at("/data/fairlead.yaml").asText();
  }
}
