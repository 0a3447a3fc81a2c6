package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.aggregation.ServiceOrigin;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.aggregation.Since;
import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.common.Counts;
import io.fairlead.common.ForeignText;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.server.xds.ResourceDelivery;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The answers why a service is, or is not, in the mesh, for each client. Made for one request, from
 * what the gateway is at that moment; confined to its thread.
 */
final class ServiceAnswers {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final ResourceType SERVICE_ENTRY =
      new ResourceType("networking.istio.io", "ServiceEntry");

  // No resource has this name: it is asked about only to learn which clients there are.
  private static final String NO_RESOURCE = "none/none";
  private static final int MAX_MERGED = 20;
  private static final int MAX_NAMED = 3;

  private final AdminSource source;
  private final Snapshot snapshot;
  private final ReadinessStatus readiness;
  private final OpenTransactions transactions;
  private final Map<String, RegistrySummary> registries = new HashMap<>();
  private final Map<String, DampedHost> damped = new HashMap<>();

  ServiceAnswers(AdminSource source) {
    this.source = source;
    // Read before the snapshot, so that a commit in between is not reported as held.
    this.transactions = new OpenTransactions(source.transactions());
    this.readiness = source.readiness();
    source.registries().forEach(registry -> registries.put(registry.name(), registry));
    for (DampedHost host : source.damped()) {
      host.resources().forEach(name -> damped.put(name, host));
    }
    this.snapshot = source.snapshot();
  }

  /** Returns what became of a service, without the answer for each client. */
  ServiceStatus outcome(String registry, ServiceReport report) {
    return status(report, served(registry, report));
  }

  /** Returns what became of a service, with the answer for each client. */
  ObjectNode of(String registry, ServiceReport report) {
    Resource served = served(registry, report);
    String absence = served == null ? absence(registry, report) : "";
    ClientAnswers clients = clients(report, served, absence);
    ServiceEntry entry =
        served == null ? ServiceEntry.getDefaultInstance() : ResourceDocument.serviceEntry(served);
    ObjectNode node = NODES.objectNode();
    ServiceStatus status = status(report, served);
    node.put("registry", registry)
        .put("service", report.service().toString())
        .put("outcome", status.label());
    putSince(node, since(status, report));
    node.put(
            "explanation",
            served == null
                ? absent(report, absence, clients)
                : present(report, entry, clients)
                    + merged(registry, report)
                    + notes(registry, report))
        .put("host", report.host())
        .put("resource", served == null ? "" : report.resource())
        .put("endpoints", entry.getEndpointsCount())
        .put("clientsWith", clients.having())
        .put("clientsAll", clients.size());
    node.set("clients", clients.json());
    node.put("mergedTotal", report.merged().size());
    ArrayNode merged = node.putArray("merged");
    report.merged().stream().limit(MAX_MERGED).forEach(merged::add);
    ArrayNode findings = node.putArray("findings");
    report.findings().forEach(finding -> findings.add(ApiViews.finding(finding)));
    return node;
  }

  /** Returns the same with the instances that a request asks for. */
  ObjectNode whole(String registry, ServiceReport report, InstanceView instances) {
    ObjectNode node = of(registry, report);
    Resource served = served(registry, report);
    node.set(
        "instances",
        source
            .instances(registry, report.service())
            .map(
                all ->
                    instances.of(
                        all,
                        Optional.ofNullable(served).map(ResourceDocument::serviceEntry),
                        served == null
                            ? new BitSet()
                            : ServiceOrigin.places(served, registry, report.service())))
            .orElse(null));
    ArrayNode steps = node.putArray("steps");
    source
        .steps(registry, report.service())
        .forEach(
            step ->
                steps
                    .addObject()
                    .put("stage", step.stage())
                    .put("rule", step.rule())
                    .put("subject", step.subject())
                    .put("before", step.before())
                    .put("after", step.after()));
    return node;
  }

  /** Returns a service of a registry that was not read in this process yet. */
  ObjectNode unread(RegistrySummary registry, String id) {
    String reason = notRead(registry);
    boolean restored = registry.state() != RegistrySummary.State.WAITING;
    ClientAnswers clients =
        ClientAnswers.without(reason, restored ? List.of() : deliveries(NO_RESOURCE));
    ObjectNode node = NODES.objectNode();
    node.put("registry", registry.name())
        .put("service", id)
        .put("outcome", ServiceStatus.UNKNOWN.label())
        .putNull("since")
        .put("sinceAtLeast", false)
        .put(
            "explanation",
            "Not known yet: "
                + reason
                + (restored
                    ? ". Its last known state is served meanwhile: see fairlead get resources."
                    : "."))
        .put("host", "")
        .put("resource", "")
        .put("endpoints", 0)
        .put("clientsWith", 0)
        .put("clientsAll", clients.size());
    node.set("clients", clients.json());
    node.put("mergedTotal", 0).putArray("merged");
    node.putArray("findings");
    node.putNull("instances");
    node.putArray("steps");
    return node;
  }

