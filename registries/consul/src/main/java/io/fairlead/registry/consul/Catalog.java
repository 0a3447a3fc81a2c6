package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names in Consul's catalog, without Consul's own service.
 *
 * @param names folded: Consul's lookups ignore case, so {@code Web} and {@code web} are one
 *     service, and which of them instances wrote last does not matter
 * @param holdsServers whether Consul's own service was among them, which every whole catalog of the
 *     default namespace has
 */
record Catalog(Set<String> names, boolean holdsServers) {
  private static final String SERVERS = "consul";

  Catalog {
    names = Set.copyOf(names);
  }

  /**
   * Parses the body of {@code /v1/catalog/services}: an object with a key for each name, and as its
   * value the tags that any of its instances has.
   *
   * @param tags a service of which no instance has one of these is left out
   */
  static Catalog of(JsonNode body, List<String> tags) {
    if (!body.isObject()) {
      throw new MalformedAnswerException(
          "catalog: " + body.getNodeType() + " (expected: an object)");
    }
    Set<String> names = new HashSet<>();
    boolean servers = false;
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      String name = Folded.of(field.getKey());
      servers |= name.equals(SERVERS);
      if (tags.isEmpty() || texts(field.getValue()).containsAll(tags)) {
        names.add(name);
      }
    }
    names.remove(SERVERS);
    names.remove("");
    return new Catalog(names, servers);
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new HashSet<>();
    array.forEach(element -> texts.add(element.asText()));
    return texts;
  }
}
