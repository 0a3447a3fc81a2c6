package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Iterator;
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

  /** Parses the body of {@code /v1/catalog/services}: an object with a key for each name. */
  static Catalog of(JsonNode body) {
    if (!body.isObject()) {
      throw new MalformedAnswerException(
          "catalog: " + body.getNodeType() + " (expected: an object)");
    }
    Set<String> names = new HashSet<>();
    for (Iterator<String> fields = body.fieldNames(); fields.hasNext(); ) {
      names.add(Folded.of(fields.next()));
    }
    boolean servers = names.remove(SERVERS);
    names.remove("");
    return new Catalog(names, servers);
  }
}
