package io.fairlead.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/** Checks that no two registries have the same name. */
final class UniqueNames {
  private UniqueNames() {}

  /** Reports each name that an earlier registry has. */
  static void check(JsonNode registries, Problems problems) {
    Map<String, String> owners = new HashMap<>();
    for (int i = 0; i < registries.size(); i++) {
      String registry = KeyPath.item("registries", i);
      String name = registries.path(i).path("name").asText("");
      String owner = owners.putIfAbsent(name, registry);
      if (owner != null && !name.isEmpty()) {
        problems.atValue(
            KeyPath.key(registry, "name"),
            name + " (expected: a name of its own; " + owner + " has this one)");
      }
    }
  }
}
