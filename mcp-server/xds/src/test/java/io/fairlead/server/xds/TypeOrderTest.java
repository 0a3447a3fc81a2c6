package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.server.xds.TypeOrder.Item;
import io.fairlead.versioning.ResourceType;
import java.util.List;
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
