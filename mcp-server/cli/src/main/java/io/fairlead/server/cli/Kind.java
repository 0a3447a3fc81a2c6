package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The kinds of items that {@code fairlead get} shows, with the columns of their tables. */
enum Kind {
  problems(
      "kind",
      Column.of("SEVERITY", "severity"),
      Column.of("KIND", "kind"),
      Column.of("SUBJECT", "subject").name(8),
      Column.time("SINCE", "since").leaves(2),
      Column.of("MESSAGE", "message").text(20),
      Column.of("COMMAND", "command").onlyWide()),
  registries(
      "name",
      Column.of("NAME", "name").name(16),
      Column.of("TYPE", "type").leaves(5),
      Column.of("STATE", "state"),
      Column.of("SERVICES", "services").leaves(1),
      Column.of("INSTANCES", "instances").leaves(4),
      Column.of("REFUSED", "refused").leaves(3),
      Column.of("HOLDS", "holds").leaves(6),
      new Column("CONNECTIONS", item -> connections(item.path("load"))).onlyWide(),
      new Column("REQUESTS/S", item -> rate(item.path("load"))).onlyWide(),
      Column.time("LAST SUCCESS", "lastSuccess").leaves(2),
      Column.of("PROBLEM", "problem").text(24)),
  configs(
      "name",
      Column.of("NAME", "name").name(16),
      Column.of("TYPE", "type").leaves(5),
      Column.of("STATE", "state"),
      Column.of("DOCUMENTS", "documents").leaves(4),
      Column.of("RESOURCES", "resources").leaves(3),
      Column.of("ERRORS", "errors"),
      Column.of("WARNINGS", "warnings").leaves(6),
      Column.of("HOLDS", "holds").leaves(7),
      Column.time("LAST SUCCESS", "lastSuccess").leaves(2),
      new Column("PROBLEM", Kind::problemOfConfigs).text(24)),
  resources(
      "name",
      Column.of("KIND", "kind").leaves(4),
      Column.of("NAME", "name").name(42),
      new Column(
              "REGISTRY",
              item ->
                  item.path("source")
                      .asText(item.path("labels").path("fairlead.io/registry").asText("")))
          .leaves(2),
      Column.of("DOCUMENT", "document").onlyWide(),
      new Column("REVISIONS", item -> joined(item.path("revisions"), "all")).text(9).leaves(3),
      Column.of("VERSION", "version").text(12).leaves(6),
      Column.of("BYTES", "bytes").leaves(5),
      Column.time("FIRST SEEN", "firstSeen").leaves(1),
      Column.time("DAMPED SINCE", "damped.since").onlyWide(),
      Column.until("DAMPED FOR", "damped.until").leaves(7)),
  documents(
      "",
      Column.of("KIND", "kind").leaves(3),
      Column.of("NAME", "name").name(30),
      Column.of("OUTCOME", "outcome"),
      new Column("ISTIODS", item -> share(item, "clientsWith", "clientsAll")).leaves(1),
      new Column("SOURCE", Kind::sourceOf).leaves(4),
      new Column("DOCUMENT", Kind::documentOf).text(16).leaves(2)),
  services(
      "",
      Column.of("REGISTRY", "registry").leaves(3),
      Column.of("SERVICE", "service").name(34),
      Column.of("OUTCOME", "outcome"),
      since().leaves(6),
      Column.of("HOST", "host").name(20).leaves(5),
      Column.of("ENDPOINTS", "endpoints").leaves(4),
      new Column("ISTIODS", item -> share(item, "clientsWith", "clientsAll")).leaves(2),
      new Column("FINDINGS", item -> reasons(item.path("findings"))).text(12).leaves(1)),
  refused(
      "",
      Column.of("REGISTRY", "registry").leaves(1),
      Column.of("SERVICE", "service").name(30),
      Column.of("OUTCOME", "outcome"),
      since().leaves(2),
      new Column("FINDINGS", Kind::refusal).text(20)),
  clients(
      "node",
      Column.of("ID", "id").leaves(6),
      Column.of("PEER", "peer").leaves(4),
      Column.of("REVISION", "revision").leaves(1),
      Column.of("ISTIO", "version").leaves(3),
      Column.time("CONNECTED", "connected").leaves(2),
      new Column("TYPES", item -> Integer.toString(item.path("subscriptions").size())).leaves(5),
      new Column("NACKS", item -> Long.toString(sum(item.path("subscriptions"), "nacks"))),
      Column.of("LAG MS", "lagMillis").onlyWide(),
      Column.of("NODE", "node").name(30)),
  denied(
      "address",
      Column.of("ADDRESS", "address"),
      Column.of("PORT", "port").leaves(3),
      Column.of("REVISION", "revision").leaves(2),
      Column.of("REASON", "reason"),
      Column.of("TIMES", "times").leaves(4),
      Column.time("LAST", "last").leaves(5),
      Column.of("EXPLANATION", "explanation").text(24)),
  certificates(
      "listener",
      Column.of("LISTENER", "listener"),
      new Column("NAMES", item -> joined(item.path("names"), "none")).text(16).leaves(1),
      Column.of("EXPIRES", "expires"),
      Column.of("FILE", "file").text(16).leaves(2),
      Column.of("REFUSAL", "refusal").text(16)),
  commits(
      "number",
      Column.of("NUMBER", "number"),
      Column.time("TIME", "time"),
      Column.of("PUTS", "puts"),
      Column.of("REMOVALS", "removals"),
      Column.of("MILLIS", "millis").leaves(1)),
  guards(
      "id",
      Column.of("ID", "id"),
      Column.of("REGISTRY", "registry").name(12).leaves(3),
      Column.of("STATE", "state"),
      new Column("HELD SERVICES", item -> share(item, "heldServices", "services")),
      new Column("HELD ENDPOINTS", item -> share(item, "heldEndpoints", "endpoints")).leaves(2),
      Column.time("SINCE", "since").leaves(1),
      Column.until("CONFIRMS IN", "confirmsAt")),
  holds(
      "registry",
      Column.of("ID", "id").leaves(2),
      Column.of("REGISTRY", "registry").leaves(3),
      Column.of("REASON", "reason"),
      Column.of("KEPT", "subject").name(20),
      Column.time("SINCE", "since").leaves(1),
      new Column(
          "AT MOST",
          item -> item.path("until").asText("no limit"),
          item -> Ages.until(item.path("until").asText("")),
          0,
          0,
          Column.Cut.END),
      Column.of("EXPLANATION", "explanation").onlyWide()),
  replicas(
      "name",
      Column.of("NAME", "name").name(16),
      Column.of("ADDRESS", "address"),
      new Column("STATE", Kind::replicaState),
      new Column("SERVES", item -> head(item.path("digest").asText(""))),
      Column.of("CLIENTS", "clients").leaves(2),
      new Column("LAG", item -> lag(item.path("lagMillis"))).leaves(1),
      Column.of("HOLDS", "holds").leaves(4),
      new Column("TRANSACTIONS", item -> joined(item.path("transactions"), "")).leaves(5),
      Column.of("VERSION", "program").leaves(3)),
  transactions(
      "id",
      Column.of("ID", "id"),
      Column.time("OPENED", "opened"),
      Column.until("ENDS IN", "expires"),
      Column.of("WAITING", "waiting"));

