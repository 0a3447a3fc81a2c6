package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * All that is known of one service: the answer for each istiod, its registry, and its resource.
 *
 * @param service the answer of the API
 * @param registry its registry; missing if that left the configuration
 * @param resource its resource as it is served; missing if nothing is
 */
record ServicePage(JsonNode service, JsonNode registry, JsonNode resource) {
  private static final int MAX_INSTANCES = 20;
  private static final String BLANK = " ".repeat(12);
  private static final List<Column> INSTANCES =
      List.of(
          new Column("  ADDRESS", item -> "  " + address(item)).name(16),
          new Column("BECAME", ServicePage::became).text(12),
          new Column("WEIGHT", item -> weight(item.path("weight"))).leaves(3),
          Column.of("LOCALITY", "locality").text(10).leaves(4),
          new Column("METADATA", item -> pairs(item.path("metadata"), "=", ", "))
              .text(16)
              .leaves(2),
          Column.of("ID", "id").text(12).leaves(1));
  private static final List<Column> ENDPOINTS =
      List.of(
          Column.of("  ADDRESS", "address").name(16),
          new Column("PORTS", item -> pairs(item.path("ports"), " ", ", ")).text(10),
          new Column("WEIGHT", item -> item.path("weight").asText("1")).leaves(2),
          Column.of("LOCALITY", "locality").text(10).leaves(3),
          new Column("LABELS", item -> pairs(item.path("labels"), "=", ", ")).text(16).leaves(1));

  /** Reads what belongs to the answer about a service. */
  static ServicePage of(AdminClient client, JsonNode service)
      throws AdminClientException, InterruptedException {
    String name = service.path("registry").asText();
    JsonNode registry = MissingNode.getInstance();
    for (JsonNode each : client.get("registries?limit=10000").path("items")) {
      if (each.path("name").asText().equals(name)) {
        registry = each;
      }
    }
    String served = service.path("resource").asText();
    JsonNode resource =
        served.isEmpty()
            ? MissingNode.getInstance()
            : client
                .find("resources/" + AdminClient.path(served))
                .orElse(MissingNode.getInstance());
    return new ServicePage(service, registry, resource);
  }

