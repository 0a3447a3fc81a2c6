package io.fairlead.configs.validation;

import io.fairlead.istio.type.v1beta1.PolicyTargetReference;
import io.fairlead.istio.type.v1beta1.WorkloadSelector;
import java.util.List;
import java.util.Set;

/** The rules of what selects the workloads of a policy. */
final class Selectors {
  private static final Set<String> TARGETS =
      Set.of(
          "/Service",
          "core/Service",
          "networking.istio.io/ServiceEntry",
          "gateway.networking.k8s.io/Gateway",
          "gateway.networking.k8s.io/GatewayClass");

  private Selectors() {}

  static void check(boolean isThere, WorkloadSelector selector, Spot at) {
    if (isThere) {
      Labels.selector(selector.getMatchLabelsMap(), at.at("selector"));
    }
  }

  /**
   * Checks the selector and the targets of a policy, of which there may be one sort.
   *
   * @param target the single one of older versions
   */
  static void check(
      boolean hasSelector,
      WorkloadSelector selector,
      boolean hasTarget,
      PolicyTargetReference target,
      List<PolicyTargetReference> targets,
      Spot at) {
    check(hasSelector, selector, at);
    if (hasTarget) {
      checkTarget(target, at.at("targetRef"));
      if (!target.getKind().equals("Gateway")) {
        at.at("targetRef").refuseForOlder(target.getKind(), "targetRefs, or a Gateway");
      }
    }
    at.each("targetRefs", targets, Selectors::checkTarget);
    warnOfTargets(hasTarget, at.at("targetRef"));
    warnOfTargets(!targets.isEmpty(), at.at("targetRefs"));
    if ((hasSelector ? 1 : 0) + (hasTarget ? 1 : 0) + (targets.isEmpty() ? 0 : 1) > 1) {
      at.refuse("selector, targetRef and targetRefs", "one of them");
    }
  }

  /** Warns of targets, which older istiods do not know: to them the resource has no selector. */
  static void warnOfTargets(boolean areThere, Spot at) {
    if (areThere) {
      at.warn("targets, to which older istiods pay no heed", "a selector, if there are such");
    }
  }

  private static void checkTarget(PolicyTargetReference target, Spot at) {
    if (target.getName().isEmpty()) {
      at.refuse("no name", "the name of the target");
    }
    if (!target.getNamespace().isEmpty()) {
      at.at("namespace").refuse(target.getNamespace(), "none: it is that of the resource");
    }
    String type = target.getGroup() + "/" + target.getKind();
    if (!TARGETS.contains(type)) {
      at.at("kind")
          .refuse(
              type, "Service, ServiceEntry, Gateway or GatewayClass with the group of the kind");
    }
  }
}
