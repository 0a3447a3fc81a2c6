package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.common.ForeignText;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A search for services of all registries. Every part that is empty matches everything.
 *
 * @param text part of a service or its host, in any case
 * @param registry name of a registry
 * @param namespace namespace of the resource, or the registry's own for a service without one
 * @param outcome what became of the service
 * @param reason reason of one of its findings
 */
record ServiceSearch(
    String text,
    String registry,
    Optional<String> namespace,
    Optional<ServiceStatus> outcome,
    Optional<Reason> reason) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int MAX_NAMESPACES = 1000;

  /** A service and the registry that it is from. */
  record Located(String registry, ServiceReport report) {}

  /**
   * Reads the parameters of a request.
   *
   * @throws BadRequestException if there is no such outcome or reason
   */
  static ServiceSearch of(MultiMap parameters) {
    return new ServiceSearch(
        text(parameters, "q"),
        text(parameters, "registry"),
        Optional.ofNullable(parameters.get("namespace")).filter(name -> !name.isEmpty()),
        constant(parameters, "outcome", ServiceStatus.values(), ServiceStatus::label),
        constant(parameters, "reason", Reason.values(), ApiViews::lower));
  }

  private static String text(MultiMap parameters, String name) {
    return Optional.ofNullable(parameters.get(name)).orElse("");
  }

  private static <E extends Enum<E>> Optional<E> constant(
      MultiMap parameters, String name, E[] constants, Function<E, String> label) {
    String wanted = text(parameters, name);
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    for (E constant : constants) {
      if (label.apply(constant).equals(wanted.toLowerCase(Locale.ROOT))) {
        return Optional.of(constant);
      }
    }
    throw new BadRequestException(
        name
            + ": "
            + ForeignText.clean(wanted, 100)
            + " (expected: one of "
            + Arrays.stream(constants).map(label).collect(Collectors.joining(", "))
            + ")");
  }

  /** Returns what is found, by registry. */
  List<Located> find(AdminSource source, ServiceAnswers answers, Predicate<ServiceReport> filter) {
    List<Located> found = new ArrayList<>();
    for (RegistrySummary each : source.registries()) {
      if (registry.isEmpty() || registry.equals(each.name())) {
        for (ServiceReport report : source.services(each.name())) {
          if (filter.test(report) && matches(each.name(), report, answers)) {
            found.add(new Located(each.name(), report));
          }
        }
      }
    }
    return found;
  }

  private boolean matches(String from, ServiceReport report, ServiceAnswers answers) {
    return (text.isEmpty()
            || ApiHandlers.contains(report.service().toString(), text)
            || ApiHandlers.contains(report.host(), text))
        && namespace.map(name -> name.equals(namespace(report))).orElse(true)
        && reason.map(each -> hasFinding(report, each)).orElse(true)
        && outcome.map(each -> each == answers.outcome(from, report)).orElse(true);
  }

  private static boolean hasFinding(ServiceReport report, Reason reason) {
    return report.findings().stream().anyMatch(finding -> finding.reason() == reason);
  }

  /** Returns the namespace by which a service is found. */
  static String namespace(ServiceReport report) {
    int slash = report.resource().indexOf('/');
    return slash < 0 ? report.service().namespace() : report.resource().substring(0, slash);
  }

  /** Returns the numbers of services by registry, outcome, reason and namespace. */
  static ObjectNode summary(AdminSource source, ServiceAnswers answers) {
    Map<ServiceStatus, Integer> outcomes = new EnumMap<>(ServiceStatus.class);
    Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);
    Map<String, Integer> namespaces = new HashMap<>();
    ObjectNode node = NODES.objectNode();
    int all = 0;
    ObjectNode registries = NODES.objectNode();
    for (RegistrySummary registry : source.registries()) {
      List<ServiceReport> reports = source.services(registry.name());
      for (ServiceReport report : reports) {
        outcomes.merge(answers.outcome(registry.name(), report), 1, Integer::sum);
        namespaces.merge(namespace(report), 1, Integer::sum);
        report.findings().stream()
            .map(Finding::reason)
            .distinct()
            .forEach(reason -> reasons.merge(reason, 1, Integer::sum));
      }
      registries.put(registry.name(), reports.size());
      all += reports.size();
    }
    node.put("services", all);
    node.set("registries", registries);
    ObjectNode byOutcome = node.putObject("outcomes");
    outcomes.forEach((outcome, count) -> byOutcome.put(outcome.label(), count));
    ArrayNode byReason = node.putArray("reasons");
    reasons.entrySet().stream()
        .sorted(Map.Entry.<Reason, Integer>comparingByValue().reversed())
        .forEach(
            entry ->
                byReason
                    .addObject()
                    .put("reason", ApiViews.lower(entry.getKey()))
                    .put("kind", entry.getKey().status().label())
                    .put("fault", entry.getKey().status().isFault())
                    .put("text", entry.getKey().text())
                    .put("advice", entry.getKey().advice())
                    .put("services", entry.getValue()));
    ArrayNode byNamespace = node.putArray("namespaces");
    namespaces.entrySet().stream()
        .sorted(
            Map.Entry.<String, Integer>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MAX_NAMESPACES)
        .sorted(Comparator.comparing(Map.Entry::getKey))
        .forEach(
            entry ->
                byNamespace
                    .addObject()
                    .put("namespace", entry.getKey())
                    .put("services", entry.getValue()));
    return node;
  }
}
