package io.fairlead.conversion.rules;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;
import io.fairlead.common.LabelSyntax;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Ports, protocol and endpoints. Weight, locality, network and tlsMode are decided for each
 * instance by itself, the others for the service.
 */
public record Traffic(
    @Key("the service's port; goes before what metadata says") @Nullable PortOfService port,
    @Key(value = "further ports of the service", single = true)
        @Nullable List<ExtraPort> extraPorts,
    @Key(
            value = "what the ports speak; goes before what metadata says",
            expected = "a protocol such as http, grpc or tcp")
        @Nullable String protocol,
    @Key("whether the service is part of the mesh, as Istio calls it") @Nullable Location location,
    @Key("how proxies find the endpoints; STATIC leaves out host names")
        @Nullable Resolution resolution,
    @Key(value = "the weight of the instances; 0 takes them out", min = "0", max = "1000000")
        @Nullable Double weight,
    @Key("template of the instances' locality, region/zone/subzone")
        @Nullable TextTemplate locality,
    @Key("template of the network that the instances are in") @Nullable TextTemplate network,
    @Key("whether the instances have sidecars, which take mutual TLS") @Nullable TlsMode tlsMode,
    @Key(
            "labels of the pods of the entry's namespace that are its endpoints, in place of instances")
        @Nullable Map<String, String> workloadSelector,
    @Key("which endpoints are preferred") @Nullable Distribution trafficDistribution,
    @Key(
            "how long the service is served without endpoints once it lost the last one, in place of"
                + " the registry's keepEmpty; 0s: not at all")
        @Nullable Duration keepEmpty) {

  public Traffic {
    if (port == null
        && extraPorts == null
        && protocol == null
        && location == null
        && resolution == null
        && weight == null
        && locality == null
        && network == null
        && tlsMode == null
        && workloadSelector == null
        && trafficDistribution == null
        && keepEmpty == null) {
      throw new IllegalArgumentException("nothing (expected: a key of traffic)");
    }
    if (workloadSelector != null && workloadSelector.isEmpty()) {
      throw new IllegalArgumentException("workloadSelector: {} (expected: one label or more)");
    }
    Visibility.requireKeys("workloadSelector", workloadSelector);
    if (workloadSelector != null) {
      new TreeMap<>(workloadSelector).forEach(Traffic::requireSelectable);
    }
  }

  /** Refuses what istiods refuse in a selector, and values that no label of a pod can have. */
  private static void requireSelectable(String label, String value) {
    String expected =
        !LabelSyntax.isSelectable(value)
            ? "no *: labels are compared as they are"
            : value.isEmpty() || LabelSyntax.isName(value)
                ? ""
                : "a label's value: at most 63 letters, digits, '-', '_' and '.', with one of the"
                    + " first two at the ends";
    if (!expected.isEmpty()) {
      boolean plain = label.indexOf('.') < 0 && label.indexOf('/') < 0;
      throw new IllegalArgumentException(
          "workloadSelector"
              + (plain ? "." + label : "[\"" + label + "\"]")
              + ": "
              + ConfigurationKey.refusal(value, expected));
    }
  }

  /** Returns this with what an earlier rule says where this says nothing. */
  Traffic over(@Nullable Traffic earlier) {
    if (earlier == null) {
      return this;
    }
    return new Traffic(
        port == null ? earlier.port : port,
        extraPorts == null ? earlier.extraPorts : extraPorts,
        protocol == null ? earlier.protocol : protocol,
        location == null ? earlier.location : location,
        resolution == null ? earlier.resolution : resolution,
        weight == null ? earlier.weight : weight,
        locality == null ? earlier.locality : locality,
        network == null ? earlier.network : network,
        tlsMode == null ? earlier.tlsMode : tlsMode,
        workloadSelector == null ? earlier.workloadSelector : workloadSelector,
        trafficDistribution == null ? earlier.trafficDistribution : trafficDistribution,
        keepEmpty == null ? earlier.keepEmpty : keepEmpty);
  }

  /** Returns what it says about the service as a whole; null: nothing. */
  @Nullable Traffic ofService() {
    if (!isOfInstances()) {
      return this;
    }
    return port == null
            && extraPorts == null
            && protocol == null
            && location == null
            && resolution == null
            && workloadSelector == null
            && trafficDistribution == null
            && keepEmpty == null
        ? null
        : new Traffic(
            port,
            extraPorts,
            protocol,
            location,
            resolution,
            null,
            null,
            null,
            null,
            workloadSelector,
            trafficDistribution,
            keepEmpty);
  }

  /** Whether it says something about single instances. */
  boolean isOfInstances() {
    return weight != null || locality != null || network != null || tlsMode != null;
  }

  /** The places of a service, in Istio's words. */
  public enum Location {
    /** Part of the mesh. */
    MESH_INTERNAL,
    /** Outside of the mesh. */
    MESH_EXTERNAL
  }

  /** The ways of proxies to the endpoints, in Istio's words. */
  public enum Resolution {
    /** By the IP addresses of the entry. */
    STATIC,
    /** By the DNS names of the entry. */
    DNS
  }

  /** The ways in which proxies speak to endpoints. */
  public enum TlsMode {
    /** Mutual TLS of Istio. */
    ISTIO,
    /** As the client sends it. */
    DISABLED;

    /** Returns Istio's word. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The preferences between endpoints, in Istio's words. */
  public enum Distribution {
    /** Endpoints that are close. */
    PREFER_CLOSE("PreferClose"),
    /** Endpoints of the same zone. */
    PREFER_SAME_ZONE("PreferSameZone"),
    /** Endpoints of the same node. */
    PREFER_SAME_NODE("PreferSameNode");

    private final String word;

    Distribution(String word) {
      this.word = word;
    }

    /** Returns Istio's word. */
    @Override
    public String toString() {
      return word;
    }
  }
}
