package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.configs.validation.IstioKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command-line options that narrow a list. */
final class Filters {
  /** The kinds that each option is for; -q is for all. */
  private static final Map<String, Set<Kind>> OF =
      Map.of(
          "registry",
          Set.of(
              Kind.problems,
              Kind.resources,
              Kind.documents,
              Kind.services,
              Kind.refused,
              Kind.guards,
              Kind.holds),
          "outcome",
          Set.of(Kind.documents, Kind.services, Kind.refused),
          "reason",
          Set.of(Kind.services, Kind.refused, Kind.holds),
          "type",
          Set.of(Kind.resources, Kind.documents, Kind.registries),
          "namespace",
          Set.of(Kind.resources, Kind.documents, Kind.services, Kind.refused));

  @Option(
      names = "--registry",
      paramLabel = "NAME",
      defaultValue = "",
      description = "only what is of this registry")
  private String registry = "";

  @Option(
      names = "--outcome",
      paramLabel = "OUTCOME",
      defaultValue = "",
      description = "only services with this outcome, such as refused or held")
  private String outcome = "";

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      defaultValue = "",
      description = "only services with a finding of this reason, such as no_port; holds, too")
  private String reason = "";

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      defaultValue = "",
      completionCandidates = IstioKinds.class,
      description = "only resources of this kind, registries of this type")
  private String type = "";

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      defaultValue = "",
      description = "only what is in this namespace of the mesh")
  private String namespace = "";

  @Option(
      names = {"-q", "--query"},
      paramLabel = "TEXT",
      defaultValue = "",
      description = "only what has this text in a name or host, in any case")
  private String query = "";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  private Map<String, String> given() {
    Map<String, String> given = new LinkedHashMap<>();
    given.put("registry", registry);
    given.put("outcome", outcome);
    given.put("reason", reason);
    given.put("type", type);
    given.put("namespace", namespace);
    given.values().removeIf(String::isEmpty);
    return given;
  }

  /** Returns the kind or type that is wanted; empty for all. */
  String type() {
    return type;
  }

  /** Whether any was given. */
  boolean isAny() {
    return !given().isEmpty() || !query.isEmpty();
  }

  /**
   * Checks that all that were given have a meaning for a kind.
   *
   * @throws ParameterException if not
   */
  void check(Kind kind) {
    for (String option : given().keySet()) {
      Set<Kind> kinds = OF.getOrDefault(option, Set.of());
      if (!kinds.contains(kind)) {
        throw new ParameterException(
            spec.commandLine(),
            "--"
                + option
                + ": not for "
                + kind
                + " (expected: with "
                + String.join(", ", kinds.stream().sorted().map(Kind::name).toList())
                + ")");
      }
    }
    if (!type.isEmpty() && kind != Kind.registries && IstioKind.ofWord(type).isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--type: " + type + IstioKinds.expected(type));
    }
  }

  /** Returns the parameters by which the gateway narrows a list already. */
  Map<String, String> parameters(Kind kind, String name) {
    Map<String, String> parameters = new LinkedHashMap<>(given());
    String wanted = kind.query(name);
    parameters.put("q", wanted.isEmpty() ? query : wanted);
    return parameters;
  }

  /** Returns whether an item is one of those that are wanted. */
  boolean test(Kind kind, JsonNode item) {
    String name = kind == Kind.services || kind == Kind.refused ? "resource" : "name";
    return (registry.isEmpty() || isOf(kind, item))
        && isOneOf(outcome, List.of(item.path("outcome").asText()))
        && isOneOf(reason, reasons(item))
        && isOneOf(type, List.of(item.path(item.has("kind") ? "kind" : "type").asText()))
        && (namespace.isEmpty() || item.path(name).asText().startsWith(namespace + "/"))
        && (query.isEmpty() || kind == Kind.documents || has(kind, item));
  }

  private boolean isOf(Kind kind, JsonNode item) {
    return registry.equals(
        switch (kind) {
          case resources ->
              item.path("source").asText(item.path("labels").path("fairlead.io/registry").asText());
          // The gateway knows all the documents that have it.
          case documents -> registry;
          case problems -> item.path("subject").asText();
          default -> item.path("registry").asText();
        });
  }

  private static boolean isOneOf(String wanted, List<String> values) {
    return wanted.isEmpty() || values.stream().anyMatch(wanted::equalsIgnoreCase);
  }

  private static List<String> reasons(JsonNode item) {
    return item.has("findings")
        ? StreamSupport.stream(item.path("findings").spliterator(), false)
            .map(finding -> finding.path("reason").asText())
            .toList()
        : List.of(item.path("reason").asText());
  }

  private boolean has(Kind kind, JsonNode item) {
    String wanted = query.toLowerCase(Locale.ROOT);
    return List.of(
            kind.nameOf(item),
            item.path("host").asText(),
            item.path("subject").asText(),
            item.path("registry").asText())
        .stream()
        .anyMatch(text -> text.toLowerCase(Locale.ROOT).contains(wanted));
  }
}
