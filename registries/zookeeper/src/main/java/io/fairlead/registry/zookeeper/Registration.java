package io.fairlead.registry.zookeeper;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.SharedMetadata;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The registration of an instance in Curator's service discovery: the JSON in a node below its
 * service, as Dubbo 3, Spring Cloud and Curator itself write it. Immutable.
 *
 * @param instance the instance, without what changes with each start
 * @param revision the revision of its metadata, if it is a Dubbo application's; empty otherwise
 * @param isDubbo whether a Dubbo application registered it
 * @param keepsInterfacesRemotely whether its interfaces are in the metadata centre
 */
record Registration(
    Instance instance, String revision, boolean isDubbo, boolean keepsInterfacesRemotely) {
  private static final String DUBBO = "org.apache.dubbo.";
  private static final String SPRING_CLOUD = "org.springframework.cloud.";
  private static final String SOURCE = "preserved.register.source";
  private static final String REVISION = "dubbo.metadata.revision";
  private static final String STORAGE = "dubbo.metadata.storage-type";
  private static final String STATUS = "instance_status";

  /**
   * The metadata keys of Dubbo itself, and those that change with each start: none says where to
   * route.
   */
  private static final Set<String> INTERNAL =
      Set.of(
          REVISION,
          STORAGE,
          STATUS,
          "dubbo.metadata-service.url-params",
          "dubbo.metadata-service.urls",
          "meta-v",
          "timestamp",
          "pid",
          "weight");

  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              // Anybody can register arbitrary names.
              .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
              .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
              .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(50).build())
              .build());

  /**
   * Returns the registration in a node.
   *
   * @param node the node's name, which is the instance's id
   * @throws MalformedNodeException if the content is none
   */
  static Registration parse(String node, byte[] content) throws MalformedNodeException {
    JsonNode json = tree(content);
    JsonNode payload = json.path("payload");
    String writer = payload.path("@class").asText();
    Map<String, String> metadata = metadata(payload);
    boolean isDubbo = writer.startsWith(DUBBO) || metadata.containsKey("dubbo.endpoints");
    String revision = metadata.getOrDefault(REVISION, "");
    boolean remote = metadata.getOrDefault(STORAGE, "").equals("remote");
    Availability availability = availability(json, metadata);
    double weight = weight(metadata);
    JsonNode secure = json.path("sslPort");
    JsonNode plain = json.path("port");
    boolean isSecure = !plain.isIntegralNumber() && secure.isIntegralNumber();
    JsonNode port = isSecure ? secure : plain;
    if (!port.isIntegralNumber()) {
      throw new MalformedNodeException("port: " + kind(port) + " (expected: a number)");
    }
    if (!json.path("address").isTextual()) {
      throw new MalformedNodeException(
          "address: " + kind(json.path("address")) + " (expected: a text)");
    }
    metadata.keySet().removeAll(INTERNAL);
    if (isSecure) {
      metadata.put("secure", "true");
    }
    if (isDubbo || writer.startsWith(SPRING_CLOUD)) {
      metadata.putIfAbsent(SOURCE, isDubbo ? "DUBBO" : "SPRING_CLOUD");
    }
    Instance instance =
        new Instance(
            node,
            json.path("address").asText(),
            (int) Math.max(-1, Math.min(1 << 20, port.asLong())),
            weight,
            availability,
            Locality.NONE,
            SharedMetadata.of(metadata));
    return new Registration(instance, revision, isDubbo, remote);
  }

  /** Reads JSON that must be an object. */
  static JsonNode tree(byte[] content) throws MalformedNodeException {
    JsonNode json;
    try {
      json = JSON.readTree(content);
    } catch (IOException e) {
      // Without the cause, which could show a part of the content.
      throw new MalformedNodeException("no JSON (expected: an object)");
    }
    if (json == null || !json.isObject()) {
      throw new MalformedNodeException("no JSON object (expected: a registration)");
    }
    return json;
  }

  private static String kind(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.getNodeType().name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, String> metadata(JsonNode payload) {
    JsonNode source = payload.path("metadata").isObject() ? payload.path("metadata") : payload;
    Map<String, String> metadata = new HashMap<>();
    source
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().isValueNode()
                  && !entry.getValue().isNull()
                  && !entry.getKey().startsWith("@")) {
                metadata.put(entry.getKey(), entry.getValue().asText());
              }
            });
    return metadata;
  }

  private static Availability availability(JsonNode json, Map<String, String> metadata) {
    String status = metadata.getOrDefault(STATUS, "UP").toUpperCase(Locale.ROOT);
    if (json.path("enabled").isBoolean() && !json.path("enabled").asBoolean()) {
      return Availability.DISABLED;
    }
    return switch (status) {
      case "OUT_OF_SERVICE" -> Availability.MAINTENANCE;
      case "DOWN", "STARTING" -> Availability.UNHEALTHY;
      default -> Availability.READY;
    };
  }

  private static double weight(Map<String, String> metadata) {
    String text = metadata.get("weight");
    try {
      return text == null || text.isBlank() ? 1 : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      // The conversion counts it as its owner's fault.
      return Double.NaN;
    }
  }
}
