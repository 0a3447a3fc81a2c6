package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.util.List;

/** The answer about one service as text: the sentence, each istiod, each finding. */
final class ServiceText {
  private static final List<Column> CLIENTS =
      List.of(
          Column.of("NODE", "node"),
          Column.of("REVISION", "revision"),
          Column.of("HAS", "has"),
          new Column("SINCE", client -> client.path("since").asText("")),
          Column.of("REASON", "reason"));
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
    table(out, CLIENTS, service.path("clients"));
    table(out, FINDINGS, service.path("findings"));
  }

  private static void table(PrintWriter out, List<Column> columns, JsonNode items) {
    if (items instanceof ArrayNode array && !array.isEmpty()) {
      out.println();
      Table.of(columns, array).print(out);
    }
  }
}
