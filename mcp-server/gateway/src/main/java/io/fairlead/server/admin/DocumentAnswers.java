package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.common.Counts;
import io.fairlead.common.ForeignText;
import io.fairlead.configs.merge.ConfigClaim;
import io.fairlead.configs.merge.ConfigProblem;
import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
import io.fairlead.configs.merge.Configs;
import io.fairlead.guard.GuardStatus;
import io.fairlead.server.xds.ResourceDelivery;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.Snapshot;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The answers why a resource of a document is, or is not, in the mesh, for each client. Made for
 * one request, from what the gateway is at that moment; confined to its thread.
 */
final class DocumentAnswers {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  // A document may have thousands.
  private static final int MAX_SHOWN = 20;

  /** The outcome of a resource. */
  private enum Outcome {
    /** It is served as its document says. */
    SERVED,
    /** Its document is refused; it is served as it was before. */
    OUTDATED,
    /** No document has it any more; the deletion guard holds it. */
    HELD,
    /** Its document is refused, and there is no version from before. */
    REFUSED,
    /** A registry has a resource of its name. */
    SHADOWED,
    /** It follows with the next commit. */
    WAITING;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** An error or warning of a document, with the source that has it. */
  private record Fault(String source, DocumentProblem located) {}

  private final AdminSource source;
  private final OpenTransactions transactions;
  private final Snapshot snapshot;
  private final List<ConfigSourceSummary> sources;
  // Guards that hold a resource, by KIND NAMESPACE/NAME.
  private final Map<String, GuardStatus> holds = new HashMap<>();
  private final Map<ResourceKey, List<Fault>> faults = new HashMap<>();
  private final Map<ResourceKey, List<Fault>> warnings = new HashMap<>();
  private final List<Fault> unclear = new ArrayList<>();

  DocumentAnswers(AdminSource source) {
    this.source = source;
    // Read before the snapshot, so that a commit in between is not reported as held.
    this.transactions = new OpenTransactions(source.transactions());
    this.sources = source.configSources();
    for (GuardStatus guard : source.guards()) {
      if (guard.registry().startsWith(Configs.PREFIX)) {
        guard.held().forEach(each -> holds.put(each.service().toString(), guard));
      }
    }
    for (ConfigSourceSummary each : sources) {
      for (DocumentProblem located : each.problems()) {
        if (located.problem().severity() == ConfigProblem.Severity.WARNING) {
          Fault warning = new Fault(each.name(), located);
          located
              .problem()
              .resource()
              .ifPresent(
                  key -> warnings.computeIfAbsent(key, one -> new ArrayList<>()).add(warning));
        }
      }
      for (DocumentProblem located : each.errorsFound()) {
        Fault fault = new Fault(each.name(), located);
        located
            .problem()
            .resource()
            .ifPresentOrElse(
                key -> faults.computeIfAbsent(key, one -> new ArrayList<>()).add(fault),
                () -> unclear.add(fault));
      }
    }
    this.snapshot = source.snapshot();
  }

  /**
   * Returns the resources that documents have, had before they were refused, or would have; {@code
   * ?q=} part of the name or the document, {@code ?registry=} with the name of the source as {@code
   * configs/NAME}, {@code ?type=} kind, {@code ?outcome=}.
   */
  List<ResourceKey> find(MultiMap parameters) {
    TreeSet<ResourceKey> all = new TreeSet<>(source.claimed());
    all.addAll(faults.keySet());
    String text = wanted(parameters, "q");
    String from = wanted(parameters, "registry");
    String kind = wanted(parameters, "type");
    String outcome = wanted(parameters, "outcome");
    return all.stream()
        .filter(key -> kind.isEmpty() || key.type().kind().equalsIgnoreCase(kind))
        .filter(key -> from.isEmpty() || isFrom(key, from))
        .filter(key -> text.isEmpty() || matches(key, text))
        .filter(key -> outcome.isEmpty() || outcome(key).label().equals(outcome))
        .toList();
  }

  private static String wanted(MultiMap parameters, String name) {
    return Optional.ofNullable(parameters.get(name)).orElse("");
  }