  private final String identity;
  private final List<Column> columns;

  Kind(String identity, Column... columns) {
    this.identity = identity;
    this.columns = List.of(columns);
  }

  /** A time that may be older has a plus. */
  private static Column since() {
    Column time = Column.time("SINCE", "since");
    return new Column(
        time.title(),
        time.value(),
        item -> time.brief().apply(item) + (item.path("sinceAtLeast").asBoolean() ? "+" : ""),
        0,
        0,
        Column.Cut.END);
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

  /** Returns the name of an item, by which other commands take it. */
  String nameOf(JsonNode item) {
    if (this == documents) {
      return DocumentPage.nameOf(item);
    }
    return identity.isEmpty()
        ? item.path("registry").asText() + "/" + item.path("service").asText()
        : item.path(identity).asText();
  }

  /** Returns what tells an item from the others, also where several have one name. */
  String keyOf(JsonNode item) {
    return switch (this) {
      case holds -> nameOf(item) + " " + item.path("subject").asText();
      case problems ->
          nameOf(item) + " " + item.path("subject").asText() + " " + item.path("since").asText();
      case clients -> item.path("id").asText();
      case resources -> item.path("kind").asText() + " " + nameOf(item);
      default -> nameOf(item);
    };
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

  // What is served, or else what is wrong.
  private static String sourceOf(JsonNode item) {
    return item.path("documents")
        .path(0)
        .path("source")
        .asText(item.path("problems").path(0).path("source").asText(""));
  }

  private static String documentOf(JsonNode item) {
    JsonNode problem = item.path("problems").path(0);
    return problem.isMissingNode()
        ? item.path("documents").path(0).path("document").asText("")
        : place(problem);
  }

  private static String place(JsonNode problem) {
    return problem.path("document").asText()
        + ":"
        + problem.path("line").asText()
        + ":"
        + problem.path("column").asText();
  }

  private static String replicaState(JsonNode replica) {
    if (!replica.path("reachable").asBoolean()) {
      return "unreachable for " + Ages.before(replica.path("since").asText(""));
    }
    String differs = replica.path("differsSince").asText("");
    return (replica.path("ready").asBoolean() ? "ready" : "not ready")
        + (differs.isEmpty() ? "" : ", differs for " + Ages.before(differs));
  }

  private static String head(String digest) {
    return digest.substring(0, Math.min(8, digest.length()));
  }

  private static String lag(JsonNode millis) {
    return millis.isMissingNode() ? "" : millis.asLong() + "ms";
  }

  private static String share(JsonNode item, String part, String whole) {
    return item.path(part).asText() + " of " + item.path(whole).asText();
  }

  private static String connections(JsonNode load) {
    return load.isMissingNode() ? "" : share(load, "connections", "maxConnections");
  }

  private static String rate(JsonNode load) {
    return load.isMissingNode()
        ? ""
        : String.format(Locale.ROOT, "%.1f", load.path("requestsPerSecond").asDouble());
  }

  private static long sum(JsonNode list, String key) {
    return StreamSupport.stream(list.spliterator(), false)
        .mapToLong(each -> each.path(key).asLong())
        .sum();
  }

  private static String joined(JsonNode list, String otherwise) {
    return list.isEmpty()
        ? otherwise
        : StreamSupport.stream(list.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(","));
  }

  // Why it cannot be read, or else what is wrong with the first document.
  private static String problemOfConfigs(JsonNode source) {
    JsonNode first = source.path("problems").path(0);
    String field = first.path("path").asText("");
    return source.has("problem") || first.isMissingNode()
        ? source.path("problem").asText("")
        : place(first) + ": " + (field.isEmpty() ? "" : field + ": ") + first.path("text").asText();
  }

  // A document's place is what helps, a service's reason.
  private static String refusal(JsonNode item) {
    JsonNode findings = item.path("findings");
    JsonNode first = findings.path(0);
    return first.path("reason").asText().equals("invalid_document")
        ? first.path("detail").asText()
            + (findings.size() > 1 ? " (and " + (findings.size() - 1) + " more)" : "")
        : reasons(findings);
  }

  private static String reasons(JsonNode findings) {
    return StreamSupport.stream(findings.spliterator(), false)
        .map(finding -> finding.path("reason").asText() + " x" + finding.path("count").asText())
        .collect(Collectors.joining(", "));
  }
}
