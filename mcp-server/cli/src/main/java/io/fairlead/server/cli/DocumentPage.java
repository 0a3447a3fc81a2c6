package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** All that is known of one resource of documents, for people. Stateless. */
final class DocumentPage {
  private static final String BLANK = " ".repeat(12);

  private DocumentPage() {}

  /** Returns the name by which it is asked for: {@code KIND/NAMESPACE/NAME}. */
  static String nameOf(JsonNode document) {
    return document.path("kind").asText() + "/" + document.path("name").asText();
  }

  /** Prints it, as the API has it. */
  static void print(PrintWriter out, Terminal terminal, JsonNode document) {
    String outcome = document.path("outcome").asText();
    out.println(Colour.BOLD.on(terminal, Printable.of(nameOf(document))));
    out.println(
        DisplayWidth.padded("outcome", BLANK.length())
            + Colour.ofWord(outcome).on(terminal, outcome));
    for (JsonNode each : document.path("documents")) {
      Paragraph.print(
          out,
          terminal,
          DisplayWidth.padded("document", BLANK.length()),
          BLANK,
          each.path("source").asText()
              + " "
              + each.path("document").asText()
              + " (priority "
              + each.path("priority").asText()
              + (each.path("served").asBoolean() ? ", served)" : ", not served)"));
    }
    out.println();
    Paragraph.print(out, terminal, "", "", document.path("explanation").asText());
    ServicePage.clients(out, terminal, document.path("clients"));
    faults(out, terminal, "PROBLEMS", document.path("problems"));
    if (!document.path("problems").isEmpty()) {
      Paragraph.print(
          out, terminal, "  -> ", "     ", "Mend the document; it is read again by itself.");
    }
    faults(out, terminal, "WARNINGS", document.path("warnings"));
    if (!document.path("resource").asText().isEmpty()) {
      Paragraph.print(
          out,
          terminal,
          "\n",
          "",
          "The YAML: fairlead get resources "
              + document.path("name").asText()
              + " --type "
              + document.path("kind").asText());
    }
  }

  private static void faults(PrintWriter out, Terminal terminal, String title, JsonNode faults) {
    ServicePage.heading(out, terminal, title, faults);
    for (JsonNode problem : faults) {
      String field = problem.path("path").asText();
      Paragraph.print(
          out,
          terminal,
          "  ",
          "    ",
          problem.path("source").asText()
              + " "
              + problem.path("document").asText()
              + ":"
              + problem.path("line").asText()
              + ":"
              + problem.path("column").asText());
      Paragraph.print(
          out,
          terminal,
          "    ",
          "    ",
          (field.isEmpty() ? "" : field + ": ") + problem.path("text").asText());
    }
  }
}
