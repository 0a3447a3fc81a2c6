package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fairlead.common.Counts;
import io.fairlead.common.Durations;
import io.fairlead.configs.merge.Configs;
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
          new Column("HOST", item -> name(item)).name(30),
          new Column("FROM", item -> from(item)).onlyWide(),
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

  // A resource of a document has no host that is its own.
  private static String name(JsonNode item) {
    return item.has("host")
        ? item.path("host").asText()
        : item.path("kind").asText() + "/" + item.path("resource").asText();
  }

  private static String from(JsonNode item) {
    return item.has("document")
        ? item.path("source").asText() + " " + item.path("document").asText()
        : item.path("registry").asText() + "/" + item.path("service").asText();
  }

  private static String joined(JsonNode parts) {
    return StreamSupport.stream(parts.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining("; "));
  }

  /**
   * Prints it.
   *
   * @param unread why registries, and config sources as {@code configs/NAME}, could not be read
   * @param all whether every change is listed, however many
   */
  void print(ConfigDiff diff, Map<String, String> unread, boolean all) {
    summary(diff);
    diff.guards().forEach(kept -> guard(diff, kept));
    new TreeMap<>(unread)
        .forEach(
            (name, problem) ->
                paragraph(
                    "Not read: "
                        + (name.startsWith(Configs.PREFIX)
                            ? "config source "
                                + name.substring(Configs.PREFIX.length())
                                + ", whose documents stay as they are: "
                            : "registry " + name + ", whose hosts stay as they are: ")
                        + problem));
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
    if (diff.hosts() + diff.documents() == 0) {
      paragraph(
          diff.count(ResourceChange.Kind.HELD) == 0
              ? nothing(diff)
                  + " would change"
                  + (diff.keys().isEmpty()
                      ? "."
                      : ", though these keys differ: " + String.join(", ", diff.keys()) + ".")
              : nothing(diff) + " would change at once.");
      return;
    }
    String kinds =
        Stream.of(
                ResourceChange.Kind.REMOVED,
                ResourceChange.Kind.RENAMED,
                ResourceChange.Kind.ADDED,
                ResourceChange.Kind.CHANGED)
            .filter(kind -> diff.count(kind) > 0)
            .map(kind -> diff.count(kind) + " " + kind.label())
            .collect(Collectors.joining(", "));
    paragraph(
        counted(diff.hosts(), diff.documents())
            + " would change, in "
            + (diff.commits() == 1
                ? "one commit"
                : "up to " + diff.commits() + " commits, as what comes is read one by one")
            + ": "
            + kinds
            + ".");
    paragraph("Each istiod: " + pushes(diff));
  }

  private static String nothing(ConfigDiff diff) {
    return diff.hasSources() ? "No host and no document" : "No host";
  }

  private static String counted(long hosts, long documents) {
    return documents == 0
        ? Counts.of(hosts, "host")
        : (hosts == 0 ? "" : Counts.of(hosts, "host") + " and ") + Counts.of(documents, "document");
  }

  private static String counted(ConfigDiff diff, PushCost cost) {
    long documents = diff.countOfDocuments(cost);
    return counted(diff.count(cost) - documents, documents);
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
                full == 0 ? "" : counted(diff, PushCost.FULL),
                endpoints == 0
                    ? ""
                    : counted(diff, PushCost.ENDPOINTS)
                        + (full == 0 ? "" : " of which only endpoints differ"))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" and "))
        + (none == 0 ? "" : "; none for " + none)
        + ".";
  }

  private void guard(ConfigDiff diff, ConfigDiff.Kept kept) {
    GuardStatus guard = kept.guard();
    boolean ofDocuments = guard.registry().startsWith(Configs.PREFIX);
    String text =
        "Held: "
            + guard.heldServices()
            + " of the "
            + (ofDocuments
                ? Counts.of(guard.services(), "resource")
                    + " of the config source "
                    + guard.registry().substring(Configs.PREFIX.length())
                    + " would go. "
                : Counts.of(guard.services(), "service")
                    + " of the registry "
                    + guard.registry()
                    + " would go or lose endpoints ("
                    + guard.heldEndpoints()
                    + " of "
                    + guard.endpoints()
                    + "). ");
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
          "The configuration in force cannot be used here, so what the registries"
              + (diff.hasSources() ? " and config sources" : "")
              + " changed meanwhile is among these changes: "
              + diff.unknown());
      return;
    }
    int hosts = diff.meanwhile(false).size();
    if (hosts > 0) {
      long more = diff.otherThanEndpoints();
      paragraph(
          "Not counted: "
              + Counts.of(hosts, "host")
              + (hosts == 1 ? " differs" : " differ")
              + " already between the gateway and its registries, which go on changing"
              + (more == 0
                  ? ", all in their endpoints only."
                  : ", " + more + " in more than their endpoints."));
    }
    int documents = diff.meanwhile(true).size();
    if (documents > 0) {
      paragraph(
          "Not counted: "
              + Counts.of(documents, "document")
              + (documents == 1 ? " differs" : " differ")
              + " already between the gateway and its config sources.");
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
