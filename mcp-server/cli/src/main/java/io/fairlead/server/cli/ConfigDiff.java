package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.common.Durations;
import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
import io.fairlead.configs.merge.Configs;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The difference that a configuration would make to what a running gateway serves.
 *
 * @param changes what the configuration changes, in the order for people
 * @param guards what would stay for now although it is to go
 * @param problems what would be wrong with documents then and is not yet, by config source
 * @param policy by which the deletion guard judges
 * @param commits in how many commits the changes come at most
 * @param hasSources whether there are config sources, before or then
 * @param keys the configuration's keys that differ and take effect at once
 * @param needRestart those that take effect at a restart only, of which no change here comes
 * @param meanwhile what differs already between the gateway and what it reads
 * @param unknown why what is in force is not known here; empty if it is. Else {@code meanwhile} is
 *     empty, and all is among the changes
 */
record ConfigDiff(
    List<ResourceChange> changes,
    List<Kept> guards,
    Map<String, List<DocumentProblem>> problems,
    GuardPolicy policy,
    int commits,
    boolean hasSources,
    List<String> keys,
    List<String> needRestart,
    List<ResourceChange> meanwhile,
    String unknown) {

  /**
   * Services of one registry that would stay for now.
   *
   * @param guard what keeps them, as it would stand
   * @param services how many of them are not kept already
   */
  record Kept(GuardStatus guard, int services) {}

  ConfigDiff {
    changes = List.copyOf(changes);
    guards = List.copyOf(guards);
    problems = Map.copyOf(problems);
    keys = List.copyOf(keys);
    needRestart = List.copyOf(needRestart);
    meanwhile = List.copyOf(meanwhile);
  }

  /** Returns the same with what was found. */
  ConfigDiff with(
      List<ResourceChange> found, List<Kept> kept, Map<String, List<DocumentProblem>> wrong) {
    return new ConfigDiff(
        found, kept, wrong, policy, commits, hasSources, keys, needRestart, meanwhile, unknown);
  }

  /** Returns how many of the changes are of a kind. */
  long count(ResourceChange.Kind kind) {
    return changes.stream().filter(change -> change.kind() == kind).count();
  }

  /** Returns how many hosts and documents cost such a push. */
  long count(PushCost cost) {
    return changes.stream()
        .filter(change -> change.kind() != ResourceChange.Kind.HELD && change.cost() == cost)
        .count();
  }

  /** Returns how many resources of documents cost such a push. */
  long countOfDocuments(PushCost cost) {
    return changes.stream()
        .filter(change -> change.kind() != ResourceChange.Kind.HELD && change.cost() == cost)
        .filter(change -> change.owner().isDocument())
        .count();
  }

  /** Returns how many hosts change at once: all but those that are held. */
  long hosts() {
    return atOnce(false);
  }

  /** Returns how many resources of documents change at once: all but those that are held. */
  long documents() {
    return atOnce(true);
  }

  private long atOnce(boolean ofDocuments) {
    return changes.stream()
        .filter(change -> change.kind() != ResourceChange.Kind.HELD)
        .filter(change -> change.owner().isDocument() == ofDocuments)
        .count();
  }

  /** Returns the hosts that differ meanwhile, or the resources of documents. */
  List<ResourceChange> meanwhile(boolean ofDocuments) {
    return meanwhile.stream().filter(change -> change.owner().isDocument() == ofDocuments).toList();
  }

  /** Returns how many hosts differ meanwhile in more than their endpoints. */
  long otherThanEndpoints() {
    return meanwhile(false).stream().filter(change -> change.cost() == PushCost.FULL).count();
  }

  /**
   * Returns it for programs.
   *
   * @param unread why registries, and config sources as {@code configs/NAME}, could not be read
   */
  ObjectNode tree(Map<String, String> unread) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    ObjectNode summary = tree.putObject("summary");
    summary.put("hosts", hosts()).put("documents", documents());
    for (ResourceChange.Kind kind : ResourceChange.Kind.values()) {
      summary.put(kind.label(), count(kind));
    }
    summary.put("commits", hosts() + documents() == 0 ? 0 : commits);
    ObjectNode pushes = summary.putObject("pushes");
    for (PushCost cost : PushCost.values()) {
      pushes.put(cost.label(), count(cost));
    }
    ArrayNode kept = tree.putArray("guards");
    guards.forEach(each -> kept.add(tree(each)));
    ArrayNode failures = tree.putArray("unread");
    new TreeMap<>(unread)
        .forEach(
            (name, problem) -> failures.addObject().put("registry", name).put("problem", problem));
    ArrayNode wrong = tree.putArray("problems");
    new TreeMap<>(problems)
        .forEach((source, each) -> each.forEach(problem -> wrong.add(tree(source, problem))));
    keys.forEach(tree.putArray("keys")::add);
    needRestart.forEach(tree.putArray("needRestart")::add);
    if (unknown.isEmpty()) {
      int hosts = meanwhile(false).size();
      tree.putObject("meanwhile")
          .put("hosts", hosts)
          .put("endpointsOnly", hosts - otherThanEndpoints())
          .put("documents", meanwhile(true).size());
    } else {
      tree.putNull("meanwhile").put("inForceUnknown", unknown);
    }
    ArrayNode list = tree.putArray("changes");
    changes.forEach(change -> list.add(change.tree()));
    return tree;
  }

  private static ObjectNode tree(String source, DocumentProblem each) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("source", Configs.PREFIX + source)
        .put("document", each.document())
        .put("line", each.problem().line())
        .put("column", each.problem().column())
        .put("severity", each.problem().severity().name().toLowerCase(Locale.ROOT))
        .put("text", each.text());
  }

  private ObjectNode tree(Kept kept) {
    GuardStatus guard = kept.guard();
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("registry", guard.registry())
            .put("state", guard.state().name().toLowerCase(Locale.ROOT))
            .put("newlyHeld", kept.services())
            .put("heldServices", guard.heldServices())
            .put("heldEndpoints", guard.heldEndpoints())
            .put("services", guard.services())
            .put("endpoints", guard.endpoints())
            .put("share", policy.share())
            .put("atLeast", policy.atLeast())
            .put("confirmAfter", Durations.format(policy.confirmAfter()));
    guard.waitingFor().forEach(node.putArray("waitingFor")::add);
    return node;
  }
}
