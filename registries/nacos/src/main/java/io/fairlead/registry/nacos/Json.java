package io.fairlead.registry.nacos;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.nacos.NacosJson;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The JSON bindings of the services in the answers of Nacos' HTTP API. */
final class Json {
  private Json() {}

  record Cluster(@Nullable List<@Nullable InstanceRecord> hosts) {}

  /** A service; the whole list gives instances and no threshold, the single read the opposite. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Detail(
      @Nullable String serviceName,
      @Nullable String groupName,
      @Nullable Map<String, @Nullable Cluster> clusterMap,
      Map<String, String> metadata,
      OptionalDouble protectThreshold) {

    @JsonCreator
    static Detail read(
        @JsonProperty("serviceName") @Nullable String serviceName,
        @JsonProperty("groupName") @Nullable String groupName,
        @JsonProperty("clusterMap") @Nullable Map<String, @Nullable Cluster> clusterMap,
        @JsonProperty("metadata") @Nullable Map<String, @Nullable String> metadata,
        @JsonProperty("protectThreshold") @Nullable Double protectThreshold) {
      return new Detail(
          serviceName,
          groupName,
          clusterMap,
          InstanceRecord.withoutNulls(metadata),
          protectThreshold == null ? OptionalDouble.empty() : OptionalDouble.of(protectThreshold));
    }

    Detail withClusters(Map<String, @Nullable Cluster> other) {
      return new Detail(serviceName, groupName, other, metadata, protectThreshold);
    }

    boolean isNamed() {
      return serviceName != null && !serviceName.isEmpty() && groupName != null;
    }

    ServiceId id(String namespace) {
      return new ServiceId(
          namespace, Objects.requireNonNull(groupName), Objects.requireNonNull(serviceName));
    }

    /** Returns the names of the clusters that have instances; empty if the answer does not say. */
    Optional<Set<String>> clusters() {
      return Optional.ofNullable(clusterMap).map(Map::keySet);
    }

    /** Returns the content that the whole list gives; its threshold is always 0, hence unknown. */
    Content toContent() {
      List<InstanceRecord> instances = new ArrayList<>();
      if (clusterMap != null) {
        clusterMap.forEach(
            (name, cluster) -> {
              if (cluster != null) {
                NacosJson.present(cluster.hosts()).forEach(it -> instances.add(it.inCluster(name)));
              }
            });
      }
      return new Content(instances, metadata, OptionalDouble.empty());
    }
  }
}
