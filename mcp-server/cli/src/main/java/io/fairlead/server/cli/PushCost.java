package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The push that an istiod answers a change with, the cheapest first. An istiod compares the service
 * that it makes of a ServiceEntry with the one before, and then the endpoints (docs/istiod.md).
 */
enum PushCost {
  /** It takes note and tells no proxy. */
  NONE,
  /** The proxies that use the service get its endpoints. */
  ENDPOINTS,
  /** Every proxy is looked at, and gets what it lacks. */
  FULL;

  /** Returns it as people and programs read it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the higher one. */
  PushCost and(PushCost other) {
    return compareTo(other) < 0 ? other : this;
  }

  /**
   * Returns what any change of an entry costs at least: istiod compares no endpoints where proxies
   * find them by DNS, and takes a service with two addresses for a new one each time.
   */
  static PushCost least(ServiceEntry before, ServiceEntry after) {
    boolean resolved =
        after.getResolution() == ServiceEntry.Resolution.DNS
            || after.getResolution() == ServiceEntry.Resolution.DNS_ROUND_ROBIN;
    boolean several = before.getAddressesCount() > 1 && after.getAddressesCount() > 1;
    return resolved || several ? FULL : NONE;
  }

  /** Returns what a change of endpoints costs: full if their service accounts differ as a set. */
  static PushCost ofEndpoints(ServiceEntry before, ServiceEntry after) {
    return accounts(before).equals(accounts(after)) ? ENDPOINTS : FULL;
  }

  /**
   * Returns what a change of a resource costs that is no ServiceEntry. An istiod looks at the spec,
   * and at nothing else unless a label or annotation is one of Istio's own. The endpoint of a
   * WorkloadEntry goes the way of other endpoints, and a WorkloadGroup is for an istiod with
   * Kubernetes, which makes WorkloadEntries by it.
   *
   * @param before the resource as a Kubernetes object; missing if there was none
   * @param after the same of now; missing if it goes
   */
  static PushCost ofDocument(JsonNode before, JsonNode after) {
    String kind = (after.isMissingNode() ? before : after).path("kind").asText();
    if (kind.equals("WorkloadGroup")) {
      return NONE;
    }
    if (before.path("spec").equals(after.path("spec"))
        && !before.isMissingNode()
        && !after.isMissingNode()
        && !hasIstioMetadata(before)
        && !hasIstioMetadata(after)) {
      return NONE;
    }
    return kind.equals("WorkloadEntry") ? ENDPOINTS : FULL;
  }

  private static boolean hasIstioMetadata(JsonNode document) {
    for (String part : List.of("labels", "annotations")) {
      for (var each : document.path("metadata").path(part).properties()) {
        if (each.getKey().contains("istio.io")) {
          return true;
        }
      }
    }
    return false;
  }

  private static TreeSet<String> accounts(ServiceEntry entry) {
    return entry.getEndpointsList().stream()
        .map(endpoint -> endpoint.getServiceAccount())
        .filter(account -> !account.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
