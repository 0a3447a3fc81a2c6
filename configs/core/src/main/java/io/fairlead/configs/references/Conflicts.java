package io.fairlead.configs.references;

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
import java.util.function.Predicate;
import java.util.stream.Collectors;

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
  private record Taker(
      String namespace, String name, Set<String> revisions, Set<String> visibleIn) {
    /** Whether a namespace that sees both sees them with the same right. */
    boolean isBeside(Taker other) {
      return Referrer.meet(revisions, other.revisions)
          && visibleIn.stream()
              .filter(other.visibleIn::contains)
              .anyMatch(seer -> seer.equals(namespace) == seer.equals(other.namespace));
    }
  }

  private record RuleTarget(String namespace, String host, Map<String, String> selector) {}

  private record RuleSoFar(
      String name,
      Set<String> revisions,
      Set<String> visibleIn,
      boolean hasPolicy,
      Set<String> subsets) {
    boolean isMergedWith(RuleSoFar other) {
      return visibleIn.equals(other.visibleIn) && Referrer.meet(revisions, other.revisions);
    }
  }

  void checkVirtualService(Referrer resource, List<Finding> findings) {
    VirtualService spec = (VirtualService) resource.spec();
    Taker taker =
        new Taker(
            resource.namespace(),
            resource.fullName(),
            resource.revisions(),
            visibleIn(spec.getExportToList(), resource.namespace()));
    for (int i = 0; i < spec.getHostsCount(); i++) {
      FieldPath at = FieldPath.SPEC.at("hosts").at(i);
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
                        new Finding(
                            at,
                            taken(host, other, gateway),
                            isMesh
                                ? "a host of its own: that one is older, so sidecars ignore this one"
                                : "a host of its own: the routes of that one are older and come"
                                    + " first")));
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

  void checkDestinationRule(Referrer resource, List<Finding> findings) {
    DestinationRule spec = (DestinationRule) resource.spec();
    RuleSoFar rule =
        new RuleSoFar(
            resource.fullName(),
            resource.revisions(),
            visibleIn(spec.getExportToList(), resource.namespace()),
            spec.hasTrafficPolicy(),
            spec.getSubsetsList().stream().map(Subset::getName).collect(Collectors.toSet()));
    List<RuleSoFar> earlier =
        rules.computeIfAbsent(
            new RuleTarget(
                resource.namespace(),
                HostNames.complete(spec.getHost(), resource.namespace()),
                spec.getWorkloadSelector().getMatchLabelsMap()),
            target -> new ArrayList<>());
    List<RuleSoFar> merged = earlier.stream().filter(rule::isMergedWith).toList();
    first(merged, other -> rule.hasPolicy() && other.hasPolicy())
        .ifPresent(
            other ->
                findings.add(
                    new Finding(
                        FieldPath.SPEC.at("trafficPolicy"),
                        "a trafficPolicy beside that of DestinationRule " + other.name(),
                        "one for a host: that one is older, so this one is ignored")));
    for (int i = 0; i < spec.getSubsetsCount(); i++) {
      FieldPath at = FieldPath.SPEC.at("subsets").at(i).at("name");
      String name = spec.getSubsets(i).getName();
      first(merged, other -> other.subsets().contains(name))
          .ifPresent(
              other ->
                  findings.add(
                      new Finding(
                          at,
                          name + ", which DestinationRule " + other.name() + " has, too",
                          "another name: that one is older, so this one is ignored")));
    }
    earlier.add(rule);
  }

  private static Optional<RuleSoFar> first(List<RuleSoFar> rules, Predicate<RuleSoFar> condition) {
    return rules.stream().filter(condition).findFirst();
  }
}
