package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.common.Counts;
import io.fairlead.conversion.Explanation;
import io.fairlead.conversion.rules.TrailStep;
import io.fairlead.registry.Service;
import io.fairlead.server.config.RegistryConfig;
import java.io.PrintWriter;
import java.util.List;

/**
 * The explanation of how one service becomes what a configuration serves of it.
 *
 * @param registry name of its registry
 * @param service the service
 * @param steps the steps of its conversion
 * @param reports what became of it in the end, or of its parts
 */
record ServiceExplanation(
    String registry, Service service, List<TrailStep> steps, List<ServiceReport> reports) {
  private static final String BLANK = " ".repeat(12);

  ServiceExplanation {
    steps = List.copyOf(steps);
    reports = List.copyOf(reports);
  }

  /** Explains a service by the configuration of its registry. */
  static ServiceExplanation of(
      RegistryConfig registry, Service service, List<ServiceReport> reports) {
    return new ServiceExplanation(
        registry.name(), service, Explanation.of(registry.policy(), service).steps(), reports);
  }

  /** Returns the name by which it is asked for: {@code REGISTRY/ID}. */
  String name() {
    return registry + "/" + service.id();
  }

  /** Whether it is what somebody asks for by a whole name or host. */
  boolean isExactly(String wanted) {
    return wanted.equals(name())
        || wanted.equals(service.id().toString())
        || wanted.equals(service.id().name())
        || reports.stream()
            .anyMatch(report -> wanted.equals(report.host()) || wanted.equals(report.resource()));
  }

  /** Whether it is what somebody may ask for by a part of its name. */
  boolean contains(String wanted) {
    return name().contains(wanted)
        || reports.stream().anyMatch(report -> report.host().contains(wanted));
  }

  /** Returns it for programs. */
  ObjectNode tree() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("registry", registry).put("service", service.id().toString());
    ArrayNode list = tree.putArray("steps");
    for (TrailStep step : steps) {
      list.addObject()
          .put("stage", step.stage())
          .put("rule", step.rule())
          .put("subject", step.subject())
          .put("before", step.before())
          .put("after", step.after());
    }
    ArrayNode became = tree.putArray("became");
    for (ServiceReport report : reports) {
      became
          .addObject()
          .put("outcome", report.status().label())
          .put("host", report.host())
          .put("resource", report.resource())
          .put("shadowedBy", report.shadowedBy())
          .put("mergedTotal", report.merged().size())
          .put("mergedInto", report.merged().isEmpty() ? "" : report.merged().get(0));
    }
    return tree;
  }

  /** Prints it for people. */
  void print(PrintWriter out, Terminal terminal) {
    JsonNode tree = tree();
    out.println(Colour.BOLD.on(terminal, Printable.of(name())));
    print(out, terminal, tree.path("steps"), name());
    for (ServiceReport report : reports) {
      Paragraph.print(
          out, terminal, DisplayWidth.padded("outcome", BLANK.length()), BLANK, end(report));
    }
  }

  private static String end(ServiceReport report) {
    return report.status().label().replace('_', ' ')
        + (report.resource().isEmpty() ? "" : " as " + report.resource())
        + (report.shadowedBy().isEmpty()
            ? ""
            : ": the registry " + report.shadowedBy() + " has the host")
        + (report.merged().isEmpty()
            ? ""
            : ", merged of "
                + Counts.of(report.merged().size(), "service")
                + ", the first is "
                + report.merged().get(0));
  }

  /**
   * Prints steps, as the API has them, too.
   *
   * @param subject what most of them are about, which is not repeated
   */
  static void print(PrintWriter out, Terminal terminal, JsonNode steps, String subject) {
    String last = "";
    for (JsonNode step : steps) {
      String stage = step.path("stage").asText();
      String about = step.path("subject").asText();
      String before = step.path("before").asText();
      String after = step.path("after").asText();
      Paragraph.print(
          out,
          terminal,
          DisplayWidth.padded(stage.equals(last) ? "" : stage, BLANK.length()),
          BLANK,
          (subject.endsWith("/" + about) || about.isEmpty() ? "" : about + ": ")
              + (before.isEmpty() || before.equals(after) ? after : before + " -> " + after));
      Paragraph.print(out, terminal, BLANK + "  by ", BLANK + "     ", step.path("rule").asText());
      last = stage;
    }
  }
}
