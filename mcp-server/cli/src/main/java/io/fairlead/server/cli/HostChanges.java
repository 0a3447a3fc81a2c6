package io.fairlead.server.cli;

import io.fairlead.aggregation.ServiceOrigin;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.common.Counts;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.ServiceId;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The changes of hosts between two times. Confined to the command's thread. */
final class HostChanges {
  private final Map<String, Resource> before;
  private final Map<String, Resource> after;
  private final Map<Origin, ServiceReport> reports;
  private final List<HostChange> changes = new ArrayList<>();
  // What a service had that another one has now.
  private final Map<Origin, String> lost = new HashMap<>();

  /** A service of a registry, which is known by its label. */
  record Origin(String registry, ServiceId service) {
    static Origin of(Resource resource) {
      ServiceOrigin origin = ServiceOrigin.of(resource);
      return new Origin(origin.registry(), origin.service());
    }
  }

  private HostChanges(
      Map<String, Resource> before,
      Map<String, Resource> after,
      Map<Origin, ServiceReport> reports) {
    this.before = before;
    this.after = after;
    this.reports = reports;
  }

  /**
   * Compares what is served at two times, by the names of the resources.
   *
   * @param reports what became of the services, by which a removal is explained
   */
  static List<HostChange> of(
      Map<String, Resource> before,
      Map<String, Resource> after,
      Map<Origin, ServiceReport> reports) {
    HostChanges changes = new HostChanges(before, after, reports);
    changes.compare();
    changes.changes.sort(HostChange.ORDER);
    return changes.changes;
  }

  /** Returns the resources of a snapshot by their names. */
  static Map<String, Resource> byName(Snapshot snapshot) {
    Map<String, Resource> byName = new TreeMap<>();
    for (ResourceType type : snapshot.types()) {
      snapshot.resources(type).forEach(resource -> byName.put(resource.key().name(), resource));
    }
    return byName;
  }

  private void compare() {
    Map<Origin, List<Resource>> gone = new HashMap<>();
    Map<Origin, List<Resource>> come = new HashMap<>();
    before.forEach(
        (name, resource) -> {
          Resource now = after.get(name);
          if (now == null) {
            gone.computeIfAbsent(Origin.of(resource), each -> new ArrayList<>()).add(resource);
          } else if (!resource.sameAs(now)) {
            changed(resource, now);
          }
        });
    after.forEach(
        (name, resource) -> {
          if (!before.containsKey(name)) {
            come.computeIfAbsent(Origin.of(resource), each -> new ArrayList<>()).add(resource);
          }
        });
    gone.forEach((origin, resources) -> pair(origin, resources, come.remove(origin)));
    come.forEach((origin, resources) -> resources.forEach(each -> added(origin, each)));
  }

  // A service that has one host in place of another is renamed. Where one becomes several, or
  // several become one, nothing says which is which.
  private void pair(Origin origin, List<Resource> gone, @Nullable List<Resource> come) {
    if (come != null && gone.size() == 1 && come.size() == 1) {
      moved(origin, gone.get(0), come.get(0));
      return;
    }
    gone.forEach(each -> removed(origin, each));
    if (come != null) {
      come.forEach(each -> added(origin, each));
    }
  }

  private void changed(Resource old, Resource now) {
    EntryDifference difference = EntryDifference.of(old, now);
    Origin origin = Origin.of(now);
    Origin former = Origin.of(old);
    if (!former.equals(origin)) {
      lost.put(former, old.key().name());
    }
    changes.add(
        new HostChange(
            HostChange.Kind.CHANGED,
            difference.cost(),
            origin.registry(),
            origin.service().toString(),
            old.key().name(),
            "",
            difference.what()));
  }

  private void moved(Origin origin, Resource old, Resource now) {
    String from = old.key().name();
    String to = now.key().name();
    boolean sameHost = HostChange.host(from).equals(HostChange.host(to));
    List<String> what = new ArrayList<>();
    what.add(
        sameHost
            ? "namespace "
                + from.substring(0, from.indexOf('/'))
                + " -> "
                + to.substring(0, to.indexOf('/'))
            : "-> " + HostChange.host(to));
    // Its own host and address come with the name.
    EntryDifference.of(old, now).what().stream()
        .filter(part -> !part.startsWith("hosts ") && !part.startsWith("addresses "))
        .forEach(what::add);
    changes.add(
        new HostChange(
            sameHost ? HostChange.Kind.CHANGED : HostChange.Kind.RENAMED,
            PushCost.FULL,
            origin.registry(),
            origin.service().toString(),
            from,
            to,
            what));
  }

  private void added(Origin origin, Resource resource) {
    changes.add(
        new HostChange(
            HostChange.Kind.ADDED,
            PushCost.FULL,
            origin.registry(),
            origin.service().toString(),
            resource.key().name(),
            "",
            lost.containsKey(origin)
                ? List.of("instead of " + HostChange.host(lost.get(origin)), endpoints(resource))
                : List.of(endpoints(resource))));
  }

  private void removed(Origin origin, Resource resource) {
    changes.add(
        new HostChange(
            HostChange.Kind.REMOVED,
            PushCost.FULL,
            origin.registry(),
            origin.service().toString(),
            resource.key().name(),
            "",
            Stream.of(why(origin), endpoints(resource)).filter(part -> !part.isEmpty()).toList()));
  }

  private static String endpoints(Resource resource) {
    int count = ResourceDocument.serviceEntry(resource).getEndpointsCount();
    return Counts.of(count, "endpoint");
  }

  private String why(Origin origin) {
    ServiceReport report = reports.get(origin);
    if (report == null) {
      return "its registry leaves";
    }
    if (report.status() == ServiceStatus.SHADOWED) {
      return "shadowed by " + report.shadowedBy();
    }
    if (report.status().isServed()) {
      return report.merged().isEmpty() ? "" : "merged into " + report.host();
    }
    return report.status().label().replace('_', ' ')
        + report.findings().stream()
            .filter(finding -> finding.reason().status() == report.status())
            .findFirst()
            .map(HostChanges::text)
            .orElse("");
  }

  private static String text(Finding finding) {
    return ": "
        + finding.reason().text()
        + (finding.detail().isEmpty() ? "" : ", " + finding.detail());
  }
}
