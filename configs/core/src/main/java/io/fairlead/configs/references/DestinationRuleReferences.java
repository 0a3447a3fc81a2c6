package io.fairlead.configs.references;

import io.fairlead.configs.validation.Spot;
import io.fairlead.istio.networking.v1alpha3.DestinationRule;
import io.fairlead.istio.networking.v1alpha3.Subset;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The references of one DestinationRule: its host, and endpoints for its subsets. */
final class DestinationRuleReferences {
  private DestinationRuleReferences() {}

  static void check(Referrer resource, Scene scene, List<Consumer<Spot>> findings) {
    DestinationRule spec = (DestinationRule) resource.spec();
    String full = HostNames.complete(spec.getHost(), resource.namespace());
    if (!full.equals("*") && !scene.mayExist(full)) {
      findings.add(
          at ->
              at.at("host")
                  .warn(
                      VirtualServiceReferences.nobodyServes(spec.getHost(), full),
                      "the host of a service"));
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
      List<Map<String, String>> endpoints,
      List<Consumer<Spot>> findings) {
    for (int i = 0; i < spec.getSubsetsCount(); i++) {
      int index = i;
      Subset subset = spec.getSubsets(i);
      boolean matched =
          endpoints.stream()
              .anyMatch(labels -> labels.entrySet().containsAll(subset.getLabelsMap().entrySet()));
      if (!matched) {
        findings.add(
            at ->
                at.at("subsets")
                    .at(index)
                    .at("labels")
                    .warn(
                        subset.getLabelsMap() + ", which no endpoint of " + host + " has",
                        "labels of endpoints: the subset is empty"));
      }
    }
  }
}
