package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The findings of {@code fairlead doctor}: problems, in the form that the API gives them, what it
 * looked at, and what it could not look at. Confined to the command's thread.
 */
final class Diagnosis {
  private final List<JsonNode> critical = new ArrayList<>();
  private final List<JsonNode> warnings = new ArrayList<>();
  private final List<String> sound = new ArrayList<>();
  private final List<String> unseen = new ArrayList<>();

  /** Adds what needs somebody at once. */
  void critical(String kind, String subject, String message, String advice, String command) {
    add(problem("critical", kind, subject, message, advice, command));
  }

  /** Adds what somebody should look at. */
  void warning(String kind, String subject, String message, String advice, String command) {
    add(problem("warning", kind, subject, message, advice, command));
  }

  /** Adds a problem of a gateway. */
  void add(JsonNode problem) {
    (problem.path("severity").asText().equals("critical") ? critical : warnings).add(problem);
  }

  private static JsonNode problem(
      String severity, String kind, String subject, String message, String advice, String command) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("severity", severity)
        .put("kind", kind)
        .put("subject", subject)
        .put("message", message)
        .put("advice", advice)
        .put("command", command);
  }

  /** Adds something that was looked at, and how it is. */
  void sound(String what) {
    sound.add(what);
  }

  /** Adds something that was not looked at, and how to have it looked at. */
  void unseen(String what) {
    unseen.add(what);
  }

  boolean isWell() {
    return critical.isEmpty() && warnings.isEmpty();
  }

  /** Returns it as one tree. */
  ObjectNode tree() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    ArrayNode problems = tree.putArray("problems");
    critical.forEach(problems::add);
    warnings.forEach(problems::add);
    sound.forEach(tree.putArray("sound")::add);
    unseen.forEach(tree.putArray("unseen")::add);
    return tree;
  }

  /** Prints it for people, the most urgent first. */
  void print(PrintWriter out, Terminal terminal) {
    critical.forEach(problem -> print(out, terminal, problem));
    warnings.forEach(problem -> print(out, terminal, problem));
    sound.forEach(
        what ->
            Paragraph.print(out, terminal, Colour.GOOD.on(terminal, "ok") + "  ", "    ", what));
    unseen.forEach(what -> Paragraph.print(out, terminal, "--  ", "    ", what));
    out.println();
    out.println(
        isWell()
            ? "Nothing needs you."
            : critical.size() + " critical, " + warnings.size() + " to look at.");
  }

  private static void print(PrintWriter out, Terminal terminal, JsonNode problem) {
    String severity = problem.path("severity").asText();
    String since = problem.path("since").asText("");
    String subject = Printable.of(problem.path("subject").asText());
    out.println(
        Colour.ofWord(severity).on(terminal, severity.toUpperCase(Locale.ROOT))
            + "  "
            + problem.path("kind").asText()
            + (subject.isEmpty() ? "" : "  " + subject)
            + (since.isEmpty() ? "" : "  since " + Ages.before(since)));
    Paragraph.print(out, terminal, "  ", "  ", problem.path("message").asText());
    if (!problem.path("advice").asText().isEmpty()) {
      Paragraph.print(out, terminal, "  -> ", "     ", problem.path("advice").asText());
    }
    if (!problem.path("command").asText().isEmpty()) {
      out.println("  $ " + Printable.of(problem.path("command").asText()));
    }
    out.println();
  }
}
