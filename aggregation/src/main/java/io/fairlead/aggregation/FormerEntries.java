package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The entries that a former process served of one registry. A store of an older release does not
 * say of which services: these are known by their hosts, as soon as the registry names a service
 * that would have the host; until then the name of the resource stands for the service. Confined to
 * the commit thread.
 */
final class FormerEntries {
  private final String label;
  // Until the first whole view.
  private List<CompactEntry> entries;
  // By host.
  private final Map<String, ServiceId> standIns = new HashMap<>();
  // The places of the origins that were made; one text of each.
  private final Map<String, String> places = new HashMap<>();

  FormerEntries(String label, List<CompactEntry> entries) {
    this.label = label;
    this.entries = entries;
  }

  /**
   * The entries by which the registry would have hosts of which something was served.
   *
   * @param besides hosts that are served of others
   */
  Map<String, CompactEntry> holders(Inbox.Batch said, Set<String> besides) {
    Set<String> hosts = new HashSet<>(besides);
    for (CompactEntry entry : entries) {
      if (!entry.isOfKnownOrigin()) {
        hosts.add(entry.host());
      }
    }
    return hosts.isEmpty() ? Map.of() : HostClaims.holders(reported(said, hosts));
  }

  // Without endpoints it is only served if it was before.
  private static List<CompactEntry> reported(Inbox.Batch said, Set<String> hosts) {
    return new GuardedBatch(said, List::of)
        .latest().values().stream()
            .flatMap(Optional::stream)
            .flatMap(taken -> taken.entry().stream())
            .filter(entry -> entry.endpointsToLose() > 0 || hosts.contains(entry.host()))
            .toList();
  }

  /** Takes the entries out, each of its service as far as that is known. */
  List<CompactEntry> take(Map<String, CompactEntry> holders) {
    List<CompactEntry> taken = new ArrayList<>(entries.size());
    for (CompactEntry entry : entries) {
      CompactEntry holder = entry.isOfKnownOrigin() ? null : holders.get(entry.host());
      taken.add(holder == null ? entry : madeOf(holder, entry));
      if (holder == null && !entry.isOfKnownOrigin()) {
        standIns.put(entry.host(), entry.service());
      }
    }
    entries = List.of();
    return taken;
  }

  /** An entry as one of the service of another, which has the same host. */
  CompactEntry madeOf(CompactEntry like, CompactEntry entry) {
    ServiceOrigin origin = new ServiceOrigin(label, like.service(), like.addressed());
    return entry.madeOf(
        origin, origin.toOrigin(place -> places.computeIfAbsent(place, same -> same)));
  }

  /** The names that stand for services of which something is said, with what is said. */
  Map<ServiceId, CompactEntry> identified(Inbox.Batch said) {
    Map<ServiceId, CompactEntry> identified = new HashMap<>();
    if (!standIns.isEmpty()) {
      for (CompactEntry entry : reported(said, standIns.keySet())) {
        ServiceId standIn = standIns.get(entry.host());
        if (standIn != null) {
          identified.put(standIn, entry);
        }
      }
    }
    return identified;
  }

  /** Records that a service is not there any more. */
  void removed(CompactEntry entry) {
    standIns.remove(entry.host(), entry.service());
  }
}
