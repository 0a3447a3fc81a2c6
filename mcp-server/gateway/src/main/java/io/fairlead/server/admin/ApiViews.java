package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.configs.merge.Configs;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.conversion.Finding;
import io.fairlead.guard.GuardStatus;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
import io.fairlead.registry.Notice;
import io.fairlead.registry.RegistryLoad;
import io.fairlead.server.tls.TlsStatus;
import io.fairlead.server.xds.ClientStatus;
import io.fairlead.server.xds.DeniedClient;
import io.fairlead.versioning.CommitHistory;
import io.fairlead.versioning.CommitSummary;
import io.fairlead.versioning.Durability;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.TransactionStatus;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The JSON representations of the API. */
final class ApiViews {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** The number of items inside an item that are listed, unless more are asked for. */
  static final int MAX_LISTED = 100;

  private ApiViews() {}

  static ObjectNode readiness(ReadinessStatus status, List<HoldStatus> holds) {
    ObjectNode node = NODES.objectNode();
    node.put("ready", status.ready());
    if (!status.ready()) {
      node.put("overdue", status.overdue());
    }
    node.set("store", store(status.store()));
    ArrayNode waiting = node.putArray("waitingFor");
    for (ReadinessStatus.Waiting registry : status.waitingFor()) {
      waiting
          .addObject()
          .put("registry", registry.registry())
          .put(
              "problem",
              registry.problem().isEmpty() ? "not read completely yet" : registry.problem());
    }
    node.put("held", holds.size());
    ArrayNode list = node.putArray("holds");
    holds.stream().limit(MAX_LISTED).forEach(hold -> list.add(hold(hold)));
    return node;
  }

  private static ObjectNode store(Durability durability) {
    ObjectNode node = NODES.objectNode().put("durable", durability.durable());
    if (!durability.durable()) {
      durability.since().ifPresent(since -> node.put("since", since.toString()));
      node.put("unwritten", durability.unwritten()).put("problem", durability.problem());
    }
    return node;
  }

  /**
   * Returns a registry.
   *
   * @param holds how many holds there are of what it has
   */
  static ObjectNode registry(RegistrySummary registry, long holds, RegistryReads reads) {
    ObjectNode node = NODES.objectNode();
    node.put("name", registry.name())
        .put("type", registry.type())
        .put("priority", registry.priority())
        .put("state", lower(registry.state()))
        .put("services", registry.services())
        .put("instances", registry.instances())
        .put("refused", registry.refused())
        .put("holds", holds);
    if (registry.lastSuccess() != null) {
      node.put("lastSuccess", registry.lastSuccess().toString());
    }
    if (!registry.problem().isEmpty()) {
      node.put("problem", registry.problem());
    }
    if (registry.failingSince() != null) {
      node.put("failingSince", registry.failingSince().toString());
    }
    double meanMillis =
        reads.answered() == 0 ? 0 : reads.total().toNanos() / 1e6 / reads.answered();
    node.putObject("reads")
        .put("answered", reads.answered())
        .put("failed", reads.failed())
        .put("meanMillis", meanMillis)
        .put("longestMillis", reads.longest().toNanos() / 1e6);
    RegistryLoad load = reads.load();
    if (load != null) {
      node.putObject("load")
          .put("connections", load.connections())
          .put("maxConnections", load.maxConnections())
          .put("requests", load.requests())
          .put("requestsPerSecond", reads.requestsPerSecond());
    }
    if (!registry.notices().isEmpty()) {
      ArrayNode all = node.putArray("notices");
      for (Notice notice : registry.notices()) {
        all.addObject()
            .put("kind", lower(notice.kind()))
            .put("subject", notice.subject())
            .put("message", notice.message())
            .put("advice", notice.advice());
      }
    }
    return node;
  }

