package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The nodes of a datacenter, each with the index of its last change: of its own, not of what runs
 * on it.
 *
 * @param byNode by the folded name of the node
 */
record NodeIndexes(Map<String, Long> byNode) {
  NodeIndexes {
    byNode = Map.copyOf(byNode);
  }

  /** Parses the body of {@code /v1/catalog/nodes}: an array of nodes. */
  static NodeIndexes of(JsonNode body) {
    if (!body.isArray()) {
      throw new MalformedAnswerException("nodes: " + body.getNodeType() + " (expected: an array)");
    }
    Map<String, Long> nodes = new HashMap<>();
    for (JsonNode node : body) {
      nodes.put(Folded.of(Json.text(node, "Node")), Json.index(node, "ModifyIndex"));
    }
    nodes.remove("");
    return new NodeIndexes(nodes);
  }

  /** Returns the nodes that changed or left since an earlier answer. */
  Set<String> changedSince(NodeIndexes before) {
    Set<String> changed = new HashSet<>();
    before.byNode.forEach(
        (node, index) -> {
          if (!index.equals(byNode.get(node))) {
            changed.add(node);
          }
        });
    return changed;
  }

  /** Whether it has all nodes of a later answer. */
  boolean holds(NodeIndexes later) {
    return byNode.keySet().containsAll(later.byNode.keySet());
  }
}
