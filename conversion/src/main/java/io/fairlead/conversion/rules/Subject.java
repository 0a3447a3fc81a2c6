package io.fairlead.conversion.rules;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A service as conditions and templates see it. What instances may differ in holds for the service,
 * and is its value, if it does for more than half of its instances, whatever their health: one
 * instance decides nothing for the others.
 *
 * @param registry name of the registry
 * @param service the service, with the instances that count
 */
record Subject(String registry, Service service) {
  /** An instance about which nothing is known but what its service says. */
  private static final Instance BARE =
      new Instance("", "", 0, 1, Availability.READY, Locality.NONE, Map.of());

  /** Whether conditions hold for one instance. */
  boolean matches(When when, Instance instance) {
    return when.matches(registry, service, instance, "");
  }

  /** Whether conditions hold for the service. */
  boolean matches(When when, String host) {
    List<Instance> instances = service.instances();
    if (!when.isOfInstances() || instances.isEmpty()) {
      return when.matches(registry, service, BARE, host);
    }
    if (!when.holdsFor(registry, service, host)) {
      return false;
    }
    int holds = 0;
    for (Instance instance : instances) {
      if (when.matches(registry, service, instance, host)) {
        holds++;
      }
    }
    return 2L * holds > instances.size();
  }

  /** Returns the values of variables for the service. */
  Function<Variable, String> values() {
    Map<Variable, String> known = new HashMap<>();
    return variable -> known.computeIfAbsent(variable, this::value);
  }

  /** Returns the values of variables for one of its instances. */
  Function<Variable, String> values(Instance instance) {
    return variable -> value(variable, instance);
  }

  private String value(Variable variable) {
    List<Instance> instances = service.instances();
    if (!variable.isOfInstances() || instances.isEmpty()) {
      return value(variable, BARE);
    }
    Map<String, Integer> votes = new HashMap<>();
    for (Instance instance : instances) {
      String value = value(variable, instance);
      if (2L * votes.merge(value, 1, Integer::sum) > instances.size()) {
        return value;
      }
    }
    return "";
  }

  /** Returns the value of a variable for one of its instances; empty if there is none. */
  String value(Variable variable, Instance instance) {
    if (variable.isMeta()) {
      return When.metadata(service, instance, variable.key());
    }
    return switch (variable.name()) {
      case Variable.SERVICE -> service.id().name();
      case "namespace" -> service.id().namespace();
      case "group" -> service.id().group();
      case "registry" -> registry;
      case "address" -> instance.address();
      case "port" -> instance.port() == 0 ? "" : Integer.toString(instance.port());
      default -> service.variables().getOrDefault(variable.name(), "");
    };
  }
}
