package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fairlead.common.Counts;
import io.fairlead.common.Durations;
import io.fairlead.guard.GuardStatus;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The page on which people read what a configuration would change. Stateless but for its output.
 */
final class DiffPage {
  private static final int MAX_ROWS = 40;
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("CHANGE", "change"),
          Column.of("PUSH", "cost"),
          Column.of("HOST", "host").name(30),
          new Column("SERVICE", item -> service(item)).onlyWide(),
          new Column("WHAT", item -> joined(item.path("what"))).text(24));

  private final PrintWriter out;
  private final Terminal terminal;
  private final boolean wide;

  /**
   * @param wide whether every column is shown, whole
   */
  DiffPage(PrintWriter out, Terminal terminal, boolean wide) {
    this.out = out;
    this.terminal = terminal;
    this.wide = wide;
  }

  private static String service(JsonNode item) {
    return item.path("registry").asText() + "/" + item.path("service").asText();
  }

  private static String joined(JsonNode parts) {
    return StreamSupport.stream(parts.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining("; "));
  }

  /**
   * Prints it.
   *
   * @param unread why registries could not be read, by name
   * @param all whether every change is listed, however many
   */
  void print(ConfigDiff diff, Map<String, String> unread, boolean all) {
    summary(diff);
    diff.guards().forEach(kept -> guard(diff, kept));
    new TreeMap<>(unread)
        .forEach(
            (name, problem) ->
                paragraph(
                    "Not read: registry " + name + ", whose hosts stay as they are: " + problem));
    if (!diff.needRestart().isEmpty()) {
      paragraph(
          "In force after a restart only, and not counted here: "
              + String.join(", ", diff.needRestart()));
    }
    meanwhile(diff);
    table(diff, all);
  }

  private void paragraph(String text) {
    Paragraph.print(out, terminal, "", "  ", text);
  }

  private void summary(ConfigDiff diff) {
    long hosts = diff.hosts();
    if (hosts == 0) {
      paragraph(
          diff.count(HostChange.Kind.HELD) == 0
              ? "No host would change"
                  + (diff.keys().isEmpty()
                      ? "."
                      : ", though these keys differ: " + String.join(", ", diff.keys()) + ".")
              : "No host would change at once.");
      return;
    }
    String kinds =
        Stream.of(
                HostChange.Kind.REMOVED,
                HostChange.Kind.RENAMED,
                HostChange.Kind.ADDED,
                HostChange.Kind.CHANGED)
            .filter(kind -> diff.count(kind) > 0)
            .map(kind -> diff.count(kind) + " " + kind.label())
            .collect(Collectors.joining(", "));
    paragraph(
        hosts(hosts)
            + " would change, in "
            + (diff.commits() == 1
                ? "one commit"
                : "up to "
                    + diff.commits()
                    + " commits, as registries that come are read one by one")
            + ": "
            + kinds
            + ".");
    paragraph("Each istiod: " + pushes(diff));
  }

  private static String hosts(long count) {
    return Counts.of(count, "host");
  }

  private static String pushes(ConfigDiff diff) {
    long full = diff.count(PushCost.FULL);
    long endpoints = diff.count(PushCost.ENDPOINTS);
    long none = diff.count(PushCost.NONE);
    String several = diff.commits() == 1 ? "one " : "for each commit a ";
    if (full == 0 && endpoints == 0) {
      return "no push.";
    }
    return several
        + (full > 0 ? "full push" : "push of endpoints")
        + ", for "
        + Stream.of(
                full == 0 ? "" : hosts(full),
                endpoints == 0
                    ? ""
                    : hosts(endpoints) + (full == 0 ? "" : " of which only endpoints differ"))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" and "))
        + (none == 0 ? "" : "; none for " + none)
        + ".";
  }

  private void guard(ConfigDiff diff, ConfigDiff.Kept kept) {
    GuardStatus guard = kept.guard();
    String text =
        "Held: "
            + guard.heldServices()
            + " of the "
            + Counts.of(guard.services(), "service")
            + " of the registry "
            + guard.registry()
            + " would go or lose endpoints ("
            + guard.heldEndpoints()
            + " of "
            + guard.endpoints()
            + "). ";
    String until =
        guard.state() == GuardStatus.State.WAITING
            ? "They stay until "
                + String.join(", ", guard.waitingFor())
                + " can be read, or fairlead approve lets them go."
            : "The deletion guard (share "
                + diff.policy().share()
                + ", atLeast "
                + diff.policy().atLeast()
                + ") would keep them for "
                + Durations.format(diff.policy().confirmAfter())
                + ", then let them go; fairlead get guards shows its id, with which fairlead reject"
                + " keeps them and fairlead approve lets them go at once.";
    paragraph(text + until);
  }

  private void meanwhile(ConfigDiff diff) {
    if (!diff.unknown().isEmpty()) {
      paragraph(
          "The configuration in force cannot be used here, so what the registries changed meanwhile"
              + " is among these changes: "
              + diff.unknown());
    } else if (!diff.meanwhile().isEmpty()) {
      long more = diff.otherThanEndpoints();
      paragraph(
          "Not counted: "
              + hosts(diff.meanwhile().size())
              + (diff.meanwhile().size() == 1 ? " differs" : " differ")
              + " already between the gateway and its registries, which go on changing"
              + (more == 0
                  ? ", all in their endpoints only."
                  : ", " + more + " in more than their endpoints."));
    }
  }

  private void table(ConfigDiff diff, boolean all) {
    if (diff.changes().isEmpty()) {
      return;
    }
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    diff.changes().stream()
        .limit(all ? Long.MAX_VALUE : MAX_ROWS)
        .forEach(change -> rows.add(change.tree()));
    out.println();
    new TextTable(COLUMNS, rows, terminal, wide).print(out);
    int more = diff.changes().size() - rows.size();
    if (more > 0) {
      out.println("and " + more + " more (--all lists them)");
    }
  }
}
