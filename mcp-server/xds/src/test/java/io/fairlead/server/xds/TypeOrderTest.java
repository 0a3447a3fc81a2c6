package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.server.xds.TypeOrder.Item;
import io.fairlead.versioning.ResourceType;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TypeOrderTest {
  private static final List<String> KINDS =
      List.of(
          "WorkloadEntry",
          "WorkloadGroup",
          "ServiceEntry",
          "DestinationRule",
          "Gateway",
          "VirtualService",
          "Sidecar",
          "EnvoyFilter",
          "ProxyConfig");

  private static ResourceType networking(String kind) {
    return new ResourceType("networking.istio.io", kind);
  }

  private static Item<String> item(ResourceType type, PendingChange pending) {
    return new Item<>(type, pending, pending + " " + type.kind());
  }

  @Test
  void order_additions_targetsOfReferencesFirst() {
    List<Item<String>> items =
        List.of(
            item(
                new ResourceType("security.istio.io", "AuthorizationPolicy"),
                PendingChange.ADDITIONS),
            item(networking("VirtualService"), PendingChange.ADDITIONS),
            item(networking("ServiceEntry"), PendingChange.ADDITIONS),
            item(networking("Sidecar"), PendingChange.ADDITIONS),
            item(networking("Gateway"), PendingChange.ADDITIONS),
            item(networking("WorkloadEntry"), PendingChange.ADDITIONS),
            item(networking("DestinationRule"), PendingChange.ADDITIONS));
    assertThat(TypeOrder.order(items))
        .containsExactly(
            "ADDITIONS WorkloadEntry",
            "ADDITIONS ServiceEntry",
            "ADDITIONS DestinationRule",
            "ADDITIONS Gateway",
            "ADDITIONS VirtualService",
            "ADDITIONS Sidecar",
            "ADDITIONS AuthorizationPolicy");
  }

  @Test
  void order_removals_afterAllAdditionsAndTargetsLast() {
    List<Item<String>> items =
        List.of(
            item(networking("WorkloadEntry"), PendingChange.REMOVALS),
            item(networking("ServiceEntry"), PendingChange.REMOVALS),
            item(networking("DestinationRule"), PendingChange.NOTHING),
            item(networking("EnvoyFilter"), PendingChange.REMOVALS),
            item(networking("VirtualService"), PendingChange.REMOVALS),
            item(networking("Sidecar"), PendingChange.ADDITIONS));
    assertThat(TypeOrder.order(items))
        .containsExactly(
            "ADDITIONS Sidecar",
            "REMOVALS EnvoyFilter",
            "REMOVALS VirtualService",
            "REMOVALS ServiceEntry",
            "REMOVALS WorkloadEntry");
  }

  /** What each kind that istiods ask for may refer to, but for others of its own kind. */
  private static final Map<String, List<String>> REFERENCES =
      Map.ofEntries(
          Map.entry("networking.istio.io/WorkloadEntry", List.of()),
          Map.entry("networking.istio.io/WorkloadGroup", List.of()),
          Map.entry("networking.istio.io/ServiceEntry", List.of("WorkloadEntry")),
          Map.entry("networking.istio.io/DestinationRule", List.of("ServiceEntry")),
          Map.entry("networking.istio.io/Gateway", List.of()),
          Map.entry(
              "networking.istio.io/VirtualService",
              List.of("ServiceEntry", "DestinationRule", "Gateway")),
          Map.entry(
              "networking.istio.io/Sidecar",
              List.of("ServiceEntry", "DestinationRule", "VirtualService")),
          // They change what is made of these.
          Map.entry(
              "networking.istio.io/EnvoyFilter",
              List.of("ServiceEntry", "Gateway", "VirtualService", "Sidecar")),
          Map.entry("networking.istio.io/ProxyConfig", List.of()),
          Map.entry("security.istio.io/AuthorizationPolicy", List.of("ServiceEntry", "Gateway")),
          Map.entry("security.istio.io/PeerAuthentication", List.of("ServiceEntry")),
          Map.entry("security.istio.io/RequestAuthentication", List.of("ServiceEntry", "Gateway")),
          Map.entry("telemetry.istio.io/Telemetry", List.of("ServiceEntry", "Gateway")),
          Map.entry("extensions.istio.io/WasmPlugin", List.of("ServiceEntry", "Gateway")),
          Map.entry("extensions.istio.io/TrafficExtension", List.of("ServiceEntry", "Gateway")));

  @Test
  void order_ofEachKindAndWhatItMayReferTo_leavesNoReferenceDangling() {
    assertThat(REFERENCES).hasSize(15);
    REFERENCES.forEach(
        (name, targets) -> {
          String[] words = name.split("/", 2);
          ResourceType kind = new ResourceType(words[0], words[1]);
          for (String target : targets) {
            for (boolean first : new boolean[] {true, false}) {
              ResourceType one = first ? kind : networking(target);
              ResourceType other = first ? networking(target) : kind;
              assertThat(
                      TypeOrder.order(
                          List.of(
                              item(one, PendingChange.ADDITIONS),
                              item(other, PendingChange.ADDITIONS))))
                  .containsExactly("ADDITIONS " + target, "ADDITIONS " + kind.kind());
              assertThat(
                      TypeOrder.order(
                          List.of(
                              item(one, PendingChange.REMOVALS),
                              item(other, PendingChange.REMOVALS))))
                  .containsExactly("REMOVALS " + kind.kind(), "REMOVALS " + target);
            }
          }
        });
  }

  @Test
  void rank_kindOfAnotherGroup_isLast() {
    assertThat(TypeOrder.rank(new ResourceType("example.io", "ServiceEntry")))
        .isEqualTo(TypeOrder.rank(new ResourceType("", "unheard-of")))
        .isGreaterThan(TypeOrder.rank(networking("Sidecar")));
  }

  /** Whatever lacks what: no addition before its target's, no removal before its referrer's. */
  @Property(tries = 500)
  void order_anyItems_leavesNoReferenceDangling(@ForAll("items") List<Item<Item<String>>> items) {
    List<Item<String>> order = TypeOrder.order(items);
    assertThat(order)
        .containsExactlyInAnyOrderElementsOf(
            items.stream()
                .map(Item::subject)
                .filter(item -> item.pending() != PendingChange.NOTHING)
                .toList());
    for (int i = 0; i < order.size(); i++) {
      for (int j = i + 1; j < order.size(); j++) {
        int first = TypeOrder.rank(order.get(i).type());
        int second = TypeOrder.rank(order.get(j).type());
        if (order.get(i).pending() == order.get(j).pending()) {
          assertThat(
                  order.get(i).pending() == PendingChange.ADDITIONS
                      ? second - first
                      : first - second)
              .isNotNegative();
        } else {
          assertThat(order.get(i).pending()).isEqualTo(PendingChange.ADDITIONS);
        }
      }
    }
  }

  @Provide
  Arbitrary<List<Item<Item<String>>>> items() {
    return Combinators.combine(
            Arbitraries.of(KINDS).map(TypeOrderTest::networking),
            Arbitraries.of(PendingChange.values()))
        .as((type, pending) -> new Item<>(type, pending, item(type, pending)))
        .list()
        .ofMaxSize(12);
  }
}
