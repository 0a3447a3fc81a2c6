package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A search for services by what an operator has at hand: {@code REGISTRY/ID}, the name of a
 * service, its host, or {@code NAMESPACE/NAME} of its resource. Stateless but for the client.
 */
final class ServiceQuery {
  private final AdminClient client;
  private final String instance;

  /**
   * @param instance part of the id, address or endpoint of the instances that are wanted; empty for
   *     the first ones
   */
  ServiceQuery(AdminClient client, String instance) {
    this.client = client;
    this.instance = instance;
  }

  /** Returns the answer about the service of a registry with that id. */
  Optional<JsonNode> byId(String id) throws AdminClientException, InterruptedException {
    return id.indexOf('/') < 0
        ? Optional.empty()
        : client.find(
            "services/" + AdminClient.path(id) + "?instance=" + AdminClient.encoded(instance));
  }

  /** Returns the services that are meant: those of exactly that name, else those that have it. */
  ArrayNode find(String wanted) throws AdminClientException, InterruptedException {
    Optional<JsonNode> resource =
        wanted.indexOf('/') < 0
            ? Optional.empty()
            : client.find("resources/" + AdminClient.path(wanted));
    if (resource.isPresent()) {
      String host = resource.get().path("spec").path("hosts").path(0).asText();
      return select(all(host), service -> service.path("resource").asText().equals(wanted));
    }
    ArrayNode found = all(wanted);
    // The host of an alias may be the name of another service.
    ArrayNode byName = select(found, service -> isNamed(service, wanted));
    if (!byName.isEmpty()) {
      return byName;
    }
    ArrayNode byHost = select(found, service -> service.path("host").asText().equals(wanted));
    return byHost.isEmpty() ? found : byHost;
  }

  private ArrayNode all(String text) throws AdminClientException, InterruptedException {
    return client.all("services", Map.of("q", text));
  }

  private static boolean isNamed(JsonNode service, String wanted) {
    String id = service.path("service").asText();
    return id.equals(wanted) || id.endsWith("/" + wanted);
  }

  private static ArrayNode select(ArrayNode services, Predicate<JsonNode> condition) {
    ArrayNode selected = JsonNodeFactory.instance.arrayNode();
    services.forEach(
        service -> {
          if (condition.test(service)) {
            selected.add(service);
          }
        });
    return selected;
  }
}
