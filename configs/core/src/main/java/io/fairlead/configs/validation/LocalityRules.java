package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.LocalityLoadBalancerSetting;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The rules of load balancing by locality. */
final class LocalityRules {
  private static final Set<String> TOPOLOGY =
      Set.of(
          "topology.kubernetes.io/region",
          "topology.kubernetes.io/zone",
          "topology.istio.io/subzone");
  private static final String ANY = "*";

  private LocalityRules() {}

  static void check(LocalityLoadBalancerSetting setting, boolean hasOutlierDetection, Spot at) {
    if (setting.getDistributeCount() > 0 && setting.getFailoverCount() > 0) {
      at.at("failover").refuse("it stands beside distribute", "one of the two");
      return;
    }
    if (setting.getFailoverCount() > 0) {
      at.each(
          "failoverPriority",
          setting.getFailoverPriorityList(),
          (label, here) -> {
            if (TOPOLOGY.contains(label)) {
              here.refuse(label, "no label of the topology beside failover");
            }
          });
    }
    at.each("distribute", setting.getDistributeList(), LocalityRules::checkDistribute);
    Spot from = at.at("distribute");
    Localities sources = new Localities();
    for (int i = 0; i < setting.getDistributeCount(); i++) {
      String source = setting.getDistribute(i).getFrom();
      int index = i;
      sources
          .problem(source)
          .ifPresent(problem -> from.at(index).at("from").refuse(source, problem));
    }
    if (!hasOutlierDetection
        && setting.getFailoverCount() + setting.getFailoverPriorityCount() > 0) {
      at.warn("failover without outlierDetection", "outlierDetection, without which none happens");
    }
    at.each("failover", setting.getFailoverList(), LocalityRules::checkFailover);
  }

  private static void checkDistribute(LocalityLoadBalancerSetting.Distribute distribute, Spot at) {
    Spot to = at.at("to");
    // Sorted: wildcards first, so that they are found to cover what follows.
    Map<String, Integer> shares = new TreeMap<>(distribute.getToMap());
    long total = 0;
    Localities localities = new Localities();
    for (Map.Entry<String, Integer> share : shares.entrySet()) {
      Spot here = to.at(share.getKey());
      if (share.getValue() < 1 || share.getValue() > 100) {
        here.refuse(Integer.toUnsignedString(share.getValue()), "1 to 100");
      }
      total += share.getValue();
      localities.problem(share.getKey()).ifPresent(problem -> here.refuse(share.getKey(), problem));
    }
    if (total != 100) {
      to.refuse("shares of " + total + " in all", "100");
    }
  }

  private static void checkFailover(LocalityLoadBalancerSetting.Failover failover, Spot at) {
    if (failover.getFrom().equals(failover.getTo())) {
      at.refuse("from and to are the same", "two regions");
    }
    for (Map.Entry<String, String> region :
        Map.of("from", failover.getFrom(), "to", failover.getTo()).entrySet()) {
      if (region.getValue().contains("/") || region.getValue().contains(ANY)) {
        at.at(region.getKey()).refuse(region.getValue(), "a region, without / and *");
      }
    }
  }

  /** Localities of which none may cover another that comes after it, or be one of its parts. */
  private static final class Localities {
    private final Map<String, Map<String, Set<String>>> regions = new HashMap<>();

    /** Adds a locality; returns what is expected instead, if it may not be there. */
    Optional<String> problem(String locality) {
      int wildcard = locality.indexOf(ANY);
      if (wildcard >= 0 && wildcard != locality.length() - 1) {
        return Optional.of("* at the end only");
      }
      List<String> parts = List.of(locality.split("/", 3));
      if (parts.contains("")) {
        return Optional.of("REGION, REGION/ZONE or REGION/ZONE/SUBZONE");
      }
      return add(parts) ? Optional.empty() : Optional.of("no locality that another one covers");
    }

    private boolean add(List<String> parts) {
      if (regions.containsKey(ANY)) {
        return false;
      }
      String region = parts.get(0);
      Map<String, Set<String>> zones = regions.get(region);
      if (parts.size() == 1) {
        return zones == null && regions.put(region, Map.of(ANY, Set.of(ANY))) == null;
      }
      String zone = parts.get(1);
      if (zones == null) {
        zones = new HashMap<>();
        regions.put(region, zones);
      }
      if (zones.containsKey(ANY)) {
        return false;
      }
      Set<String> subzones = zones.get(zone);
      if (parts.size() == 2) {
        return subzones == null && zones.put(zone, Set.of(ANY)) == null;
      }
      if (subzones == null) {
        subzones = new HashSet<>();
        zones.put(zone, subzones);
      }
      return !subzones.contains(ANY) && subzones.add(parts.get(2));
    }
  }
}