  /**
   * Returns a line of the list; the whole is at its own path.
   *
   * @param damped by resource name: those whose newest state waits
   */
  static ObjectNode resource(
      Resource resource, Map<String, DampedHost> damped, Optional<Instant> firstSeen) {
    Metadata metadata = resource.decode().getMetadata();
    ObjectNode node = NODES.objectNode();
    node.put("kind", resource.key().type().kind())
        .put("name", resource.key().name())
        .put("version", resource.version());
    ArrayNode revisions = node.putArray("revisions");
    new TreeSet<>(resource.revisions()).forEach(revisions::add);
    ObjectNode labels = node.putObject("labels");
    new TreeMap<>(metadata.getLabelsMap()).forEach(labels::put);
    node.put("bytes", resource.encoded().size());
    putDocument(node, resource);
    firstSeen.ifPresent(time -> node.put("firstSeen", time.toString()));
    // Another kind may have a resource of the same name.
    DampedHost waiting =
        resource.key().type().kind().equals(IstioKind.SERVICE_ENTRY.kind())
            ? damped.get(resource.key().name())
            : null;
    if (waiting != null) {
      node.putObject("damped")
          .put("since", waiting.since().toString())
          .put("until", waiting.until().toString())
          .put("changes", waiting.changes());
    }
    return node;
  }

  /** Says which config source and document a resource is from; nothing if it is from none. */
  static void putDocument(ObjectNode node, Resource resource) {
    if (resource.origin().kind().equals(Configs.ORIGIN)) {
      node.put("source", Configs.PREFIX + resource.origin().place())
          .put("document", resource.origin().name());
    }
  }

  /** Returns a line of the list with the resource as istiod is sent it, and what it was made of. */
  static ObjectNode content(Resource resource, Map<String, DampedHost> damped) {
    return resource(resource, damped, Optional.empty())
        .put("content", Base64.getEncoder().encodeToString(resource.encoded().toByteArray()))
        .put("origin", resource.origin().toText());
  }

  /**
   * Returns a deletion guard.
   *
   * @param listed how many of the services that it holds are listed at most
   */
  static ObjectNode guard(GuardStatus guard, int listed) {
    ObjectNode node = NODES.objectNode();
    node.put("id", guard.id())
        .put("registry", guard.registry())
        .put("state", lower(guard.state()))
        .put("since", guard.since().toString());
    guard.confirmsAt().ifPresent(time -> node.put("confirmsAt", time.toString()));
    guard.endsBy().ifPresent(time -> node.put("endsBy", time.toString()));
    if (!guard.waitingFor().isEmpty()) {
      ArrayNode waiting = node.putArray("waitingFor");
      guard.waitingFor().forEach(waiting::add);
    }
    node.put("heldServices", guard.heldServices())
        .put("heldEndpoints", guard.heldEndpoints())
        .put("services", guard.services())
        .put("endpoints", guard.endpoints())
        .put("explanation", HoldStatus.explanation(guard));
    ArrayNode held = node.putArray("held");
    guard.held().stream()
        .limit(listed)
        .forEach(
            service ->
                held.addObject()
                    .put("service", service.service().toString())
                    .put("endpointsBefore", service.endpointsBefore())
                    .put("endpointsNow", service.endpointsNow())
                    .put("gone", service.gone())
                    .put("since", service.since().toString()));
    return node;
  }

  static ObjectNode hold(HoldStatus hold) {
    ObjectNode node = NODES.objectNode();
    if (!hold.id().isEmpty()) {
      node.put("id", hold.id());
    }
    node.put("registry", hold.registry())
        .put("subject", hold.subject())
        .put("reason", hold.reason().label())
        .put("since", hold.since().toString());
    hold.until().ifPresent(time -> node.put("until", time.toString()));
    return node.put("explanation", hold.explanation());
  }

  static ObjectNode problem(ProblemStatus problem) {
    ObjectNode node = NODES.objectNode();
    node.put("severity", problem.severity().label())
        .put("kind", problem.kind().label())
        .put("subject", problem.subject())
        .put("message", problem.message())
        .put("advice", problem.advice())
        .put("command", problem.command());
    if (problem.since() != null) {
      node.put("since", problem.since().toString());
    }
    return node;
  }