  /**
   * Returns what an open transaction means for a service that cannot be found; empty without one.
   */
  String ofTransactions() {
    return transactions.isEmpty()
        ? ""
        : "; " + transactions.held() + ": a service that was removed meanwhile stays in the mesh";
  }

  private List<ResourceDelivery> deliveries(String name) {
    return source.deliveries(new ResourceKey(SERVICE_ENTRY, name));
  }

  private ClientAnswers clients(ServiceReport report, @Nullable Resource served, String absence) {
    String name = report.resource().isEmpty() ? NO_RESOURCE : report.resource();
    List<ResourceDelivery> deliveries = deliveries(name);
    if (served != null) {
      return ClientAnswers.served(served, deliveries, readiness, caveat(report));
    }
    // Another registry may serve a resource of that name.
    return report.status() == ServiceStatus.SHADOWED
        ? ClientAnswers.without(absence, deliveries)
        : ClientAnswers.unserved(absence, deliveries, readiness);
  }

  // The part of a service that a client lacks although it has the service, or keeps only for a
  // time.
  private String caveat(ServiceReport report) {
    DampedHost waiting = damped.get(report.resource());
    return (report.status() == ServiceStatus.HELD
            ? "; some of its endpoints are held by the deletion guard"
            : "")
        + (waiting == null ? "" : "; its newest changes are " + damped(waiting));
  }

  // Since when a service has its outcome; empty for one that passes at once.
  private Optional<Since> since(ServiceStatus status, ServiceReport report) {
    return switch (status) {
      case DAMPED ->
          Optional.ofNullable(damped.get(report.resource()))
              .map(host -> new Since(host.since(), false));
      case WAITING -> Optional.empty();
      default -> Optional.of(report.since());
    };
  }

  private static void putSince(ObjectNode node, Optional<Since> since) {
    since.ifPresentOrElse(
        known -> node.put("since", known.time().toString()), () -> node.putNull("since"));
    node.put("sinceAtLeast", since.map(Since::atLeast).orElse(false));
  }

  private @Nullable Resource served(String registry, ServiceReport report) {
    if (report.resource().isEmpty()) {
      return null;
    }
    Resource resource = snapshot.find(new ResourceKey(SERVICE_ENTRY, report.resource()));
    // The entry of several services has the label of the first one's registry.
    return resource != null
            && (!report.merged().isEmpty()
                || resource.label(ConvertedEntry.REGISTRY_LABEL).equals(registry))
        ? resource
        : null;
  }

  /** Returns the status of a service, given what is served of it. */
  private ServiceStatus status(ServiceReport report, @Nullable Resource served) {
    if (served != null || !report.status().isServed()) {
      return report.status();
    }
    return transactions.isEmpty() && damped.containsKey(report.resource())
        ? ServiceStatus.DAMPED
        : ServiceStatus.WAITING;
  }

  // Why nothing of a service is served.
  private String absence(String registry, ServiceReport report) {
    switch (report.status()) {
      case REFUSED:
        return "refused"
            + report.findings().stream()
                .findFirst()
                .map(finding -> ": " + finding.reason().text())
                .orElse("");
      case SHADOWED:
        return "the registry " + report.shadowedBy() + " has the same host and takes precedence";
      case WITHDRAWN:
        return "withdrawn: no instance could take traffic for longer than keepEmpty";
      case NOT_SELECTED:
        return "left out: "
            + report.findings().stream()
                .filter(finding -> finding.reason().status() == ServiceStatus.NOT_SELECTED)
                .findFirst()
                .map(finding -> finding.reason().text() + " (" + finding.detail() + ")")
                .orElse("a rule or the service's owner says so");
      default:
        break;
    }
    if (!transactions.isEmpty()) {
      return transactions.held();
    }
    DampedHost waiting = damped.get(report.resource());
    if (waiting != null) {
      return damped(waiting);
    }
    RegistrySummary view = registries.get(registry);
    return view != null && view.isUnread() ? notRead(view) : transactions.pending();
  }

