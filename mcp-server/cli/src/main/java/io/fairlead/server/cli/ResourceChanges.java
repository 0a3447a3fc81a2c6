package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.fairlead.aggregation.ServiceOrigin;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.common.Counts;
import io.fairlead.configs.merge.Configs;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.ServiceId;
import io.fairlead.server.cli.ResourceChange.Owner;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The changes of what is served between two times: of the hosts of services, and of what documents
 * say. Confined to the command's thread.
 */
final class ResourceChanges {
  private final Map<ResourceKey, Resource> before;
  private final Map<ResourceKey, Resource> after;
  private final Explanations explanations;
  private final List<ResourceChange> changes = new ArrayList<>();
  // What a service had that another one has now.
  private final Map<Origin, ResourceKey> lost = new HashMap<>();

  /** A service of a registry, which is known by its label. */
  record Origin(String registry, ServiceId service) {
    static Origin of(Resource resource) {
      ServiceOrigin origin = ServiceOrigin.of(resource);
      return new Origin(origin.registry(), origin.service());
    }

    Owner owner() {
      return new Owner(false, registry, service.toString());
    }
  }

  /**
   * The grounds by which removals are explained.
   *
   * @param reports what became of the services
   * @param sources names of the config sources
   */
  record Explanations(Map<Origin, ServiceReport> reports, Set<String> sources) {}

  private ResourceChanges(
      Map<ResourceKey, Resource> before,
      Map<ResourceKey, Resource> after,
      Explanations explanations) {
    this.before = before;
    this.after = after;
    this.explanations = explanations;
  }

  /**
   * Compares what is served at two times.
   *
   * @param explanations of the second time
   */
  static List<ResourceChange> of(
      Map<ResourceKey, Resource> before,
      Map<ResourceKey, Resource> after,
      Explanations explanations) {
    ResourceChanges changes = new ResourceChanges(before, after, explanations);
    changes.compare();
    changes.changes.sort(ResourceChange.ORDER);
    return changes.changes;
  }

  /** Returns the resources of a snapshot by their keys. */
  static Map<ResourceKey, Resource> byKey(Snapshot snapshot) {
    Map<ResourceKey, Resource> byKey = new TreeMap<>();
    for (ResourceType type : snapshot.types()) {
      snapshot.resources(type).forEach(resource -> byKey.put(resource.key(), resource));
    }
    return byKey;
  }

  /** Whether a resource is what a document says; else it is made of a service. */
  static boolean isOfDocument(Resource resource) {
    return resource.origin().kind().equals(Configs.ORIGIN);
  }

  /** Returns whoever has a resource. */
  static Owner owner(Resource resource) {
    return isOfDocument(resource)
        ? new Owner(true, Configs.PREFIX + resource.origin().place(), resource.origin().name())
        : Origin.of(resource).owner();
  }

  private void compare() {
    Map<Origin, List<Resource>> gone = new HashMap<>();
    Map<Origin, List<Resource>> come = new HashMap<>();
    before.forEach(
        (key, resource) -> {
          Resource now = after.get(key);
          if (now != null) {
            changed(resource, now);
          } else if (isOfDocument(resource)) {
            documentGone(resource);
          } else {
            gone.computeIfAbsent(Origin.of(resource), each -> new ArrayList<>()).add(resource);
          }
        });
    after.forEach(
        (key, resource) -> {
          if (before.containsKey(key)) {
            return;
          }
          if (isOfDocument(resource)) {
            documentCame(resource);
          } else {
            come.computeIfAbsent(Origin.of(resource), each -> new ArrayList<>()).add(resource);
          }
        });
    gone.forEach((origin, resources) -> pair(origin, resources, come.remove(origin)));
    come.forEach((origin, resources) -> resources.forEach(each -> added(origin, each)));
  }

