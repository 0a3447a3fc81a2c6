package io.fairlead.registry.eureka;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.SharedMetadata;
import io.fairlead.registry.eureka.EurekaConfiguration.AddressKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mapper of the instances of Eureka's JSON. What is only a time (of the lease, of the last
 * change) stays out of an instance: it would change with every renewal. Stateless.
 */
final class InstanceMapper {
  private static final String REGION = "region";
  private static final String ZONE = "zone";
  private static final String SECURE = "secure";
  private static final String WEIGHT = "weight";
  // us-east-1c is a zone of us-east-1.
  private static final Pattern AMAZON_ZONE = Pattern.compile("([a-z]+(?:-[a-z]+)+-[0-9]+)[a-z]");

  private final AddressKind address;
  private final boolean preferSecurePort;
  private final String region;

  InstanceMapper(EurekaConfiguration configuration) {
    this.address = configuration.address();
    this.preferSecurePort = configuration.preferSecurePort();
    this.region = Objects.requireNonNullElse(configuration.region(), "");
  }

  /**
   * Maps one instance.
   *
   * @param app the name of the app that lists it, in lower case
   */
  Registration registration(String app, JsonNode node) {
    Status status = Status.of(text(node, "status"));
    return new Registration(
        app,
        status,
        number(node.path("lastUpdatedTimestamp")),
        text(node, "actionType").equals("DELETED"),
        instance(node, status));
  }

  private Instance instance(JsonNode node, Status status) {
    Map<String, String> metadata = metadata(node.path("metadata"));
    boolean plain = isEnabled(node.path("port"));
    boolean secure = isEnabled(node.path("securePort"));
    boolean useSecure = secure && (preferSecurePort || !plain);
    int port = useSecure ? port(node.path("securePort")) : plain ? port(node.path("port")) : 0;
    if (useSecure) {
      metadata.putIfAbsent(SECURE, "true");
    }
    JsonNode dataCenter = node.path("dataCenterInfo").path("metadata");
    Locality locality = locality(metadata, text(dataCenter, "availability-zone"));
    return new Instance(
        id(node, dataCenter),
        text(node, address == AddressKind.IP ? "ipAddr" : "hostName"),
        port,
        weight(metadata),
        status.availability(),
        locality,
        SharedMetadata.of(metadata));
  }

  /** Returns the identity within the app; instances of old clients have none of their own. */
  private static String id(JsonNode node, JsonNode dataCenter) {
    for (String id :
        new String[] {
          text(node, "instanceId"), text(dataCenter, "instance-id"), text(node, "hostName")
        }) {
      if (!id.isEmpty()) {
        return id;
      }
    }
    return text(node, "ipAddr") + ":" + port(node.path("port"));
  }

  private static boolean isEnabled(JsonNode port) {
    return port.path("@enabled").asBoolean() || (port.isValueNode() && port(port) > 0);
  }

  private static int port(JsonNode port) {
    long number = number(port.isObject() ? port.path("$") : port);
    return number == (int) number ? (int) number : 0;
  }

  /** Returns the weight that Spring's clients read; it is taken out of the metadata. */
  private static double weight(Map<String, String> metadata) {
    String weight = metadata.remove(WEIGHT);
    if (weight == null) {
      return 1;
    }
    try {
      return Double.parseDouble(weight);
    } catch (NumberFormatException e) {
      metadata.put(WEIGHT, weight);
      return 1;
    }
  }

  private Locality locality(Map<String, String> metadata, String availabilityZone) {
    if (metadata.containsKey(REGION)) {
      // Read by the conversion, as that of every registry.
      return Locality.NONE;
    }
    String zone = metadata.getOrDefault(ZONE, availabilityZone);
    Matcher amazon = AMAZON_ZONE.matcher(zone);
    String of = region.isEmpty() && amazon.matches() ? amazon.group(1) : region;
    return zone.isEmpty() || of.isEmpty()
        ? Locality.NONE
        : new Locality(of, zone, metadata.getOrDefault("subzone", ""));
  }

  private static Map<String, String> metadata(JsonNode metadata) {
    Map<String, String> result = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : metadata.properties()) {
      // Keys with an @ are about the map itself, such as its Java class.
      if (!field.getKey().startsWith("@")) {
        JsonNode value = field.getValue();
        result.put(
            field.getKey(),
            value.isNull() ? "" : value.isValueNode() ? value.asText() : value.toString());
      }
    }
    return result;
  }

  private static String text(JsonNode owner, String field) {
    JsonNode value = owner.path(field);
    return value.isValueNode() && !value.isNull() ? value.asText() : "";
  }

  /** Returns a number, which may be written as a text; 0 if it is none. */
  private static long number(JsonNode value) {
    return value.asLong(0);
  }
}
