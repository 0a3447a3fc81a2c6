package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.util.List;

/** Prints the answer about one service as text: the explanation, each istiod, each finding. */
final class ServiceText {
  private static final List<Column> FINDINGS =
      List.of(
          Column.of("FINDING", "reason"),
          Column.of("TIMES", "count"),
          Column.of("SUBJECT", "subject"),
          Column.of("TEXT", "text"),
          Column.of("ADVICE", "advice"));

  private ServiceText() {}

  static void print(PrintWriter out, JsonNode service) {
    out.println(Printable.of(service.path("explanation").asText()));
    service.path("clients").forEach(client -> client(out, client));
    table(out, FINDINGS, service.path("findings"));
  }

  // On separate lines, since a node's id and a reason do not fit side by side.
  private static void client(PrintWriter out, JsonNode client) {
    String revision = client.path("revision").asText();
    String since = client.path("since").asText("");
    out.println();
    out.println(
        (client.path("has").asBoolean() ? "has it     " : "not there  ")
            + Printable.of(client.path("node").asText())
            + (revision.isEmpty() ? "" : " (revision " + Printable.of(revision) + ")"));
    out.println(
        "           "
            + Printable.of(client.path("reason").asText())
            + (client.path("since").isNull() ? "" : ", since " + since));
  }

  private static void table(PrintWriter out, List<Column> columns, JsonNode items) {
    if (items instanceof ArrayNode array && !array.isEmpty()) {
      out.println();
      TextTable.of(columns, array).print(out);
    }
  }
}