  /** Returns it as one tree; what is missing is null. */
  ObjectNode tree() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.set("service", service);
    tree.set("registry", registry.isMissingNode() ? tree.nullNode() : registry);
    tree.set("resource", resource.isMissingNode() ? tree.nullNode() : resource);
    return tree;
  }

  /** Prints it for people. */
  void print(PrintWriter out, Terminal terminal) {
    String outcome = service.path("outcome").asText();
    String title = service.path("registry").asText() + "/" + service.path("service").asText();
    out.println(Colour.BOLD.on(terminal, Printable.of(title)));
    field(out, terminal, "outcome", Colour.ofWord(outcome).on(terminal, outcome));
    field(out, terminal, "since", sinceText());
    field(out, terminal, "registry", registryText());
    field(out, terminal, "host", service.path("host").asText());
    field(out, terminal, "resource", resourceText());
    JsonNode spec = resource.path("spec");
    field(
        out,
        terminal,
        "ports",
        StreamSupport.stream(spec.path("ports").spliterator(), false)
            .map(port -> port.path("number").asText() + " " + port.path("protocol").asText())
            .collect(Collectors.joining(", ")));
    field(out, terminal, "first seen", ago(resource.path("status").path("firstSeen").asText("")));
    out.println();
    Paragraph.print(out, terminal, "", "", service.path("explanation").asText());
    clients(out, terminal, service.path("clients"));
    findings(out, terminal);
    heading(out, terminal, "STEPS", service.path("steps"));
    ServiceExplanation.print(out, terminal, service.path("steps"), title);
    JsonNode reported = service.path("instances");
    if (reported.isObject()) {
      instances(out, terminal, reported);
    } else {
      endpoints(out, terminal, spec.path("endpoints"));
    }
  }

  private static void field(PrintWriter out, Terminal terminal, String name, String text) {
    if (!text.isEmpty()) {
      // The colours of an outcome are ours; all else is made printable by the paragraph.
      if (text.startsWith("\u001b")) {
        out.println(DisplayWidth.padded(name, BLANK.length()) + text);
      } else {
        Paragraph.print(out, terminal, DisplayWidth.padded(name, BLANK.length()), BLANK, text);
      }
    }
  }

  private String sinceText() {
    String since = service.path("since").asText("");
    return service.path("since").isNull()
        ? ""
        : ago(since)
            + (service.path("sinceAtLeast").asBoolean()
                ? " or longer: it was so when this gateway first read it"
                : "");
  }

  private String registryText() {
    if (registry.isMissingNode()) {
      return service.path("registry").asText() + " (left the configuration)";
    }
    String problem = registry.path("problem").asText("");
    String read = registry.path("lastSuccess").asText("");
    return registry.path("name").asText()
        + " ("
        + registry.path("type").asText()
        + ", "
        + registry.path("state").asText()
        + (read.isEmpty() ? ", not read yet" : ", last read " + Ages.before(read) + " ago")
        + ")"
        + (problem.isEmpty() ? "" : ": " + problem);
  }

  private String resourceText() {
    JsonNode status = resource.path("status");
    JsonNode commit = status.path("commit");
    String version = status.path("version").asText("");
    String time = commit.path("time").asText("");
    return service.path("resource").asText()
        + (version.isEmpty() ? "" : ", version " + version)
        + (commit.has("number") ? ", commit " + commit.path("number").asText() : "")
        + (time.isEmpty() ? "" : " " + ago(time));
  }

  private static String ago(String time) {
    return time.isEmpty() ? "" : Ages.before(time) + " ago (" + Ages.seconds(time) + ")";
  }

  /**
   * Prints the answer for each istiod: on separate lines, since a node's id and a reason do not fit
   * side by side. An id for which there is no room has its middle left out, as in tables.
   */
  static void clients(PrintWriter out, Terminal terminal, JsonNode clients) {
    heading(out, terminal, "ISTIODS", clients);
    for (JsonNode client : clients) {
      String revision = client.path("revision").asText();
      boolean has = client.path("has").asBoolean();
      String node = Printable.of(client.path("node").asText());
      String of = revision.isEmpty() ? "" : " (revision " + Printable.of(revision) + ")";
      int room = terminal.columns() - BLANK.length();
      boolean fits = DisplayWidth.of(node) + DisplayWidth.of(of) <= room;
      out.println(
          "  "
              + (has ? Colour.GOOD : Colour.BAD)
                  .on(terminal, DisplayWidth.padded(has ? "has it" : "not there", 9))
              + " "
              + (fits ? node + of : DisplayWidth.cutMiddle(node, room)));
      String since = client.path("since").asText("");
      Paragraph.print(
          out,
          terminal,
          BLANK,
          BLANK,
          (fits || of.isEmpty() ? "" : of.strip() + ": ")
              + client.path("reason").asText()
              + (client.path("since").isNull() ? "" : ", since " + ago(since)));
    }
  }

  private void findings(PrintWriter out, Terminal terminal) {
    heading(out, terminal, "RULES AND REPAIRS", service.path("findings"));
    for (JsonNode finding : service.path("findings")) {
      int count = finding.path("count").asInt();
      String detail = finding.path("detail").asText();
      Paragraph.print(
          out,
          terminal,
          "  ",
          "    ",
          finding.path("reason").asText()
              + " ("
              + finding.path("kind").asText().replace('_', ' ')
              + "): "
              + finding.path("text").asText());
      Paragraph.print(
          out,
          terminal,
          "    ",
          "    ",
          (count > 1 ? count + " times, first " : "")
              + finding.path("subject").asText()
              + (detail.isEmpty() ? "" : ": " + detail));
      if (!finding.path("advice").asText().isEmpty()) {
        Paragraph.print(out, terminal, "    -> ", "       ", finding.path("advice").asText());
      }
    }
  }

  private void instances(PrintWriter out, Terminal terminal, JsonNode reported) {
    JsonNode kept = reported.path("kept");
    long total = reported.path("total").asLong();
    long matching = reported.path("matching").asLong();
    out.println();
    out.println(
        Colour.BOLD.on(terminal, "INSTANCES")
            + "  "
            + total
            + " in the registry, "
            + reported.path("endpoints").asLong()
            + " of them served"
            + (matching < total ? ", matching: " + matching : ""));
    ArrayNode shown = JsonNodeFactory.instance.arrayNode();
    reported.path("items").forEach(item -> add(shown, item));
    if (!shown.isEmpty()) {
      new TextTable(INSTANCES, shown, terminal, false).print(out);
    }
    if (matching > shown.size()) {
      Paragraph.print(
          out,
          terminal,
          "  ",
          "  ",
          "and "
              + (matching - shown.size())
              + " more. To find one: fairlead describe "
              + Printable.of(Kind.services.nameOf(service))
              + " --instance ADDRESS");
    }
    if (!kept.isEmpty()) {
      Paragraph.print(
          out,
          terminal,
          "  ",
          "  ",
          "Served, though the registry does not report them any more: "
              + StreamSupport.stream(kept.spliterator(), false)
                  .limit(MAX_INSTANCES)
                  .map(JsonNode::asText)
                  .collect(Collectors.joining(", "))
              + (reported.path("keptTotal").asLong() > MAX_INSTANCES ? ", and more" : ""));
    }
  }

  private static void add(ArrayNode shown, JsonNode item) {
    if (shown.size() < MAX_INSTANCES) {
      shown.add(item);
    }
  }

  private static String address(JsonNode item) {
    String address = item.path("address").asText();
    return (address.indexOf(':') < 0 ? address : "[" + address + "]")
        + ":"
        + item.path("port").asText();
  }

  private static String weight(JsonNode weight) {
    return weight.isNull() ? "no number" : weight.asText().replaceFirst("\\.0$", "");
  }

  private static String became(JsonNode item) {
    String reason = item.path("reason").asText();
    return (reason.isEmpty() ? item.path("became").asText() : reason).replace('_', ' ');
  }

  private void endpoints(PrintWriter out, Terminal terminal, JsonNode endpoints) {
    heading(out, terminal, "ENDPOINTS", endpoints);
    if (endpoints.isEmpty()) {
      return;
    }
    ArrayNode shown = JsonNodeFactory.instance.arrayNode();
    for (JsonNode endpoint : endpoints) {
      if (shown.size() < MAX_INSTANCES) {
        ObjectNode indented = endpoint.deepCopy();
        indented.put("address", "  " + endpoint.path("address").asText());
        if (endpoint.path("ports").isEmpty()) {
          // Those of the service, which all instances have that name no others.
          ObjectNode ports = indented.putObject("ports");
          resource
              .path("spec")
              .path("ports")
              .forEach(port -> ports.put(port.path("name").asText(), port.path("number").asInt()));
        }
        shown.add(indented);
      }
    }
    new TextTable(ENDPOINTS, shown, terminal, false).print(out);
    if (endpoints.size() > shown.size()) {
      out.println(
          "  and "
              + (endpoints.size() - shown.size())
              + " more: fairlead get resources "
              + Printable.of(service.path("resource").asText()));
    }
  }

  static void heading(PrintWriter out, Terminal terminal, String text, JsonNode items) {
    if (!items.isEmpty()) {
      out.println();
      out.println(Colour.BOLD.on(terminal, text));
    }
  }

  private static String pairs(JsonNode map, String between, String after) {
    return StreamSupport.stream(
            ((Iterable<Map.Entry<String, JsonNode>>) map::fields).spliterator(), false)
        .map(entry -> entry.getKey() + between + entry.getValue().asText())
        .collect(Collectors.joining(after));
  }
}
