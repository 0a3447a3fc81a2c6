package io.fairlead.conversion;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/** The choice of the Istio revisions that see a service. */
final class Revisions {
  private Revisions() {}

  /**
   * Returns the revisions; empty means all. Instances of any health vote, so that a failing health
   * check never hides a service from a revision. One that names none stands for the defaults, so
   * that a canary beside others does not hide the service from anybody.
   */
  static SortedSet<String> choose(
      RevisionRule rule, Service service, Collection<Instance> voters, FindingLog log) {
    SortedSet<String> revisions = new TreeSet<>();
    String own = service.metadata().getOrDefault(rule.label(), "");
    collect(own, service.id().toString(), revisions, log);
    if (!revisions.isEmpty()) {
      return revisions;
    }
    boolean silent = voters.isEmpty();
    for (Instance instance : voters) {
      String value = instance.metadata().getOrDefault(rule.label(), "");
      silent |= !collect(value, instance.id(), revisions, log);
    }
    if (silent) {
      if (rule.defaults().isEmpty()) {
        return rule.defaults();
      }
      revisions.addAll(rule.defaults());
    }
    return revisions;
  }

  /** Collects the revisions of a value and returns whether there was one. */
  private static boolean collect(
      String value, String subject, SortedSet<String> revisions, FindingLog log) {
    boolean any = false;
    if (value.isEmpty()) {
      return any;
    }
    for (String part : value.split(",", -1)) {
      String revision = part.strip();
      if (LabelText.isRevision(revision)) {
        revisions.add(revision);
        any = true;
      } else if (!revision.isEmpty()) {
        log.add(Reason.REVISION_ILLEGAL, subject, revision);
      }
    }
    return any;
  }
}
