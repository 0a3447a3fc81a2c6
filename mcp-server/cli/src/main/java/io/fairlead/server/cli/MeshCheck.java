package io.fairlead.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A comparison of an istiod's mesh configuration with the sources that a gateway has for it. Hosts
 * are not compared, since an istiod may know the gateway by any name: a source is known by its
 * port.
 */
final class MeshCheck {
  private static final int MAX_LISTED = 3;
  // Where the mesh configuration is in what people have at hand: itself, a ConfigMap, an
  // IstioOperator, the values of Istio's chart.
  private static final List<String> PLACES =
      List.of("", "/data/mesh", "/spec/meshConfig", "/meshConfig");

  private final Diagnosis diagnosis;
  private final String command;

  /**
   * @param command what prints the sources
   */
  MeshCheck(Diagnosis diagnosis, String command) {
    this.diagnosis = diagnosis;
    this.command = command;
  }

  /** Returns the mesh configuration in a document; empty if the text is none. */
  static Optional<JsonNode> parse(String text) {
    try {
      JsonNode document = new YAMLMapper().readTree(text);
      for (String place : PLACES) {
        JsonNode found = document.at(place);
        if (found.isTextual()) {
          found = new YAMLMapper().readTree(found.asText());
        }
        if (found.has("configSources") || (found.isObject() && !place.isEmpty())) {
          return Optional.of(found);
        }
      }
      return document.isObject() ? Optional.of(document) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /**
   * Compares.
   *
   * @param subject what the mesh configuration is from
   * @param expected the sources that the gateway has, as {@code fairlead mesh-config} prints them;
   *     empty if they are not known
   * @param whole the port that serves everything, if others serve it by parts
   */
  void check(String subject, JsonNode mesh, Optional<JsonNode> expected, Optional<Integer> whole) {
    List<JsonNode> sources = new ArrayList<>();
    mesh.path("configSources").forEach(sources::add);
    Map<Integer, JsonNode> byPort = new HashMap<>();
    Set<Integer> twice = new LinkedHashSet<>();
    boolean kubernetes = false;
    for (JsonNode source : sources) {
      String address = source.path("address").asText();
      kubernetes |= address.startsWith("k8s://");
      int port = port(address);
      if (port > 0 && byPort.put(port, source) != null) {
        twice.add(port);
      }
    }
    if (sources.isEmpty() || byPort.isEmpty()) {
      problem(
          subject,
          "The istiod has no source xds://HOST:PORT in meshConfig.configSources: it does not ask"
              + " this gateway.",
          "Add what this command prints to its mesh configuration and restart it.");
      if (sources.isEmpty()) {
        return;
      }
    }
    if (!kubernetes) {
      problem(
          subject,
          "meshConfig.configSources has no k8s://, and the list replaces istiod's own source: it"
              + " reads no Istio configuration of its cluster.",
          "Add the source k8s://.");
    }
    if (!twice.isEmpty()) {
      problem(
          subject,
          "Several sources have the port " + listed(twice) + ".",
          "Each source of a gateway is needed once; replicas belong behind one name.");
    }
    expected.ifPresent(own -> compare(subject, byPort, own, whole));
    if (kubernetes && !byPort.isEmpty()) {
      diagnosis.sound(
          "configSources of "
              + subject
              + ": k8s:// and "
              + byPort.size()
              + (byPort.size() == 1 ? " source" : " sources")
              + " xds://");
    }
  }

  private void compare(
      String subject, Map<Integer, JsonNode> byPort, JsonNode own, Optional<Integer> whole) {
    Set<Integer> missing = new LinkedHashSet<>();
    Set<Integer> otherTls = new LinkedHashSet<>();
    int all = 0;
    for (JsonNode source : own.path("configSources")) {
      int port = port(source.path("address").asText());
      if (port <= 0) {
        continue;
      }
      all++;
      JsonNode there = byPort.get(port);
      if (there == null) {
        missing.add(port);
      } else if (!tls(there).equals(tls(source))) {
        otherTls.add(port);
      }
    }
    if (!missing.isEmpty() && !byPort.isEmpty()) {
      problem(
          subject,
          "Of the gateway's "
              + all
              + (all == 1 ? " source" : " sources")
              + " the istiod lacks "
              + missing.size()
              + ": port "
              + listed(missing)
              + ". The services that they serve are not in its mesh.",
          "Add what this command prints, whole.");
    }
    if (!otherTls.isEmpty()) {
      problem(
          subject,
          "The istiod uses other tlsSettings than the gateway needs, with port "
              + listed(otherTls)
              + ".",
          "Compare them with what this command prints.");
    }
    if (whole.isPresent() && byPort.containsKey(whole.get())) {
      problem(
          subject,
          "The istiod has the port "
              + whole.get()
              + ", which serves everything, beside the shards: it gets each service twice.",
          "Remove that source.");
    }
  }

  private void problem(String subject, String message, String advice) {
    diagnosis.critical("mesh_config", subject, message, advice, command);
  }

  private static String tls(JsonNode source) {
    String mode = source.path("tlsSettings").path("mode").asText("DISABLE");
    return mode.equals("0") ? "DISABLE" : mode;
  }

  private static int port(String address) {
    if (!address.startsWith("xds://")) {
      return -1;
    }
    try {
      return URI.create(address).getPort();
    } catch (IllegalArgumentException e) {
      return -1;
    }
  }

  private static String listed(Set<Integer> ports) {
    return ports.stream().limit(MAX_LISTED).map(String::valueOf).collect(Collectors.joining(", "))
        + (ports.size() > MAX_LISTED ? " and " + (ports.size() - MAX_LISTED) + " more" : "");
  }
}
