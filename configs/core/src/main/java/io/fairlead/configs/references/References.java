package io.fairlead.configs.references;

import io.fairlead.configs.validation.IstioKind;
import io.fairlead.configs.validation.Problem;
import io.fairlead.configs.validation.Spot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds references that lead nowhere, and resources that have no effect since an older one has the
 * same: a host that nobody serves, a subset without endpoints, a gateway that is not there. Names
 * are completed and conflicts are decided as istiods do it. All of it is a warning: the resource is
 * served, as what it names may come later. Pure: the order of the resources does not matter.
 */
public final class References {
  private References() {}

  /**
   * Returns the warnings about resources, in the order of their texts; nothing for those without.
   *
   * @param resources all that are valid, of all kinds and sources
   */
  public static Map<ResourceName, List<Problem>> check(
      Collection<Referrer> resources, ServedHosts served, Unseen unseen) {
    Scene scene = new Scene(resources, served, unseen);
    List<Referrer> sorted = resources.stream().sorted(Referrer.OLDEST_FIRST).toList();
    Conflicts conflicts = new Conflicts();
    Map<ResourceName, List<Problem>> all = new HashMap<>();
    for (Referrer resource : sorted) {
      List<Consumer<Spot>> findings = new ArrayList<>();
      if (resource.kind() == IstioKind.VIRTUAL_SERVICE) {
        new VirtualServiceReferences(resource, scene, findings).check();
        conflicts.checkVirtualService(resource, findings);
      } else if (resource.kind() == IstioKind.DESTINATION_RULE) {
        DestinationRuleReferences.check(resource, scene, findings);
        conflicts.checkDestinationRule(resource, findings);
      }
      if (!findings.isEmpty()) {
        List<Problem> problems =
            Spot.warnings(
                resource.document().get(),
                document -> findings.forEach(finding -> finding.accept(document.at("spec"))));
        all.put(resource.resourceName(), problems);
      }
    }
    return all;
  }
}