  private boolean isFrom(ResourceKey key, String wanted) {
    return source.claims(key).stream()
            .anyMatch(claim -> wanted.equals(Configs.PREFIX + claim.source()))
        || faultsOf(key).stream().anyMatch(fault -> wanted.equals(Configs.PREFIX + fault.source()));
  }

  private boolean matches(ResourceKey key, String text) {
    return ApiHandlers.contains(name(key), text)
        || source.claims(key).stream()
            .anyMatch(claim -> ApiHandlers.contains(claim.document(), text))
        || faultsOf(key).stream()
            .anyMatch(fault -> ApiHandlers.contains(fault.located().document(), text));
  }

  private List<Fault> faultsOf(ResourceKey key) {
    return faults.getOrDefault(key, List.of());
  }

  // With what makes a document unreadable in which the resource was.
  private List<Fault> faultsOf(ResourceKey key, List<ConfigClaim> claims) {
    List<Fault> all = new ArrayList<>(faultsOf(key));
    claims.stream()
        .filter(claim -> !claim.isCurrent())
        .forEach(
            claim ->
                unclear.stream()
                    .filter(fault -> fault.source().equals(claim.source()))
                    .filter(fault -> fault.located().document().equals(claim.document()))
                    .forEach(all::add));
    return all;
  }

  // KIND/NAMESPACE/NAME, by which commands and addresses take it.
  private static String name(ResourceKey key) {
    return key.type().kind() + "/" + key.name();
  }

  /** Returns the resource of a kind and name that documents speak of. */
  Optional<ResourceKey> find(String kind, String name) {
    return find(MultiMap.caseInsensitiveMultiMap().add("type", kind)).stream()
        .filter(key -> key.name().equals(name))
        .findFirst();
  }

  /** Returns why nobody can say more of a resource that no document is known to have. */
  String unknown(String kind, String name) {
    StringBuilder text = new StringBuilder();
    text.append(ForeignText.clean(kind + "/" + name))
        .append(
            ": no document has it (expected: KIND/NAMESPACE/NAME of a resource that a document"
                + " has)");
    for (ConfigSourceSummary each : sources) {
      if (each.state() != RegistrySummary.State.UP) {
        text.append("; the config source ").append(each.name());
        text.append(
            each.status()
                .problem()
                .map(problem -> " cannot be read: " + problem)
                .orElse(" was not read yet"));
      }
    }
    unclear.stream()
        .limit(MAX_SHOWN)
        .forEach(
            fault ->
                text.append("; a part that nobody can assign: ")
                    .append(Configs.PREFIX)
                    .append(fault.source())
                    .append(' ')
                    .append(fault.located().place())
                    .append(": ")
                    .append(fault.located().text()));
    return text.toString();
  }

  /** Returns what became of a resource, with the answer for each client. */
  ObjectNode of(ResourceKey key) {
    List<ConfigClaim> claims = source.claims(key);
    Resource served = served(key);
    Outcome outcome = outcome(key);
    ClientAnswers clients = clients(key, served, outcome);
    ObjectNode node = NODES.objectNode();
    node.put("kind", key.type().kind())
        .put("name", key.name())
        .put("outcome", outcome.label())
        .put("explanation", explanation(key, outcome, clients))
        .put("resource", served == null ? "" : key.name())
        .put("clientsWith", clients.having())
        .put("clientsAll", clients.size());
    node.set("clients", clients.json());
    ArrayNode documents = node.putArray("documents");
    for (int i = 0; i < claims.size(); i++) {
      documents
          .addObject()
          .put("source", Configs.PREFIX + claims.get(i).source())
          .put("priority", claims.get(i).priority())
          .put("document", claims.get(i).document())
          .put("served", i == 0 && served != null);
    }
    put(node.putArray("problems"), faultsOf(key, claims));
    put(node.putArray("warnings"), warnings.getOrDefault(key, List.of()));
    return node;
  }

  private ClientAnswers clients(ResourceKey key, @Nullable Resource served, Outcome outcome) {
    List<ResourceDelivery> deliveries = source.deliveries(key);
    return served == null
        ? ClientAnswers.unserved(absence(key, outcome), deliveries, source.readiness())
        : ClientAnswers.served(served, deliveries, source.readiness(), "");
  }

