package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.common.Durations;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The difference that a configuration would make to what a running gateway serves.
 *
 * @param changes the hosts that the configuration changes, in the order for people
 * @param guards what would stay for now although it is to go
 * @param policy by which the deletion guard judges
 * @param commits in how many commits the changes come at most: one for all registries that change,
 *     and one for each that comes
 * @param keys the configuration's keys that differ and take effect at once
 * @param needRestart those that take effect at a restart only, of which no change here comes
 * @param meanwhile what differs already between the gateway and the registries
 * @param unknown why what is in force is not known here; empty if it is. Else {@code meanwhile} is
 *     empty, and all is among the changes
 */
record ConfigDiff(
    List<HostChange> changes,
    List<Kept> guards,
    GuardPolicy policy,
    int commits,
    List<String> keys,
    List<String> needRestart,
    List<HostChange> meanwhile,
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
    keys = List.copyOf(keys);
    needRestart = List.copyOf(needRestart);
    meanwhile = List.copyOf(meanwhile);
  }

  /** Returns how many of the changes are of a kind. */
  long count(HostChange.Kind kind) {
    return changes.stream().filter(change -> change.kind() == kind).count();
  }

  /** Returns how many hosts cost such a push. */
  long count(PushCost cost) {
    return changes.stream()
        .filter(change -> change.kind() != HostChange.Kind.HELD && change.cost() == cost)
        .count();
  }

  /** Returns how many hosts change at once: all but those that are held. */
  long hosts() {
    return changes.size() - count(HostChange.Kind.HELD);
  }

  /** Returns how many of what differs meanwhile is more than endpoints. */
  long otherThanEndpoints() {
    return meanwhile.stream().filter(change -> change.cost() == PushCost.FULL).count();
  }

  /**
   * Returns it for programs.
   *
   * @param unread why registries could not be read, by name
   */
  ObjectNode tree(Map<String, String> unread) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    ObjectNode summary = tree.putObject("summary");
    summary.put("hosts", hosts());
    for (HostChange.Kind kind : HostChange.Kind.values()) {
      summary.put(kind.label(), count(kind));
    }
    summary.put("commits", hosts() == 0 ? 0 : commits);
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
    keys.forEach(tree.putArray("keys")::add);
    needRestart.forEach(tree.putArray("needRestart")::add);
    if (unknown.isEmpty()) {
      tree.putObject("meanwhile")
          .put("hosts", meanwhile.size())
          .put("endpointsOnly", meanwhile.size() - otherThanEndpoints());
    } else {
      tree.putNull("meanwhile").put("inForceUnknown", unknown);
    }
    ArrayNode list = tree.putArray("changes");
    changes.forEach(change -> list.add(change.tree()));
    return tree;
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
