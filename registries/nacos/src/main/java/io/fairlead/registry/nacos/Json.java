package io.fairlead.registry.nacos;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The JSON bindings of the answers of Nacos' HTTP API that the adapter reads. */
final class Json {
  /** Ignores properties that newer servers add; fails on anything behind the end of an answer. */
  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** The envelope of every answer; code 0 is success. */
  record Envelope<T>(@Nullable Integer code, @Nullable String message, @Nullable T data) {}

  /** A page of a list; an absent list is not an empty one. */
  record Page<T>(@Nullable Integer totalCount, @Nullable List<@Nullable T> pageItems) {
    /** Returns a list that comes without its number; null where the list is absent. */
    static <T> @Nullable Page<T> of(@Nullable List<@Nullable T> items) {
      return items == null ? null : new Page<>(items.size(), items);
    }

    /** Whether these are all items of the list. */
    boolean isWhole() {
      return pageItems != null && totalCount != null && pageItems.size() == totalCount;
    }

    List<T> items() {
      return present(pageItems);
    }

    /** Returns how many items it has, those that are null included. */
    int size() {
      return pageItems == null ? 0 : pageItems.size();
    }
  }

  /** Returns the elements that are not null; an absent list gives none. */
  static <T> List<T> present(@Nullable List<@Nullable T> list) {
    List<T> present = new ArrayList<>();
    if (list != null) {
      for (T one : list) {
        if (one != null) {
          present.add(one);
        }
      }
    }
    return present;
  }

  record Namespace(@Nullable String namespace) {
    /**
     * Returns the namespace's id; older servers spell that of the default namespace as empty text.
     */
    String id() {
      return namespace == null || namespace.isEmpty() ? "public" : namespace;
    }
  }

  /** A row of the list of services; one without counts only says that the service exists. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Row(
      @Nullable String name,
      @Nullable String groupName,
      @Nullable Integer ipCount,
      @Nullable Integer healthyInstanceCount,
      @Nullable String triggerFlag) {
    boolean isNamed() {
      return name != null && !name.isEmpty() && groupName != null;
    }

    ServiceRow toRow(String namespace) {
      Optional<ServiceRow.Counts> counts =
          ipCount == null || healthyInstanceCount == null
              ? Optional.empty()
              : Optional.of(
                  new ServiceRow.Counts(
                      ipCount, healthyInstanceCount, Boolean.parseBoolean(triggerFlag)));
      return new ServiceRow(
          new ServiceId(namespace, Objects.requireNonNull(groupName), Objects.requireNonNull(name)),
          counts);
    }
  }

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
                present(cluster.hosts()).forEach(it -> instances.add(it.inCluster(name)));
              }
            });
      }
      return new Content(instances, metadata, OptionalDouble.empty());
    }
  }
}