  private static void put(ArrayNode list, List<Fault> faults) {
    faults.stream()
        .limit(MAX_SHOWN)
        .forEach(
            fault ->
                list.add(
                    ConfigSourceViews.problem(fault.located())
                        .put("source", Configs.PREFIX + fault.source())));
  }

  // What is served of it by a document; a registry's resource may have the name.
  private @Nullable Resource served(ResourceKey key) {
    Resource resource = snapshot.find(key);
    return resource != null && resource.origin().kind().equals(Configs.ORIGIN) ? resource : null;
  }

  private Outcome outcome(ResourceKey key) {
    List<ConfigClaim> claims = source.claims(key);
    if (claims.isEmpty()) {
      return served(key) == null ? Outcome.REFUSED : Outcome.WAITING;
    }
    if (served(key) == null) {
      return snapshot.find(key) == null ? Outcome.WAITING : Outcome.SHADOWED;
    }
    if (hold(key).isPresent()) {
      return Outcome.HELD;
    }
    return claims.get(0).isCurrent() ? Outcome.SERVED : Outcome.OUTDATED;
  }

  private Optional<HoldStatus> hold(ResourceKey key) {
    return Optional.ofNullable(holds.get(key.type().kind() + " " + key.name())).map(HoldStatus::of);
  }

  private String absence(ResourceKey key, Outcome outcome) {
    return switch (outcome) {
      case REFUSED ->
          "refused"
              + faultsOf(key).stream()
                  .findFirst()
                  .map(fault -> ": " + fault.located().text())
                  .orElse("");
      case SHADOWED -> "a registry has a resource of this name, which was there first";
      default -> transactions.pending();
    };
  }

  private String explanation(ResourceKey key, Outcome outcome, ClientAnswers clients) {
    List<ConfigClaim> claims = source.claims(key);
    StringBuilder text = new StringBuilder();
    if (outcome == Outcome.REFUSED) {
      text.append("Not in the mesh: every version of it that was read is refused, see below.");
    } else if (outcome == Outcome.SHADOWED) {
      text.append(
          "Not in the mesh from here: a registry has a resource of this kind and name, which was"
              + " there first.");
    } else if (outcome == Outcome.WAITING) {
      text.append("It changes: ").append(transactions.pending()).append('.');
    } else {
      text.append(
          clients.size() == 0
              ? "Not in the mesh: no istiod is connected."
              : "In the mesh of "
                  + clients.having()
                  + " of "
                  + Counts.of(clients.size(), "istiod")
                  + ".");
      ConfigClaim first = claims.get(0);
      text.append(" It is served from ").append(Configs.PREFIX).append(first.source());
      text.append(' ').append(first.document()).append('.');
    }
    if (outcome == Outcome.OUTDATED) {
      text.append(
          " What is served is the last valid version: what the document says now is refused, see"
              + " below.");
    }
    hold(key)
        .ifPresent(
            hold ->
                text.append(" No document has it any more; it is held (")
                    .append(hold.reason().label())
                    .append("): ")
                    .append(hold.explanation()));
    claims.stream().skip(1).limit(MAX_SHOWN).forEach(claim -> text.append(lost(claim, claims)));
    sources.stream()
        .filter(each -> each.state() == RegistrySummary.State.FAILING)
        .filter(each -> isFrom(key, Configs.PREFIX + each.name()))
        .forEach(
            each ->
                text.append(" The source ")
                    .append(each.name())
                    .append(" cannot be read at present, so this may be old: ")
                    .append(each.status().problem().orElse(""))
                    .append('.'));
    return text.toString();
  }

  private static String lost(ConfigClaim claim, List<ConfigClaim> claims) {
    ConfigClaim first = claims.get(0);
    String why =
        claim.priority() != first.priority()
            ? "the priority of " + first.source() + " is higher"
            : claim.source().equals(first.source())
                ? first.document() + " comes first by its name"
                : first.source() + " comes first by its name";
    return " "
        + Configs.PREFIX
        + claim.source()
        + " "
        + claim.document()
        + " has it, too, and is not served, since "
        + why
        + ".";
  }
}
