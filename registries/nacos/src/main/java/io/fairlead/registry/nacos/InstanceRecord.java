package io.fairlead.registry.nacos;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.benmanes.caffeine.cache.Interner;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.SharedMetadata;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An instance as Nacos reports it, by HTTP or by push.
 *
 * @param ip an IP address or a host name
 * @param port 0 is legal in Nacos
 * @param weight 0 to 10000
 * @param healthy what the server's checks or heartbeats say
 * @param enabled whether its owner lets it take traffic
 * @param cluster the Nacos cluster within the service
 * @param metadata free-form keys and values
 */
// Said here, too: else Jackson keeps a copy of each unknown property until the record is made.
@JsonIgnoreProperties(ignoreUnknown = true)
record InstanceRecord(
    String ip,
    int port,
    double weight,
    boolean healthy,
    boolean enabled,
    String cluster,
    Map<String, String> metadata) {

  /** A total order, so that equal contents are equal lists. */
  static final Comparator<InstanceRecord> ORDER =
      // By the parts of its id: a text for each comparison was 26 KB of garbage for each change.
      Comparator.comparing(InstanceRecord::ip)
          .thenComparingInt(InstanceRecord::port)
          .thenComparing(InstanceRecord::cluster)
          .thenComparing(InstanceRecord::healthy)
          .thenComparing(InstanceRecord::enabled)
          .thenComparingDouble(InstanceRecord::weight)
          .thenComparing(instance -> new TreeMap<>(instance.metadata()).toString());

  private static final double USUAL_WEIGHT = 1;
  private static final double USUAL_DUBBO_WEIGHT = 100;

  private static final Interner<String> CLUSTERS = Interner.newWeakInterner();

  InstanceRecord {
    // Nearly all have the same few.
    cluster = CLUSTERS.intern(cluster);
    metadata = SharedMetadata.of(metadata);
  }

  /**
   * Reads the JSON that the server sends; a whole read of 2.x calls {@code healthy} {@code valid},
   * and has the cluster's name around its instances only. A property that is absent or null gets
   * Nacos' own default: weight 1, healthy, enabled. Address and port have no default: the instance
   * then has an empty address and port 0, which the conversion refuses with a reason.
   */
  @JsonCreator
  static InstanceRecord read(
      @JsonProperty("ip") @Nullable String ip,
      @JsonProperty("port") @Nullable Integer port,
      @JsonProperty("weight") @Nullable Double weight,
      @JsonProperty("healthy") @JsonAlias("valid") @Nullable Boolean healthy,
      @JsonProperty("enabled") @Nullable Boolean enabled,
      @JsonProperty("clusterName") @Nullable String cluster,
      @JsonProperty("metadata") @Nullable Map<String, @Nullable String> metadata) {
    return new InstanceRecord(
        Objects.requireNonNullElse(ip, ""),
        Objects.requireNonNullElse(port, 0),
        Objects.requireNonNullElse(weight, USUAL_WEIGHT),
        Objects.requireNonNullElse(healthy, true),
        Objects.requireNonNullElse(enabled, true),
        Objects.requireNonNullElse(cluster, ""),
        withoutNulls(metadata));
  }

  static Map<String, String> withoutNulls(@Nullable Map<String, @Nullable String> metadata) {
    Map<String, String> present = new HashMap<>();
    if (metadata != null) {
      metadata.forEach(
          (key, value) -> {
            if (key != null && value != null) {
              present.put(key, value);
            }
          });
    }
    return present;
  }

  /** Returns the identity of the instance within its service: address, port and cluster. */
  String id() {
    return ip + "#" + port + "#" + cluster;
  }

  InstanceRecord inCluster(String other) {
    return cluster.equals(other)
        ? this
        : new InstanceRecord(ip, port, weight, healthy, enabled, other, metadata);
  }

  InstanceRecord withHealthy(boolean other) {
    return healthy == other
        ? this
        : new InstanceRecord(ip, port, weight, other, enabled, cluster, metadata);
  }

  /**
   * Returns the provider as the gateway gets it: where Nacos' weight is the one that it gives when
   * nobody says, Dubbo's counts, whose usual 100 is Nacos' 1.
   */
  Instance toProvider() {
    String own = metadata.getOrDefault("weight", "");
    String text = own.isEmpty() ? metadata.getOrDefault("default.weight", "") : own;
    if (weight != USUAL_WEIGHT || text.isEmpty()) {
      return toInstance();
    }
    double said;
    try {
      said = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      // The conversion counts it as its owner's fault.
      said = Double.NaN;
    }
    return new InstanceRecord(
            ip, port, said / USUAL_DUBBO_WEIGHT, healthy, enabled, cluster, metadata)
        .toInstance();
  }

  Instance toInstance() {
    Availability availability =
        !enabled ? Availability.DISABLED : healthy ? Availability.READY : Availability.UNHEALTHY;
    return new Instance(id(), ip, port, weight, availability, Locality.NONE, metadata);
  }
}
