package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The names in Consul's catalog, without Consul's own service.
 *
 * @param names by folded name, the name to show. Consul's lookups ignore case, so {@code Web} and
 *     {@code web} are one service; of several spellings the first in code-unit order counts, so
 *     that replicas agree
 * @param holdsServers whether Consul's own service was among them, which every whole catalog of the
 *     default namespace has
 */
record Catalog(Map<String, String> names, boolean holdsServers) {
  private static final String SERVERS = "consul";

  Catalog {
    names = Map.copyOf(names);
  }

  /** Reads the body of {@code /v1/catalog/services}: an object with a key for each name. */
  static Catalog of(JsonNode body) {
    if (!body.isObject()) {
      throw new MalformedAnswerException(
          "catalog: " + body.getNodeType() + " (expected: an object)");
    }
    Map<String, String> names = new LinkedHashMap<>();
    boolean servers = false;
    for (Iterator<String> fields = body.fieldNames(); fields.hasNext(); ) {
      String name = fields.next();
      String folded = fold(name);
      if (folded.equals(SERVERS)) {
        servers = true;
      } else if (!name.isEmpty()) {
        names.merge(folded, name, (one, other) -> one.compareTo(other) <= 0 ? one : other);
      }
    }
    return new Catalog(names, servers);
  }

  /** The form in which names are compared. */
  static String fold(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
