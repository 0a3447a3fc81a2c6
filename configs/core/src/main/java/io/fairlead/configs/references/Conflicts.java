package io.fairlead.configs.references;

import io.fairlead.configs.validation.Spot;
import io.fairlead.istio.networking.v1alpha3.DestinationRule;
import io.fairlead.istio.networking.v1alpha3.Subset;
import io.fairlead.istio.networking.v1alpha3.VirtualService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The resources so far, by what an istiod gives to one of them only. Resources are to be checked in
 * the order in which istiods take them. Confined to one thread.
 */
final class Conflicts {
  private static final String EVERYWHERE = "*";

  private final Map<GatewayHost, List<Taker>> takers = new HashMap<>();
  private final Map<RuleTarget, List<RuleSoFar>> rules = new HashMap<>();

  private record GatewayHost(String gateway, String host) {}

  /**
   * A VirtualService that has a host. One for all namespaces gives way to one for some, and one of
   * another namespace to one of the own, which is how people override it.
   *
   * @param visibleIn namespaces, or {@code *}
   */
  private record Taker(String namespace, String name, Set<String> visibleIn) {
    /** Whether a namespace that sees both sees them with the same right. */
    boolean isBeside(Taker other) {
      return visibleIn.stream()
          .filter(other.visibleIn::contains)
          .anyMatch(seer -> seer.equals(namespace) == seer.equals(other.namespace));
    }
  }

  private record RuleTarget(String namespace, String host, Map<String, String> selector) {}

  private record RuleSoFar(String name, Set<String> visibleIn, DestinationRule rule) {}

  void checkVirtualService(Referrer resource, List<Consumer<Spot>> findings) {
    VirtualService spec = (VirtualService) resource.spec();
    Taker taker =
        new Taker(
            resource.namespace(),
            resource.fullName(),
            visibleIn(spec.getExportToList(), resource.namespace()));
    for (int i = 0; i < spec.getHostsCount(); i++) {
      int index = i;
      String host = HostNames.complete(spec.getHosts(i), resource.namespace());
      for (String gateway : gateways(spec, resource.namespace())) {
        List<Taker> earlier =
            takers.computeIfAbsent(new GatewayHost(gateway, host), key -> new ArrayList<>());
        boolean isMesh = gateway.equals(VirtualServiceReferences.MESH);
        earlier.stream()
            .filter(taker::isBeside)
            .findFirst()
            .ifPresent(
                other ->
                    findings.add(
                        at ->
                            at.at("hosts")
                                .at(index)
                                .warn(
                                    taken(host, other, gateway),
                                    isMesh
                                        ? "a host of its own: that one is older, so sidecars ignore this one"
                                        : "a host of its own: the routes of that one are older and come first")));
        earlier.add(taker);
      }
    }
  }

  private static String taken(String host, Taker other, String gateway) {
    return host + ", which VirtualService " + other.name() + " has, too, on gateway " + gateway;
  }

  private static Set<String> gateways(VirtualService spec, String namespace) {
    Set<String> gateways = new TreeSet<>();
    if (spec.getGatewaysCount() == 0) {
      gateways.add(VirtualServiceReferences.MESH);
    }
    for (String gateway : spec.getGatewaysList()) {
      gateways.add(
          gateway.equals(VirtualServiceReferences.MESH)
              ? gateway
              : VirtualServiceReferences.gatewayName(gateway, namespace));
    }
    return gateways;
  }

  private static Set<String> visibleIn(List<String> exportTo, String namespace) {
    Set<String> namespaces = new TreeSet<>();
    exportTo.forEach(entry -> namespaces.add(entry.equals(".") ? namespace : entry));
    return namespaces.isEmpty() || namespaces.contains(EVERYWHERE)
        ? Set.of(EVERYWHERE)
        : namespaces;
  }

  void checkDestinationRule(Referrer resource, List<Consumer<Spot>> findings) {
    DestinationRule spec = (DestinationRule) resource.spec();
    RuleSoFar rule =
        new RuleSoFar(
            resource.fullName(), visibleIn(spec.getExportToList(), resource.namespace()), spec);
    List<RuleSoFar> earlier =
        rules.computeIfAbsent(
            new RuleTarget(
                resource.namespace(),
                HostNames.complete(spec.getHost(), resource.namespace()),
                spec.getWorkloadSelector().getMatchLabelsMap()),
            target -> new ArrayList<>());
    List<RuleSoFar> merged =
        earlier.stream().filter(other -> other.visibleIn().equals(rule.visibleIn())).toList();
    first(merged, other -> spec.hasTrafficPolicy() && other.rule().hasTrafficPolicy())
        .ifPresent(
            other ->
                findings.add(
                    at ->
                        at.at("trafficPolicy")
                            .warn(
                                "a trafficPolicy beside that of DestinationRule " + other.name(),
                                "one for a host: that one is older, so this one is ignored")));
    for (int i = 0; i < spec.getSubsetsCount(); i++) {
      int index = i;
      String name = spec.getSubsets(i).getName();
      first(merged, other -> hasSubset(other.rule(), name))
          .ifPresent(
              other ->
                  findings.add(
                      at ->
                          at.at("subsets")
                              .at(index)
                              .at("name")
                              .warn(
                                  name + ", which DestinationRule " + other.name() + " has, too",
                                  "another name: that one is older, so this one is ignored")));
    }
    earlier.add(rule);
  }

  private static Optional<RuleSoFar> first(List<RuleSoFar> rules, Predicate<RuleSoFar> condition) {
    return rules.stream().filter(condition).findFirst();
  }

  private static boolean hasSubset(DestinationRule rule, String name) {
    return rule.getSubsetsList().stream().map(Subset::getName).anyMatch(name::equals);
  }
}
