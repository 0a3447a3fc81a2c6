package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A mapper of the body of {@code /v1/health/service/NAME} to instances. Stateless. */
final class HealthMapper {
  private static final String NODE_MAINTENANCE = "_node_maintenance";
  private static final String SERVICE_MAINTENANCE = "_service_maintenance:";

  private final Optional<String> taggedAddress;
  private final AddressChoice address;
  private final Proxies proxies;

  /**
   * @param taggedAddress the tagged address to prefer
   */
  HealthMapper(Optional<String> taggedAddress, AddressChoice address, Proxies proxies) {
    this.taggedAddress = taggedAddress;
    this.address = address;
    this.proxies = proxies;
  }

  ServiceHealth map(JsonNode body) {
    if (!body.isArray()) {
      throw new MalformedAnswerException("health: " + body.getNodeType() + " (expected: an array)");
    }
    // Consul's streaming lists an instance twice if its node or id changed in case: the newer one
    // counts.
    Map<String, JsonNode> newest = new TreeMap<>();
    for (JsonNode entry : body) {
      JsonNode service = object(entry, "Service");
      String id = id(object(entry, "Node"), service);
      if (isWanted(Json.text(service, "Kind"))) {
        newest.merge(id, entry, HealthMapper::newer);
      }
    }
    List<Instance> instances = new ArrayList<>();
    Map<String, Long> created = new HashMap<>();
    String datacenter = "";
    for (Map.Entry<String, JsonNode> each : newest.entrySet()) {
      JsonNode node = each.getValue().path("Node");
      JsonNode service = each.getValue().path("Service");
      instances.add(instance(each.getKey(), node, service, each.getValue().path("Checks")));
      long index = Json.index(service, "CreateIndex");
      if (index > 0) {
        created.put(each.getKey(), index);
      }
      String where = Folded.of(Json.text(node, "Datacenter"));
      datacenter = where.isEmpty() ? datacenter : where;
    }
    return new ServiceHealth(instances, datacenter, created, newest.size() < body.size());
  }

  private boolean isWanted(String kind) {
    return kind.isEmpty() || kind.equals("connect-proxy") && proxies == Proxies.USE;
  }

  /** Returns the identity of an instance; Consul ignores case in both parts. */
  private static String id(JsonNode node, JsonNode service) {
    return Folded.of(name(node, "Node")) + "/" + Folded.of(name(service, "ID"));
  }

  private static JsonNode newer(JsonNode one, JsonNode other) {
    long first = Json.index(one.path("Service"), "ModifyIndex");
    return Json.index(other.path("Service"), "ModifyIndex") >= first ? other : one;
  }

  private Instance instance(String id, JsonNode node, JsonNode service, JsonNode checks) {
    Status status = Status.of(checks, Json.text(service, "ID"));
    Location place = place(node, service);
    return new Instance(
        id,
        place.address(),
        place.port(),
        weight(service.path("Weights"), status),
        status.availability(),
        locality(service, node),
        meta(service.path("Meta")),
        strings(service.path("Tags")));
  }

  private record Location(String address, int port) {}

  private Location place(JsonNode node, JsonNode service) {
    int port = port(service);
    if (taggedAddress.isPresent() && address == AddressChoice.SERVICE) {
      JsonNode ofService = service.path("TaggedAddresses").path(taggedAddress.get());
      String address = Json.text(ofService, "Address");
      if (!address.isEmpty()) {
        return new Location(address, Json.number(ofService, "Port", port));
      }
    }
    String own = Json.text(service, "Address");
    if (!own.isEmpty() && address == AddressChoice.SERVICE) {
      return new Location(own, port);
    }
    String ofNode =
        taggedAddress
            .map(tag -> Json.text(node.path("TaggedAddresses"), tag))
            .filter(address -> !address.isEmpty())
            .orElseGet(() -> Json.text(node, "Address"));
    return new Location(ofNode, port);
  }

  private static int port(JsonNode service) {
    int port = Json.number(service, "Port", 0);
    // Since 1.22 an instance may have named ports instead, one of them marked as the default.
    JsonNode named = service.path("Ports");
    for (int i = 0; port == 0 && i < named.size(); i++) {
      if (named.path(i).path("Default").asBoolean() || named.size() == 1) {
        port = Json.number(named.path(i), "Port", 0);
      }
    }
    return port;
  }

  private static double weight(JsonNode weights, Status status) {
    // Consul's default is 1 and 1. Registering {"Passing": 5} gives {"Passing": 5, "Warning": 0}:
    // the
    // 0 is a weight that was left out, not the wish to lose the instance at its first warning.
    String kind = status == Status.WARNING ? "Warning" : "Passing";
    double weight = weights.path(kind).asDouble(1);
    return weight == 0 ? 1 : weight;
  }

  private static Locality locality(JsonNode service, JsonNode node) {
    for (JsonNode owner : List.of(service, node)) {
      JsonNode locality = owner.path("Locality");
      if (!Json.text(locality, "Region").isEmpty()) {
        return new Locality(Json.text(locality, "Region"), Json.text(locality, "Zone"), "");
      }
    }
    return Locality.NONE;
  }

  private static Map<String, String> meta(JsonNode meta) {
    Map<String, String> result = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : meta.properties()) {
      result.put(field.getKey(), field.getValue().isNull() ? "" : field.getValue().asText());
    }
    return result;
  }

  /**
   * Returns the texts of an array, sorted and without repetitions: the order of tags means nothing.
   */
  private static List<String> strings(JsonNode array) {
    SortedSet<String> result = new TreeSet<>();
    for (JsonNode element : array) {
      if (element.isTextual() && !element.textValue().isEmpty()) {
        result.add(element.textValue());
      }
    }
    return List.copyOf(result);
  }

  private static JsonNode object(JsonNode entry, String field) {
    JsonNode value = entry.path(field);
    if (!value.isObject()) {
      throw new MalformedAnswerException(
          "health: " + field + ": " + value.getNodeType() + " (expected: an object)");
    }
    return value;
  }

  private static String name(JsonNode owner, String field) {
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
      String id = Json.text(check, "CheckID");
      String status = Json.text(check, "Status");
      boolean failing = !status.equals("passing");
      boolean maintenance =
          id.equals(NODE_MAINTENANCE)
              || Folded.of(id).equals(Folded.of(SERVICE_MAINTENANCE + serviceId));
      if (failing && maintenance) {
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
