package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A list that is read again and again: what it has at first is printed, then each change as a line.
 * A gateway that cannot be reached is waited for. Confined to the command's thread.
 */
final class ListFollower {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** A read of the list. */
  @FunctionalInterface
  interface Read {
    ArrayNode items() throws AdminClientException, InterruptedException;
  }

  private final Kind kind;
  private final Format format;
  private final Terminal terminal;
  private final PrintWriter out;
  private final PrintWriter err;

  ListFollower(Kind kind, Format format, Terminal terminal, PrintWriter out, PrintWriter err) {
    this.kind = kind;
    this.format = format;
    this.terminal = terminal;
    this.out = out;
    this.err = err;
  }

  /**
   * Follows until nobody reads the output any more.
   *
   * @throws AdminClientException if the first read fails
   */
  void follow(Read read) throws AdminClientException, InterruptedException {
    Map<String, JsonNode> before = byKey(read.items());
    ArrayNode first = JsonNodeFactory.instance.arrayNode();
    before.values().forEach(item -> first.add(change("now", item)));
    TextTable table = TextTable.growing(columns(), first, terminal, format == Format.wide);
    if (format.isTable()) {
      table.printHeading(out);
    }
    first.forEach(item -> print(table, item));
    boolean lost = false;
    while (!out.checkError()) {
      Thread.sleep(PERIOD.toMillis());
      try {
        Map<String, JsonNode> after = byKey(read.items());
        changes(before, after).forEach(item -> print(table, item));
        before = after;
        lost = false;
      } catch (AdminClientException e) {
        if (!lost) {
          err.println("fairlead get: " + e.getMessage() + "; trying again");
          err.flush();
        }
        lost = true;
      }
    }
  }

  private Map<String, JsonNode> byKey(ArrayNode items) {
    Map<String, JsonNode> byKey = new LinkedHashMap<>();
    items.forEach(item -> byKey.put(kind.keyOf(item), item));
    return byKey;
  }

  private List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.of("CHANGE", "change").text(7));
    for (Column column : kind.columns()) {
      columns.add(column.within("item"));
    }
    return columns;
  }

  private List<JsonNode> changes(Map<String, JsonNode> before, Map<String, JsonNode> after) {
    List<JsonNode> changes = new ArrayList<>();
    before.forEach(
        (key, item) -> {
          if (!after.containsKey(key)) {
            changes.add(change("removed", item));
          }
        });
    after.forEach(
        (key, item) -> {
          JsonNode old = before.get(key);
          if (old == null) {
            changes.add(change("added", item));
          } else if (!steady(old).equals(steady(item))) {
            changes.add(change("changed", item));
          }
        });
    return changes;
  }

  // What grows or is written anew all the time is no change.
  private static JsonNode steady(JsonNode item) {
    ObjectNode copy = item.deepCopy();
    copy.remove(List.of("lastSuccess", "lagMillis", "newest"));
    copy.path("subscriptions")
        .forEach(subscription -> ((ObjectNode) subscription).remove("lagMillis"));
    return copy;
  }

  private static JsonNode change(String change, JsonNode item) {
    ObjectNode node = JsonNodeFactory.instance.objectNode().put("change", change);
    node.set("item", item);
    return node;
  }

  private void print(TextTable table, JsonNode change) {
    switch (format) {
      case table, wide -> table.printRow(out, change);
      case json -> out.println(change);
      case yaml -> out.print("---\n" + Format.yaml.text(change));
      case name ->
          out.println(
              change.path("change").asText()
                  + " "
                  + Printable.of(kind.nameOf(change.path("item"))));
      default -> throw new IllegalStateException("format: " + format);
    }
    out.flush();
  }
}
