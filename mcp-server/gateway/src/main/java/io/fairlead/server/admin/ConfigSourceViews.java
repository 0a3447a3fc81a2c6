package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
import io.fairlead.configs.merge.Configs;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.versioning.ResourceKey;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The JSON representations of config sources and of what is wrong with their documents. */
final class ConfigSourceViews {
  /** The reason of a finding about a part of a document that istiods would refuse. */
  static final String INVALID = "invalid_document";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ConfigSourceViews() {}

  /**
   * Returns a config source.
   *
   * @param holds how many holds there are of what it has
   */
  static ObjectNode source(ConfigSourceSummary source, long holds) {
    ObjectNode node = NODES.objectNode();
    node.put("name", source.name())
        .put("type", source.type())
        .put("priority", source.status().priority())
        .put("state", ApiViews.lower(source.state()))
        .put("documents", source.status().documents())
        .put("resources", source.status().resources())
        .put("errors", source.errors())
        .put("warnings", source.warnings())
        .put("holds", holds);
    source.status().lastSuccess().ifPresent(time -> node.put("lastSuccess", time.toString()));
    source.status().problem().ifPresent(problem -> node.put("problem", problem));
    source.status().failingSince().ifPresent(time -> node.put("failingSince", time.toString()));
    ArrayNode problems = node.putArray("problems");
    source.problems().stream()
        .limit(ApiViews.MAX_LISTED)
        .forEach(located -> problems.add(problem(located)));
    return node;
  }

  /** Returns a problem of a document. */
  static ObjectNode problem(DocumentProblem located) {
    return NODES
        .objectNode()
        .put("document", located.document())
        .put("line", located.problem().line())
        .put("column", located.problem().column())
        .put("severity", ApiViews.lower(located.problem().severity()))
        .put("resource", located.problem().resource().map(ConfigSourceViews::text).orElse(""))
        .put("path", located.problem().path())
        .put("text", located.problem().text())
        .put("since", located.since().toString());
  }

  private static String text(ResourceKey key) {
    return key.type().kind() + " " + key.name();
  }

  /** Returns the documents of which something is refused, as refused services are shown. */
  static List<ObjectNode> refused(AdminSource source, MultiMap parameters) {
    String wanted = Optional.ofNullable(parameters.get("q")).orElse("");
    List<ObjectNode> refused = new ArrayList<>();
    if (!isWanted(parameters, "outcome", ServiceStatus.REFUSED.label())
        || !isWanted(parameters, "reason", INVALID)) {
      return refused;
    }
    for (ConfigSourceSummary each : source.configSources()) {
      if (isWanted(parameters, "registry", Configs.PREFIX + each.name())) {
        each.errorsFound().stream()
            .filter(error -> ApiHandlers.contains(error.document(), wanted))
            .collect(
                Collectors.groupingBy(DocumentProblem::document, TreeMap::new, Collectors.toList()))
            .forEach(
                (document, errors) -> refused.add(refused(source, each.name(), document, errors)));
      }
    }
    return refused;
  }

  private static boolean isWanted(MultiMap parameters, String name, String value) {
    String wanted = parameters.get(name);
    return wanted == null || wanted.isEmpty() || wanted.equals(value);
  }

  private static ObjectNode refused(
      AdminSource source, String name, String document, List<DocumentProblem> errors) {
    ObjectNode node = NODES.objectNode();
    node.put("registry", Configs.PREFIX + name)
        .put("service", document)
        .put("outcome", ServiceStatus.REFUSED.label())
        .put("since", errors.get(0).since().toString())
        .put("sinceAtLeast", false)
        .put(
            "explanation",
            "istiods would refuse a part of this document. What it said before, if that was valid,"
                + " is served until it is mended.")
        .put("host", "")
        .put("resource", "")
        .put("endpoints", 0)
        .put("clientsWith", 0)
        .put("clientsAll", source.clients().size())
        .put("mergedTotal", 0);
    node.putArray("clients");
    node.putArray("merged");
    ArrayNode findings = node.putArray("findings");
    errors.stream()
        .limit(ApiViews.MAX_LISTED)
        .forEach(
            located ->
                findings
                    .addObject()
                    .put("reason", INVALID)
                    .put("kind", ServiceStatus.REFUSED.label())
                    .put("text", "an istiod would refuse it")
                    .put("advice", "mend the document; it is read again by itself")
                    .put(
                        "subject",
                        located.problem().resource().map(ConfigSourceViews::text).orElse(document))
                    .put("detail", located.place() + ": " + located.text())
                    .put("count", 1));
    return node;
  }
}
