package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;

/**
 * The health checks in a state other than passing, of nodes and of services: a small answer that
 * shows which of the services without a watch of their own have to be read.
 */
record FailingChecks(Set<Check> checks) {
  FailingChecks {
    checks = Set.copyOf(checks);
  }

  /**
   * One check.
   *
   * @param node folded name of its node
   * @param service folded name of its service; empty for a check of the node
   */
  record Check(String node, String id, String service, String status) {}

  /** Parses the body of {@code /v1/health/state/STATE}: an array of checks. */
  static FailingChecks of(JsonNode body) {
    if (!body.isArray()) {
      throw new MalformedAnswerException("checks: " + body.getNodeType() + " (expected: an array)");
    }
    Set<Check> checks = new HashSet<>();
    for (JsonNode check : body) {
      checks.add(
          new Check(
              Folded.of(Json.text(check, "Node")),
              Json.text(check, "CheckID"),
              Folded.of(Json.text(check, "ServiceName")),
              Json.text(check, "Status")));
    }
    return new FailingChecks(checks);
  }

  /** Returns the checks that are in only one of the two, or differ. */
  static Set<Check> changed(FailingChecks before, FailingChecks after) {
    Set<Check> changed = new HashSet<>(before.checks());
    for (Check check : after.checks()) {
      if (!changed.remove(check)) {
        changed.add(check);
      }
    }
    return changed;
  }
}
