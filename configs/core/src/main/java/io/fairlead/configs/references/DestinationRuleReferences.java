package io.fairlead.configs.references;

import io.fairlead.istio.networking.v1alpha3.DestinationRule;
import io.fairlead.istio.networking.v1alpha3.Subset;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The references of one DestinationRule: its host, and endpoints for its subsets. */
final class DestinationRuleReferences {
  private DestinationRuleReferences() {}

  static void check(Referrer resource, Scene scene, Unseen unseen, List<Finding> findings) {
    DestinationRule spec = (DestinationRule) resource.spec();
    String full = HostNames.complete(spec.getHost(), resource.namespace());
    if (!full.equals("*") && !scene.mayExist(full)) {
      if (unseen == Unseen.WARN) {
        findings.add(
            new Finding(
                FieldPath.SPEC.at("host"),
                VirtualServiceReferences.nobodyServes(spec.getHost(), full),
                "the host of a service, here or in Kubernetes"));
      }
      return;
    }
    scene
        .service(full)
        .map(ServedService::endpointLabels)
        .filter(labels -> !labels.isEmpty())
        .ifPresent(labels -> checkSubsets(spec, full, labels, findings));
  }

  private static void checkSubsets(
      DestinationRule spec,
      String host,
      Set<Map<String, String>> endpoints,
      List<Finding> findings) {
    for (int i = 0; i < spec.getSubsetsCount(); i++) {
      Subset subset = spec.getSubsets(i);
      boolean matched =
          endpoints.stream()
              .anyMatch(labels -> labels.entrySet().containsAll(subset.getLabelsMap().entrySet()));
      if (!matched) {
        findings.add(
            new Finding(
                FieldPath.SPEC.at("subsets").at(i).at("labels"),
                subset.getLabelsMap() + ", which no endpoint of " + host + " has",
                "labels of endpoints: the subset is empty"));
      }
    }
  }
}
