package io.fairlead.registry.nacos;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The answers of Nacos' HTTP API (v3) that are read, and how. */
final class Json {
  /** Newer servers add properties; they are not read. */
  static final ObjectMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  static final TypeReference<Answer<List<Namespace>>> NAMESPACES = new TypeReference<>() {};
  static final TypeReference<Answer<Page<Row>>> ROWS = new TypeReference<>() {};
  static final TypeReference<Answer<Page<Detail>>> DETAILS = new TypeReference<>() {};
  static final TypeReference<Answer<Detail>> DETAIL = new TypeReference<>() {};
  static final TypeReference<Answer<List<Host>>> HOSTS = new TypeReference<>() {};

  private Json() {}

  /** The envelope of every answer; code 0 is success. */
  record Answer<T>(@Nullable Integer code, @Nullable String message, @Nullable T data) {}

  record Page<T>(int totalCount, @Nullable List<T> pageItems) {
    List<T> items() {
      return pageItems == null ? List.of() : pageItems;
    }
  }

  record Namespace(@Nullable String namespace) {
    /** Older servers spell the default namespace's id as empty text. */
    String id() {
      return namespace == null || namespace.isEmpty() ? "public" : namespace;
    }
  }

  record Row(
      String name,
      String groupName,
      int ipCount,
      int healthyInstanceCount,
      @Nullable String triggerFlag) {
    ServiceRow toRow(String namespace) {
      return new ServiceRow(
          new ServiceId(namespace, groupName, name),
          Optional.of(
              new ServiceRow.Counts(
                  ipCount, healthyInstanceCount, Boolean.parseBoolean(triggerFlag))));
    }
  }

  record Cluster(@Nullable List<Host> hosts) {}

  /** A service; the whole list gives hosts and no threshold, the single read the opposite. */
  record Detail(
      @Nullable String serviceName,
      @Nullable String groupName,
      @Nullable Map<String, Cluster> clusterMap,
      Map<String, String> metadata,
      double protectThreshold) {

    @JsonCreator
    static Detail read(
        @JsonProperty("serviceName") @Nullable String serviceName,
        @JsonProperty("groupName") @Nullable String groupName,
        @JsonProperty("clusterMap") @Nullable Map<String, Cluster> clusterMap,
        @JsonProperty("metadata") @Nullable Map<String, @Nullable String> metadata,
        @JsonProperty("protectThreshold") double protectThreshold) {
      return new Detail(
          serviceName, groupName, clusterMap, Host.withoutNulls(metadata), protectThreshold);
    }

    /** The names of the clusters that have instances. */
    Set<String> clusters() {
      return clusterMap == null ? Set.of() : clusterMap.keySet();
    }

    /** The content that the whole list gives; the threshold in it is always 0, so unknown. */
    Content toContent() {
      List<Host> hosts = new ArrayList<>();
      if (clusterMap != null) {
        for (Cluster cluster : clusterMap.values()) {
          if (cluster.hosts() != null) {
            hosts.addAll(cluster.hosts());
          }
        }
      }
      return new Content(hosts, metadata, OptionalDouble.empty());
    }
  }
}
