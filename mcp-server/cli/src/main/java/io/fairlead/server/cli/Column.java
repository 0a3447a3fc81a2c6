package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A column of a table.
 *
 * @param title its heading
 * @param value returns its text for an item
 */
record Column(String title, Function<JsonNode, String> value) {
  private static final Pattern SECONDS = Pattern.compile("\\.[0-9]+Z$");

  /** Returns a column of times, cut to the second; JSON has the rest. */
  static Column time(String title, String key) {
    Column whole = of(title, key);
    return new Column(title, item -> SECONDS.matcher(whole.value().apply(item)).replaceFirst("Z"));
  }

  /** Returns a column with the value of a key; {@code outer.inner} for a nested one. */
  static Column of(String title, String key) {
    int dot = key.indexOf('.');
    return new Column(
        title,
        item ->
            dot < 0
                ? item.path(key).asText("")
                : item.path(key.substring(0, dot)).path(key.substring(dot + 1)).asText(""));
  }
}
