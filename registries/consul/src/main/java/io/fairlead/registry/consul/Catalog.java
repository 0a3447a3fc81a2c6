package io.fairlead.registry.consul;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
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

  // The keys are names of services: many, and not worth a place in the JVM's table of texts.
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();

  Catalog {
    names = Set.copyOf(names);
  }

  /**
   * Parses the body of {@code /v1/catalog/services}: an object with a key for each name, and as its
   * value the tags that any of its instances has.
   *
   * @param tags a service of which no instance has one of these is left out
   */
  static Catalog of(byte[] body, List<String> tags) throws IOException {
    try (JsonParser parser = JSON.createParser(body)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new MalformedAnswerException("empty body (expected: JSON)");
      }
      if (first != JsonToken.START_OBJECT) {
        throw new MalformedAnswerException("catalog: " + first + " (expected: an object)");
      }
      Set<String> names = new HashSet<>();
      boolean servers = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = Folded.of(parser.currentName());
        servers |= name.equals(SERVERS);
        if (hasAll(tags, parser)) {
          names.add(name);
        }
      }
      if (parser.nextToken() != null) {
        throw new MalformedAnswerException("more after the catalog's end (expected: an object)");
      }
      names.remove(SERVERS);
      names.remove("");
      return new Catalog(names, servers);
    }
  }

  /** Consumes the value of a key. */
  private static boolean hasAll(List<String> tags, JsonParser parser) throws IOException {
    Set<String> texts = new HashSet<>();
    if (parser.nextToken() == JsonToken.START_ARRAY && !tags.isEmpty()) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        texts.add(parser.getText());
        parser.skipChildren();
      }
    } else {
      parser.skipChildren();
    }
    return texts.containsAll(tags);
  }
}