  private static String damped(DampedHost host) {
    return "damped until "
        + ServingProblems.text(host.until())
        + " (since "
        + ServingProblems.text(host.since())
        + ")"
        + ", because it flaps ("
        + host.changes()
        + " repeated changes)";
  }

  private static String notRead(RegistrySummary registry) {
    return "registry "
        + registry.name()
        + " not read yet"
        + (registry.problem().isEmpty() ? "" : ": " + registry.problem());
  }

  private static String present(ServiceReport report, ServiceEntry entry, ClientAnswers clients) {
    String what = report.host() + endpoints(entry);
    String text =
        clients.size() == 0
            ? "Not in the mesh: no istiod is connected. It is served as " + what + "."
            : "In the mesh of "
                + clients.having()
                + " of "
                + istiods(clients.size())
                + " as "
                + what
                + ".";
    String missing =
        clients.lacking().entrySet().stream()
            .limit(MAX_NAMED)
            .map(each -> istiods(each.getValue()) + " without it: " + each.getKey() + ".")
            .collect(Collectors.joining(" "));
    return text
        + (missing.isEmpty() ? "" : " " + missing)
        + switch (report.status()) {
          case HELD ->
              " The registry no longer has some of its endpoints; they are held by the deletion"
                  + " guard, see fairlead get guards.";
          case KEPT_EMPTY -> " No instance can take traffic at present. It is kept for keepEmpty.";
          default -> "";
        };
  }

  private static String endpoints(ServiceEntry entry) {
    if (entry.hasWorkloadSelector()) {
      return ", whose endpoints are the pods that its workloadSelector selects";
    }
    int endpoints = entry.getEndpointsCount();
    return endpoints == 0 ? " without an endpoint" : " with " + Counts.of(endpoints, "endpoint");
  }

  private static String merged(String registry, ServiceReport report) {
    List<String> all = report.merged();
    if (all.isEmpty()) {
      return "";
    }
    String self = registry + "/" + ForeignText.clean(report.service().toString());
    List<String> others = all.stream().filter(name -> !name.equals(self)).toList();
    int more = others.size() - MAX_NAMED;
    return " Merged into one entry with "
        + others.stream().limit(MAX_NAMED).collect(Collectors.joining(", "))
        + (more > 0 ? " and " + Counts.of(more, "other") : "")
        + "; "
        + (all.get(0).equals(self) ? "its" : all.get(0) + "'s")
        + " are the first port, the labels and the visibility.";
  }

  private static String istiods(int count) {
    return Counts.of(count, "istiod");
  }

  private String absent(ServiceReport report, String absence, ClientAnswers clients) {
    String still =
        clients.having() == 0
            ? ""
            : " Still in the mesh of "
                + clients.having()
                + " of "
                + istiods(clients.size())
                + ", until the removal is acknowledged.";
    return switch (report.status()) {
          case REFUSED -> "Not in the mesh, for the reasons below.";
          case SHADOWED ->
              "Not in the mesh from here: the registry "
                  + report.shadowedBy()
                  + " has the same host, "
                  + report.host()
                  + ", and a higher priority.";
          case WITHDRAWN ->
              "Not in the mesh: no instance could take traffic for longer than keepEmpty.";
          case NOT_SELECTED -> "Not in the mesh, " + absence + ".";
          default -> "Not in the mesh yet: " + absence + ".";
        }
        + still
        + (transactions.isEmpty() || report.status().isServed()
            ? ""
            : " The state served before transaction "
                + transactions.first().id()
                + " was opened stays until it is released.");
  }

  // Notes on the registry's state, holds and waiting changes.
  private String notes(String registry, ServiceReport report) {
    DampedHost waiting = damped.get(report.resource());
    StringBuilder notes = new StringBuilder();
    if (!transactions.isEmpty()) {
      notes.append(" Changes since ").append(ServingProblems.text(transactions.first().opened()));
      notes.append(" are ").append(transactions.held()).append('.');
    }
    if (waiting != null) {
      notes.append(" Its newest changes are ").append(damped(waiting)).append('.');
    }
    for (HoldStatus hold : source.holds()) {
      if (hold.registry().equals(registry) && hold.subject().equals(report.service().toString())) {
        notes.append(" It is held (").append(hold.reason().label()).append("): ");
        notes.append(hold.explanation());
      }
    }
    RegistrySummary view = registries.get(registry);
    if (view != null && view.state() == RegistrySummary.State.FAILING) {
      notes
          .append(" The registry ")
          .append(registry)
          .append(" cannot be read at present, so this may be old: ")
          .append(view.problem());
    }
    return notes.toString();
  }
}
