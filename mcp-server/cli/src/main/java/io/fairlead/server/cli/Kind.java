package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The kinds of items that {@code fairlead get} shows, with the columns of their tables. */
enum Kind {
  registries(
      "name",
      Column.of("NAME", "name"),
      Column.of("TYPE", "type"),
      Column.of("STATE", "state"),
      Column.of("SERVICES", "services"),
      Column.of("INSTANCES", "instances"),
      Column.of("REFUSED", "refused"),
      Column.time("LAST SUCCESS", "lastSuccess"),
      Column.of("PROBLEM", "problem")),
  resources(
      "name",
      Column.of("KIND", "kind"),
      Column.of("NAME", "name"),
      Column.of("REGISTRY", "labels.fairlead.io/registry"),
      new Column("REVISIONS", item -> joined(item.path("revisions"), "all")),
      Column.of("VERSION", "version"),
      Column.of("BYTES", "bytes"),
      Column.time("FIRST SEEN", "firstSeen"),
      Column.time("DAMPED UNTIL", "damped.until")),
  services(
      "",
      Column.of("REGISTRY", "registry"),
      Column.of("SERVICE", "service"),
      Column.of("OUTCOME", "outcome"),
      Column.of("HOST", "host"),
      Column.of("ENDPOINTS", "endpoints"),
      new Column("ISTIODS", item -> share(item, "clientsWith", "clientsAll")),
      new Column("FINDINGS", item -> reasons(item.path("findings")))),
  refused(
      "",
      Column.of("REGISTRY", "registry"),
      Column.of("SERVICE", "service"),
      Column.of("OUTCOME", "outcome"),
      new Column("FINDINGS", item -> reasons(item.path("findings")))),
  clients(
      "node",
      Column.of("ID", "id"),
      Column.of("PEER", "peer"),
      Column.of("REVISION", "revision"),
      Column.of("ISTIO", "version"),
      Column.time("CONNECTED", "connected"),
      new Column("TYPES", item -> Integer.toString(item.path("subscriptions").size())),
      Column.of("NODE", "node")),
  commits(
      "number",
      Column.of("NUMBER", "number"),
      Column.time("TIME", "time"),
      Column.of("PUTS", "puts"),
      Column.of("REMOVALS", "removals"),
      Column.of("MILLIS", "millis")),
  guards(
      "id",
      Column.of("ID", "id"),
      Column.of("REGISTRY", "registry"),
      Column.of("STATE", "state"),
      new Column("HELD SERVICES", item -> share(item, "heldServices", "services")),
      new Column("HELD ENDPOINTS", item -> share(item, "heldEndpoints", "endpoints")),
      Column.time("SINCE", "since"),
      Column.time("CONFIRMS", "confirmsAt")),
  holds(
      "registry",
      Column.of("ID", "id"),
      Column.of("REGISTRY", "registry"),
      Column.of("REASON", "reason"),
      Column.of("KEPT", "subject"),
      new Column("SINCE", item -> Ages.before(item.path("since").asText(""))),
      new Column("AT MAX_CHARACTERS", item -> Ages.until(item.path("until").asText("")))),
  transactions(
      "id",
      Column.of("ID", "id"),
      Column.time("OPENED", "opened"),
      Column.time("EXPIRES", "expires"),
      Column.of("WAITING", "waiting"));

  private final String identity;
  private final List<Column> columns;

  Kind(String identity, Column... columns) {
    this.identity = identity;
    this.columns = List.of(columns);
  }

  /** Returns the columns of its table. */
  List<Column> columns() {
    return columns;
  }

  /** Returns a description of its names, for error messages. */
  String names() {
    return identity.isEmpty()
        ? "a part of the name or host of one, as fairlead get " + name() + " shows them"
        : "the " + identity + " of one, as fairlead get " + name() + " shows them";
  }

  /** Returns the search text to send to the gateway; empty for everything. */
  String query(String name) {
    return identity.isEmpty() ? name : "";
  }

  /**
   * Returns the items of that name; all of them if there is no name or the gateway searched
   * already.
   */
  ArrayNode select(ArrayNode items, String name) {
    if (name.isEmpty() || identity.isEmpty()) {
      return items;
    }
    ArrayNode selected = JsonNodeFactory.instance.arrayNode();
    for (JsonNode item : items) {
      if (item.path(identity).asText().equals(name)) {
        selected.add(item);
      }
    }
    return selected;
  }

  private static String share(JsonNode item, String part, String whole) {
    return item.path(part).asText() + " of " + item.path(whole).asText();
  }

  private static String joined(JsonNode list, String otherwise) {
    return list.isEmpty()
        ? otherwise
        : StreamSupport.stream(list.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(","));
  }

  private static String reasons(JsonNode findings) {
    return StreamSupport.stream(findings.spliterator(), false)
        .map(finding -> finding.path("reason").asText() + " x" + finding.path("count").asText())
        .collect(Collectors.joining(", "));
  }
}
