package io.fairlead.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One configuration object that istiod holds, as {@code /debug/configz} shows it.
 *
 * @param apiVersion such as {@code networking.istio.io/v1}
 * @param kind such as {@code ServiceEntry}
 * @param namespace its namespace
 * @param name its name within the namespace
 * @param version the {@code resourceVersion}: the {@code metadata.version} that the config source
 *     gave
 * @param creation the {@code creationTimestamp}, RFC 3339
 * @param labels its labels
 * @param annotations its annotations
 * @param spec its body, in protobuf's JSON form
 */
public record IstioConfig(
    String apiVersion,
    String kind,
    String namespace,
    String name,
    String version,
    String creation,
    Map<String, String> labels,
    Map<String, String> annotations,
    JsonNode spec) {

  /** Copies the maps. */
  public IstioConfig {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
  }

  /** {@code namespace/name}, the name that a config source gives it. */
  public String fullName() {
    return namespace + "/" + name;
  }

  /** Returns the texts of an array in the spec, such as {@code hosts}; empty if it is not there. */
  public List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    spec.path(field).forEach(text -> texts.add(text.asText()));
    return Collections.unmodifiableList(texts);
  }

  /** Returns the addresses of a ServiceEntry's endpoints, in its order. */
  public List<String> endpointAddresses() {
    List<String> addresses = new ArrayList<>();
    spec.path("endpoints").forEach(endpoint -> addresses.add(endpoint.path("address").asText()));
    return Collections.unmodifiableList(addresses);
  }

  static List<IstioConfig> parse(JsonNode configz) {
    List<IstioConfig> configs = new ArrayList<>();
    for (JsonNode config : configz) {
      JsonNode metadata = config.path("metadata");
      configs.add(
          new IstioConfig(
              config.path("apiVersion").asText(),
              config.path("kind").asText(),
              metadata.path("namespace").asText(),
              metadata.path("name").asText(),
              metadata.path("resourceVersion").asText(),
              metadata.path("creationTimestamp").asText(),
              texts(metadata.path("labels")),
              texts(metadata.path("annotations")),
              config.path("spec")));
    }
    return Collections.unmodifiableList(configs);
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new LinkedHashMap<>();
    object.properties().forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
    return texts;
  }
}