  static ObjectNode certificate(TlsStatus tls) {
    ObjectNode node =
        NODES
            .objectNode()
            .put("listener", tls.listener())
            .put("file", tls.certificate().toString())
            .put("issued", tls.issued().toString())
            .put("expires", tls.expiry().toString())
            .put("loaded", tls.loaded().toString())
            .put("refusal", tls.refusal());
    ArrayNode names = node.putArray("names");
    tls.names().forEach(names::add);
    if (tls.authoritiesExpiry() != null) {
      node.put("clientCaExpires", tls.authoritiesExpiry().toString());
    }
    return node;
  }

  static ObjectNode denied(DeniedClient client) {
    return NODES
        .objectNode()
        .put("address", client.address())
        .put("port", client.port())
        .put("node", client.node())
        .put("revision", client.revision())
        .put("reason", client.reason().label())
        .put("explanation", client.explanation())
        .put("first", client.first().toString())
        .put("last", client.last().toString())
        .put("times", client.times());
  }

  static ObjectNode transaction(TransactionStatus transaction) {
    return NODES
        .objectNode()
        .put("id", transaction.id())
        .put("opened", transaction.opened().toString())
        .put("expires", transaction.expires().toString())
        .put("waiting", transaction.waiting());
  }

  static ObjectNode configuration(ConfigurationStatus status, String text) {
    ObjectNode node =
        NODES.objectNode().put("file", status.file()).put("loaded", status.loaded().toString());
    ArrayNode problems = node.putArray("problems");
    status.problems().forEach(problems::add);
    ArrayNode keys = node.putArray("needRestart");
    status.needRestart().forEach(keys::add);
    if (status.refusedSince() != null) {
      node.put("refusedSince", status.refusedSince().toString());
    }
    return node.put("text", text);
  }

  static ObjectNode finding(Finding finding) {
    return NODES
        .objectNode()
        .put("reason", lower(finding.reason()))
        .put("kind", finding.reason().status().label())
        .put("text", finding.reason().text())
        .put("advice", finding.reason().advice())
        .put("subject", finding.subject())
        .put("detail", finding.detail())
        .put("count", finding.count());
  }

  static ObjectNode commit(CommitSummary commit) {
    return NODES
        .objectNode()
        .put("number", commit.number())
        .put("time", commit.time().toString())
        .put("puts", commit.puts())
        .put("removals", commit.removals())
        .put("millis", commit.took().toNanos() / 1e6);
  }

  /** Returns the change of one resource in a commit. */
  static ObjectNode change(CommitHistory.Change change) {
    Resource before = change.before();
    Resource after = change.after();
    String what =
        before == null
            ? "added"
            : after == null ? "removed" : before.sameAs(after) ? "reassigned" : "changed";
    ObjectNode node = NODES.objectNode();
    node.put("change", what)
        .put("kind", change.key().type().kind())
        .put("name", change.key().name())
        .put(
            "registry",
            Objects.requireNonNull(after == null ? before : after)
                .label(ConvertedEntry.REGISTRY_LABEL));
    if (before != null) {
      node.put("before", before.version());
    }
    if (after != null) {
      node.put("after", after.version());
    }
    return node;
  }

  static ObjectNode client(ClientStatus client) {
    ObjectNode node = NODES.objectNode();
    node.put("id", client.id())
        .put("peer", client.peer())
        .put("node", client.node())
        .put("revision", client.revision())
        .put("version", client.version())
        .put("source", client.source())
        .put("connected", client.connected().toString())
        .put("newest", client.newest())
        .put("lagMillis", client.lag().toMillis());
    ArrayNode subscriptions = node.putArray("subscriptions");
    for (ClientStatus.SubscriptionStatus subscription : client.subscriptions()) {
      ObjectNode each = subscriptions.addObject();
      each.put("type", subscription.typeUrl())
          .put("sent", subscription.sent())
          .put("acknowledged", subscription.acknowledged())
          .put("resources", subscription.resources())
          .put("bytes", subscription.bytes())
          .put("nacks", subscription.nacks())
          .put("lastNack", subscription.lastNack())
          .put("lagMillis", subscription.lag().toMillis());
      if (subscription.refusedSince() != null) {
        each.put("refusedSince", subscription.refusedSince().toString());
      }
    }
    return node;
  }

  /** Returns a constant as the API and the metrics write it. */
  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
