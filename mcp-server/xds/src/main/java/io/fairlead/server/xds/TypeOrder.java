package io.fairlead.server.xds;

import io.fairlead.versioning.ResourceType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The order in which one client is sent the types that a commit changed, so that no resource refers
 * to one that the client does not have yet, or has no more, where that can be had.
 *
 * <p>Istio's kinds refer to each other in one direction: a VirtualService names the subsets of a
 * DestinationRule and the Gateways it is bound to, all of them name hosts that ServiceEntries
 * define, a ServiceEntry selects WorkloadEntries, and policies, filters and telemetry are attached
 * to any of these. So there is a rank for each kind, and two rules: what is <em>added or
 * changed</em> goes out after what it may refer to, by rising rank; what is only <em>removed</em>
 * goes out after what may have referred to it, by falling rank, and after all additions, since
 * among these is the change that gave the reference up.
 *
 * <p><b>What this guarantees.</b> A commit whose types each only add and change, or each only
 * remove, shows no client a dangling reference at any moment between two of its responses; neither
 * does one that adds to some types and removes from others.
 *
 * <p><b>What it cannot.</b> A state-of-the-world response holds everything of its type, so it adds
 * and removes at once. When one commit replaces ServiceEntry {@code old} by {@code new} and turns a
 * VirtualService from the one to the other, then either the VirtualService comes first and names
 * {@code new} too early, or second and names {@code old} too long: make before break would need two
 * ServiceEntry responses. A type that does both counts as adding, since a missing target of a new
 * route hurts as much as that of an old one and additions are more often what is waited for. Nor is
 * there an order between streams: the shards of a gateway, or the types that a client asks for on
 * different connections, arrive as they arrive. And kinds of equal rank, or resources of one kind
 * that refer to each other (delegate VirtualServices), are in no order beyond that of the response.
 *
 * <p><b>Why it is enough for istiod.</b> The responses of a commit are sent back to back without
 * waiting for ACKs, and istiod gathers what arrives within its debounce (100 ms by default) into
 * one push, so its proxies see the commit as a whole. The order matters when a large response takes
 * longer than that, and to clients that apply each response at once.
 *
 * <p><b>Where it waits.</b> At most one response per type is on its way. If a type has something
 * new while its last response is not ACKed, what comes after it in the order waits for that ACK,
 * too: sending it would put the reference before its target.
 */
final class TypeOrder {
  private static final String NETWORKING = "networking.istio.io";
  private static final int LAST = 6;
  private static final Map<String, Integer> RANKS =
      Map.of(
          "WorkloadEntry", 0,
          "WorkloadGroup", 0,
          "ServiceEntry", 1,
          "DestinationRule", 2,
          "Gateway", 3,
          "VirtualService", 4,
          "Sidecar", 5);

  /**
   * A change that a client lacks of a type.
   *
   * @param type the type
   * @param pending what kind of change it lacks
   * @param subject whatever the caller knows it by
   */
  record Item<T>(ResourceType type, PendingChange pending, T subject) {}

  private TypeOrder() {}

  /**
   * How far from the targets of references a type is: a type refers only to types of lower rank.
   * Everything that is not among the kinds of traffic routing is last.
   */
  static int rank(ResourceType type) {
    return type.group().equals(NETWORKING) ? RANKS.getOrDefault(type.kind(), LAST) : LAST;
  }

  /** The subjects of those items that lack something, in the order in which they are to be sent. */
  static <T> List<T> order(List<Item<T>> items) {
    List<T> ordered = new ArrayList<>();
    Comparator<Item<T>> rising = Comparator.comparingInt(item -> rank(item.type()));
    items.stream()
        .filter(item -> item.pending() == PendingChange.ADDITIONS)
        .sorted(rising)
        .forEach(item -> ordered.add(item.subject()));
    items.stream()
        .filter(item -> item.pending() == PendingChange.REMOVALS)
        .sorted(rising.reversed())
        .forEach(item -> ordered.add(item.subject()));
    return ordered;
  }
}
