package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.DestinationRule;
import io.fairlead.istio.networking.v1alpha3.Subset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules of a DestinationRule, but for its traffic policies. */
final class DestinationRuleRules implements KindRules<DestinationRule> {
  @Override
  public void check(DestinationRule spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    if (!Hosts.isWildcardName(spec.getHost())) {
      at.at("host").refuse(spec.getHost().isEmpty() ? "no host" : spec.getHost(), Hosts.FORM);
    }
    TrafficPolicyRules policies = new TrafficPolicyRules(metadata.namespace());
    if (spec.hasTrafficPolicy()) {
      policies.check(spec.getTrafficPolicy(), at.at("trafficPolicy"));
    }
    Set<String> names = new HashSet<>();
    at.each(
        "subsets",
        spec.getSubsetsList(),
        (subset, here) -> {
          if (!names.add(subset.getName())) {
            here.at("name").refuse(subset.getName(), "each subset once");
          }
          checkSubset(subset, policies, here);
        });
    Spot exportAt = at.at("exportTo");
    Checks.exportTo(
        spec.getExportToList(), metadata.namespace(), Checks.Exported.CONFIGURATION, exportAt);
    if (spec.hasWorkloadSelector()) {
      Labels.selector(spec.getWorkloadSelector().getMatchLabelsMap(), at.at("workloadSelector"));
      checkExportOfSelected(spec.getExportToList(), metadata.namespace(), exportAt);
    }
  }

  private static void checkSubset(Subset subset, TrafficPolicyRules policies, Spot at) {
    if (!Hosts.isLabel(subset.getName())) {
      at.at("name")
          .refuse(subset.getName().isEmpty() ? "no name" : subset.getName(), Hosts.LABEL_FORM);
    }
    Labels.check(subset.getLabelsMap(), at.at("labels"));
    if (subset.hasTrafficPolicy()) {
      policies.check(subset.getTrafficPolicy(), at.at("trafficPolicy"));
    }
  }

  private static void checkExportOfSelected(List<String> exportTo, String namespace, Spot at) {
    for (int i = 0; i < exportTo.size(); i++) {
      String entry = exportTo.get(i);
      if (!entry.equals(".") && !entry.equals(namespace)) {
        at.at(i).refuse(entry, ".: a rule with a workloadSelector is for its own namespace");
      }
    }
  }
}
