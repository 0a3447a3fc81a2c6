package io.fairlead.conversion;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.SortedSet;
import java.util.TreeSet;

/** The choice of the Istio revisions that see a service. */
final class Revisions {
  private Revisions() {}

  /**
   * The revisions; empty means all. Instances of any health have a say, so that a failing health
   * check never hides a service from a revision.
   */
  static SortedSet<String> choose(RevisionRule rule, Service service, FindingLog log) {
    SortedSet<String> revisions = new TreeSet<>();
    String own = service.metadata().getOrDefault(rule.label(), "");
    collect(own, service.id().toString(), revisions, log);
    if (revisions.isEmpty()) {
      for (Instance instance : service.instances()) {
        String value = instance.metadata().getOrDefault(rule.label(), "");
        collect(value, instance.id(), revisions, log);
      }
    }
    return revisions.isEmpty() ? rule.defaults() : revisions;
  }

  private static void collect(
      String value, String subject, SortedSet<String> revisions, FindingLog log) {
    if (value.isEmpty()) {
      return;
    }
    for (String part : value.split(",", -1)) {
      String revision = part.strip();
      if (LabelText.isRevision(revision)) {
        revisions.add(revision);
      } else if (!revision.isEmpty()) {
        log.add(Reason.REVISION_ILLEGAL, subject, revision);
      }
    }
  }
}
