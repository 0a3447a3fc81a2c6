package io.fairlead.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.IstioConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A service as the mesh holds it, or must hold it.
 *
 * @param name {@code namespace/name} of its ServiceEntry
 * @param hosts its hosts
 * @param ports each {@code number/name/protocol}
 * @param kind location and resolution
 * @param exportTo the namespaces that see it
 * @param labels the ServiceEntry's own labels
 * @param endpoints its endpoints
 */
record MeshService(
    String name,
    List<String> hosts,
    List<String> ports,
    String kind,
    List<String> exportTo,
    SortedMap<String, String> labels,
    SortedSet<MeshEndpoint> endpoints) {

  /** The same without some of its endpoints; at least one must be left. */
  MeshService withoutEndpoints(Predicate<MeshEndpoint> gone) {
    List<MeshEndpoint> left = endpoints.stream().filter(gone.negate()).toList();
    if (left.isEmpty()) {
      throw new IllegalArgumentException(name + ": no endpoint left (expected: one or more)");
    }
    return new MeshService(
        name, hosts, ports, kind, exportTo, labels, MeshEndpoint.inLowestTerms(left));
  }

  /** What an istiod holds, by name. */
  static SortedMap<String, MeshService> byName(List<IstioConfig> entries) {
    SortedMap<String, MeshService> services = new TreeMap<>();
    for (IstioConfig entry : entries) {
      if (services.put(entry.fullName(), of(entry)) != null) {
        throw new AssertionError(entry.fullName() + ": twice (expected: once)");
      }
    }
    return services;
  }

  private static MeshService of(IstioConfig entry) {
    JsonNode spec = entry.spec();
    List<String> ports = new ArrayList<>();
    for (JsonNode port : spec.path("ports")) {
      ports.add(
          port(
              port.path("number").asInt(),
              port.path("name").asText(),
              port.path("protocol").asText()));
    }
    return new MeshService(
        entry.fullName(),
        entry.texts("hosts"),
        ports,
        spec.path("location").asText("MESH_EXTERNAL")
            + " "
            + spec.path("resolution").asText("NONE"),
        entry.texts("exportTo"),
        new TreeMap<>(entry.labels()),
        MeshEndpoint.inLowestTerms(endpoints(spec)));
  }

  private static List<MeshEndpoint> endpoints(JsonNode spec) {
    JsonNode port = spec.path("ports").path(0);
    List<MeshEndpoint> endpoints = new ArrayList<>();
    for (JsonNode endpoint : spec.path("endpoints")) {
      SortedMap<String, String> labels = new TreeMap<>();
      endpoint
          .path("labels")
          .properties()
          .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
      endpoints.add(
          new MeshEndpoint(
              endpoint.path("address").asText(),
              endpoint
                  .path("ports")
                  .path(port.path("name").asText())
                  .asInt(port.path("number").asInt()),
              // Istio reads a weight that is not set as 1.
              Math.max(1, endpoint.path("weight").asLong()),
              endpoint.path("locality").asText(),
              labels));
    }
    return endpoints;
  }

  /** How a port is written here. */
  static String port(int number, String name, String protocol) {
    return number + "/" + name + "/" + protocol;
  }

  /** What differs, a line for each service; empty if nothing does. */
  static List<String> differences(
      Map<String, MeshService> expected, Map<String, MeshService> actual) {
    List<String> differences = new ArrayList<>();
    expected.forEach(
        (name, service) -> {
          MeshService held = actual.get(name);
          if (held == null) {
            differences.add("missing: " + service);
          } else if (!held.equals(service)) {
            differences.add("differs: " + held + "\n   expected: " + service);
          }
        });
    actual.forEach(
        (name, service) -> {
          if (!expected.containsKey(name)) {
            differences.add("too much: " + service);
          }
        });
    return differences;
  }
}
