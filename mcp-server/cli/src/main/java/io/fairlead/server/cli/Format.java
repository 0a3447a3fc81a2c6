package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.server.render.Yaml;

/** The formats of what commands show. */
enum Format {
  /** For people: fits the terminal, with ages. */
  table,
  /** The same with every column, whole, and with exact times. */
  wide,
  json,
  yaml,
  /** One name a line, for other commands. */
  name;

  /** Returns a tree in JSON or YAML; in YAML for the formats that a tree does not have. */
  String text(JsonNode tree) {
    return this == json ? tree.toPrettyString() + System.lineSeparator() : Yaml.write(tree);
  }

  /** Whether it is one for people. */
  boolean isTable() {
    return this == table || this == wide;
  }
}
