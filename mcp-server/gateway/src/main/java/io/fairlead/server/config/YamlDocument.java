package io.fairlead.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A YAML document with the place of each part.
 *
 * @param root its content
 * @param values where the value of each path begins
 * @param keys where the key of each path begins; list elements have none
 */
record YamlDocument(JsonNode root, Map<String, Position> values, Map<String, Position> keys) {
  YamlDocument {
    values = Map.copyOf(values);
    keys = Map.copyOf(keys);
  }

  /** Returns where the value of a path begins, or that of the nearest thing above it. */
  Position ofValue(String path) {
    String nearest = path;
    while (true) {
      Position position = values.get(nearest);
      if (position != null) {
        return position;
      }
      if (nearest.isEmpty()) {
        return Position.START;
      }
      nearest = nearest.substring(0, Math.max(0, parentEnd(nearest)));
    }
  }

  /** Returns where the key of a path stands; for a list element, where its value begins. */
  Position ofKey(String path) {
    Position position = keys.get(path);
    return position != null ? position : ofValue(path);
  }

  private static int parentEnd(String path) {
    return Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
  }
}
