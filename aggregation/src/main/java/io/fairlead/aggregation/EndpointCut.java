package io.fairlead.aggregation;

import io.fairlead.aggregation.HostTable.Emitted;
import io.fairlead.aggregation.damping.FlapUnit;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.versioning.ResourceKey;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A cut of what is served of a host back to what is still wanted: nothing is added, and nothing of
 * what stays is changed.
 *
 * <p>An endpoint stays if each of its sockets ({@link FlapUnit}) is one of the wanted entry.
 */
final class EndpointCut {
  private EndpointCut() {}

  /** What remains of the served resources; the same objects where nothing is lost. */
  static Map<ResourceKey, Emitted> of(
      Map<ResourceKey, Emitted> served, Map<ResourceKey, Emitted> wanted) {
    Map<ResourceKey, Emitted> rest = new HashMap<>();
    served.forEach(
        (key, one) -> {
          Emitted other = wanted.get(key);
          if (other != null) {
            rest.put(key, one.equals(other) ? one : cut(key, one, other.entry()));
          }
        });
    return rest;
  }

  private static Emitted cut(ResourceKey key, Emitted served, CompactEntry wanted) {
    ConvertedEntry before = served.entry().expand();
    ServiceEntry entry = before.entry();
    Set<FlapUnit> sockets = new HashSet<>();
    ServiceEntry wantedEntry = wanted.expand().entry();
    wantedEntry
        .getEndpointsList()
        .forEach(endpoint -> sockets.addAll(FlapUnit.sockets(key, wantedEntry, endpoint)));
    List<WorkloadEntry> staying = new ArrayList<>();
    BitSet places = new BitSet();
    for (int i = 0; i < entry.getEndpointsCount(); i++) {
      WorkloadEntry endpoint = entry.getEndpoints(i);
      if (sockets.containsAll(FlapUnit.sockets(key, entry, endpoint))) {
        staying.add(endpoint);
        places.set(i);
      }
    }
    if (staying.size() == entry.getEndpointsCount()) {
      return served;
    }
    ConvertedEntry rest =
        staying.isEmpty()
            ? before.withoutEndpoints()
            : new ConvertedEntry(
                before.service(),
                before.namespace(),
                before.name(),
                before.host(),
                before.labels(),
                before.annotations(),
                before.revisions(),
                before.createTime(),
                entry.toBuilder().clearEndpoints().addAllEndpoints(staying).build());
    return new Emitted(
        served.entry().changed(rest), served.virtualIps(), served.members().only(places::get));
  }
}