  private void documentGone(Resource resource) {
    String why =
        explanations.sources().contains(resource.origin().place())
            ? "no document has it any more"
            : "its config source leaves";
    add(
        ResourceChange.Kind.REMOVED,
        PushCost.ofDocument(ResourceDocument.of(resource), MissingNode.getInstance()),
        owner(resource),
        resource.key(),
        List.of(why));
  }

  private void documentCame(Resource resource) {
    add(
        ResourceChange.Kind.ADDED,
        PushCost.ofDocument(MissingNode.getInstance(), ResourceDocument.of(resource)),
        owner(resource),
        resource.key(),
        List.of("by " + shown(owner(resource))));
  }

  private static String shown(Owner owner) {
    return owner.source() + " " + owner.item();
  }

  private void add(
      ResourceChange.Kind kind,
      PushCost cost,
      Owner owner,
      ResourceKey resource,
      List<String> what) {
    changes.add(new ResourceChange(kind, cost, owner, resource, null, what));
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
    boolean documents = isOfDocument(old) || isOfDocument(now);
    if (old.sameAs(now)) {
      return;
    }
    List<String> what = new ArrayList<>();
    if (!documents) {
      if (!Origin.of(old).equals(Origin.of(now))) {
        lost.put(Origin.of(old), old.key());
      }
    } else if (!owner(old).equals(owner(now))) {
      what.add(shown(owner(old)) + " -> " + shown(owner(now)));
    }
    PushCost cost;
    if (old.key().type().kind().equals(IstioKind.SERVICE_ENTRY.kind())) {
      EntryDifference difference = EntryDifference.of(old, now);
      cost = difference.cost();
      what.addAll(difference.what());
    } else {
      DocumentDifference difference = DocumentDifference.of(old, now);
      cost = difference.cost();
      what.addAll(difference.what());
    }
    add(ResourceChange.Kind.CHANGED, cost, owner(now), old.key(), what);
  }

  private void moved(Origin origin, Resource old, Resource now) {
    String from = old.key().name();
    String to = now.key().name();
    boolean sameHost = ResourceChange.host(old.key()).equals(ResourceChange.host(now.key()));
    List<String> what = new ArrayList<>();
    what.add(
        sameHost
            ? "namespace "
                + from.substring(0, from.indexOf('/'))
                + " -> "
                + to.substring(0, to.indexOf('/'))
            : "-> " + ResourceChange.host(now.key()));
    // Its own host and address come with the name.
    EntryDifference.of(old, now).what().stream()
        .filter(part -> !part.startsWith("hosts ") && !part.startsWith("addresses "))
        .forEach(what::add);
    changes.add(
        new ResourceChange(
            sameHost ? ResourceChange.Kind.CHANGED : ResourceChange.Kind.RENAMED,
            PushCost.FULL,
            origin.owner(),
            old.key(),
            now.key(),
            what));
  }

  private void added(Origin origin, Resource resource) {
    ResourceKey former = lost.get(origin);
    add(
        ResourceChange.Kind.ADDED,
        PushCost.FULL,
        origin.owner(),
        resource.key(),
        former == null
            ? List.of(endpoints(resource))
            : List.of("instead of " + ResourceChange.host(former), endpoints(resource)));
  }

  private void removed(Origin origin, Resource resource) {
    add(
        ResourceChange.Kind.REMOVED,
        PushCost.FULL,
        origin.owner(),
        resource.key(),
        Stream.of(why(origin), endpoints(resource)).filter(part -> !part.isEmpty()).toList());
  }

  private static String endpoints(Resource resource) {
    int count = ResourceDocument.serviceEntry(resource).getEndpointsCount();
    return Counts.of(count, "endpoint");
  }

  private String why(Origin origin) {
    ServiceReport report = explanations.reports().get(origin);
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
            .map(ResourceChanges::text)
            .orElse("");
  }

  private static String text(Finding finding) {
    return ": "
        + finding.reason().text()
        + (finding.detail().isEmpty() ? "" : ", " + finding.detail());
  }
}
