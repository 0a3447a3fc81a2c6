package io.fairlead.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Keys that are planned and documented but that this version does not act on. They are errors: an
 * operator who writes {@code xds.tls} must not get plaintext.
 */
final class UnsupportedKeys {
  private static final List<List<String>> KEYS = List.of(List.of("xds", "tls"));

  private UnsupportedKeys() {}

  /** Reports those that a document has. */
  static void report(JsonNode root, Problems problems) {
    for (List<String> key : KEYS) {
      JsonNode node = root;
      String path = KeyPath.ROOT;
      for (String part : key) {
        node = node.path(part);
        path = KeyPath.key(path, part);
      }
      if (!node.isMissingNode()) {
        problems.atKey(path, "not supported by this version (expected: no such key)");
      }
    }
  }
}
