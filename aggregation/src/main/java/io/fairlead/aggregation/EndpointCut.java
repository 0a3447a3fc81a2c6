package io.fairlead.aggregation;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.fairlead.aggregation.HostTable.Candidate;
import io.fairlead.aggregation.HostTable.Emitted;
import io.fairlead.aggregation.damping.FlapUnit;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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
            rest.put(key, one.equals(other) ? one : cut(key, one, other.candidate()));
          }
        });
    return rest;
  }

  private static Emitted cut(ResourceKey key, Emitted served, Candidate wanted) {
    ServiceEntry entry = entry(served.candidate());
    Set<FlapUnit> sockets = new HashSet<>();
    ServiceEntry wantedEntry = entry(wanted);
    wantedEntry
        .getEndpointsList()
        .forEach(endpoint -> sockets.addAll(FlapUnit.sockets(key, wantedEntry, endpoint)));
    List<WorkloadEntry> staying =
        entry.getEndpointsList().stream()
            .filter(endpoint -> sockets.containsAll(FlapUnit.sockets(key, entry, endpoint)))
            .toList();
    if (staying.size() == entry.getEndpointsCount()) {
      return served;
    }
    ServiceEntry rest = entry.toBuilder().clearEndpoints().addAllEndpoints(staying).build();
    return new Emitted(with(served.candidate(), rest), served.virtualIps());
  }

  /** The ServiceEntry of a candidate, without virtual IPs if it was converted here. */
  static ServiceEntry entry(Candidate candidate) {
    if (candidate instanceof CompactEntry live) {
      return live.expand().entry();
    }
    Resource resource = ((Candidate.Inherited) candidate).resource();
    try {
      return ServiceEntry.parseFrom(resource.decode().getBody().getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(resource.key() + ": not a ServiceEntry", e);
    }
  }

  private static Candidate with(Candidate candidate, ServiceEntry entry) {
    if (candidate instanceof CompactEntry live) {
      ConvertedEntry before = live.expand();
      return live.changed(
          entry.getEndpointsCount() == 0
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
                  entry));
    }
    return new Candidate.Inherited(with(((Candidate.Inherited) candidate).resource(), entry));
  }

  private static Resource with(Resource resource, ServiceEntry entry) {
    io.fairlead.istio.mcp.v1alpha1.Resource envelope = resource.decode();
    Metadata metadata = envelope.getMetadata();
    Timestamp createTime = metadata.getCreateTime();
    Map<String, String> labels = new TreeMap<>(metadata.getLabelsMap());
    if (entry.getEndpointsCount() == 0) {
      labels.put(ConvertedEntry.ENDPOINTS_LABEL, ConvertedEntry.NO_ENDPOINTS);
    }
    return Resource.encode(
        new ResourceContent(
            resource.key(),
            labels,
            metadata.getAnnotationsMap(),
            resource.revisions(),
            Instant.ofEpochSecond(createTime.getSeconds(), createTime.getNanos()),
            envelope.getBody().getTypeUrl(),
            CompactEntry.bytes(ConvertedEntry.resolvedOrNone(entry))));
  }
}
