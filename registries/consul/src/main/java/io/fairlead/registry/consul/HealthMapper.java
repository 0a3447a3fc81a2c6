package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Maps the body of {@code /v1/health/service/NAME}. Stateless. */
final class HealthMapper {
  private static final String NODE_MAINTENANCE = "_node_maintenance";
  private static final String SERVICE_MAINTENANCE = "_service_maintenance:";

  private final Optional<String> taggedAddress;

  /**
   * @param taggedAddress the tagged address to prefer
   */
  HealthMapper(Optional<String> taggedAddress) {
    this.taggedAddress = taggedAddress;
  }

  ServiceHealth map(JsonNode body) {
    if (!body.isArray()) {
      throw new MalformedAnswerException("health: " + body.getNodeType() + " (expected: an array)");
    }
    List<Instance> instances = new ArrayList<>();
    Optional<Set<String>> tags = Optional.empty();
    String datacenter = "";
    for (JsonNode entry : body) {
      JsonNode node = object(entry, "Node");
      JsonNode service = object(entry, "Service");
      if (!service.path("Kind").asText().isEmpty()) {
        continue;
      }
      instances.add(instance(node, service, entry.path("Checks")));
      Set<String> own = strings(service.path("Tags"));
      tags.ifPresentOrElse(shared -> shared.retainAll(own), () -> {});
      if (tags.isEmpty()) {
        tags = Optional.of(own);
      }
      datacenter = node.path("Datacenter").asText();
    }
    instances.sort(Comparator.comparing(Instance::id));
    List<String> shared = tags.map(set -> set.stream().sorted().toList()).orElse(List.of());
    return new ServiceHealth(instances, shared, datacenter);
  }

  private Instance instance(JsonNode node, JsonNode service, JsonNode checks) {
    String id = text(node, "Node") + "/" + text(service, "ID");
    Status status = Status.of(checks, text(service, "ID"));
    Endpointed place = place(node, service);
    return new Instance(
        id,
        place.address(),
        place.port(),
        weight(service.path("Weights"), status),
        status.availability(),
        locality(service, node),
        meta(service.path("Meta")));
  }

  private record Endpointed(String address, int port) {}

  private Endpointed place(JsonNode node, JsonNode service) {
    int port = port(service);
    if (taggedAddress.isPresent()) {
      JsonNode ofService = service.path("TaggedAddresses").path(taggedAddress.get());
      if (!ofService.path("Address").asText().isEmpty()) {
        return new Endpointed(
            ofService.path("Address").asText(), ofService.path("Port").asInt(port));
      }
    }
    String own = service.path("Address").asText();
    if (!own.isEmpty()) {
      return new Endpointed(own, port);
    }
    String ofNode =
        taggedAddress
            .map(tag -> node.path("TaggedAddresses").path(tag).asText())
            .filter(address -> !address.isEmpty())
            .orElseGet(() -> node.path("Address").asText());
    return new Endpointed(ofNode, port);
  }

  private static int port(JsonNode service) {
    int port = service.path("Port").asInt();
    if (port == 0) {
      // Since 1.22 an instance may have named ports instead, one of them marked as the default.
      for (JsonNode named : service.path("Ports")) {
        if (named.path("Default").asBoolean()) {
          return named.path("Port").asInt();
        }
      }
    }
    return port;
  }

  private static double weight(JsonNode weights, Status status) {
    String kind = status == Status.WARNING ? "Warning" : "Passing";
    // Consul fills in 1 and 1 where an instance has no weights.
    return weights.path(kind).asDouble(1);
  }

  private static Locality locality(JsonNode service, JsonNode node) {
    for (JsonNode owner : List.of(service, node)) {
      JsonNode locality = owner.path("Locality");
      if (!locality.path("Region").asText().isEmpty()) {
        return new Locality(locality.path("Region").asText(), locality.path("Zone").asText(), "");
      }
    }
    return Locality.NONE;
  }

  private static Map<String, String> meta(JsonNode meta) {
    Map<String, String> result = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : meta.properties()) {
      result.put(field.getKey(), field.getValue().asText());
    }
    return result;
  }

  private static Set<String> strings(JsonNode array) {
    Set<String> result = new LinkedHashSet<>();
    for (JsonNode element : array) {
      result.add(element.asText());
    }
    return result;
  }

  private static JsonNode object(JsonNode entry, String field) {
    JsonNode value = entry.path(field);
    if (!value.isObject()) {
      throw new MalformedAnswerException(
          "health: " + field + ": " + value.getNodeType() + " (expected: an object)");
    }
    return value;
  }

  private static String text(JsonNode owner, String field) {
    JsonNode value = owner.path(field);
    if (!value.isTextual() || value.asText().isEmpty()) {
      throw new MalformedAnswerException("health: " + field + ": " + value + " (expected: a name)");
    }
    return value.asText();
  }

  /** The worst of the checks of an instance and of its node. */
  private enum Status {
    PASSING(Availability.READY),
    WARNING(Availability.READY),
    CRITICAL(Availability.UNHEALTHY),
    MAINTENANCE(Availability.MAINTENANCE);

    private final Availability availability;

    Status(Availability availability) {
      this.availability = availability;
    }

    Availability availability() {
      return availability;
    }

    static Status of(JsonNode checks, String serviceId) {
      Status worst = PASSING;
      for (JsonNode check : checks) {
        Status one = single(check, serviceId);
        worst = one.compareTo(worst) > 0 ? one : worst;
      }
      return worst;
    }

    private static Status single(JsonNode check, String serviceId) {
      String id = check.path("CheckID").asText();
      String status = check.path("Status").asText();
      boolean failing = !status.equals("passing");
      if (failing && (id.equals(NODE_MAINTENANCE) || id.equals(SERVICE_MAINTENANCE + serviceId))) {
        return MAINTENANCE;
      }
      return switch (status) {
        case "passing" -> PASSING;
        case "warning" -> WARNING;
        // "maintenance" is the aggregate of Consul's own client library; it is no check status.
        default -> CRITICAL;
      };
    }
  }
}
