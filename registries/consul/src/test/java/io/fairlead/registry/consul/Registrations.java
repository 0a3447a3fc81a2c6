package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.harness.ConsulApi;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.ArrayList;
import java.util.List;

/** Writes registry-neutral services to a real Consul's catalog. */
final class Registrations {
  static final String NODE = "node-a";

  private Registrations() {}

  static void put(ConsulApi api, Service service, List<Instance> gone) {
    gone.forEach(instance -> api.deregister(NODE, instance.id()));
    service.instances().forEach(instance -> put(api, service.id().name(), instance));
  }

  private static void put(ConsulApi api, String name, Instance instance) {
    ObjectNode registration = JsonNodeFactory.instance.objectNode();
    registration.put("Node", NODE).put("Address", "10.99.0.1");
    registration.set("Service", definition(name, instance));
    ArrayNode checks = registration.putArray("Checks");
    boolean critical = instance.availability() == Availability.UNHEALTHY;
    checks.add(check("health-" + instance.id(), instance, critical ? "critical" : "passing"));
    String maintenance = "_service_maintenance:" + instance.id();
    if (instance.availability() == Availability.MAINTENANCE) {
      checks.add(check(maintenance, instance, "critical"));
    }
    api.register(registration.toString());
    if (instance.availability() != Availability.MAINTENANCE) {
      api.deregisterCheck(NODE, maintenance);
    }
  }

  private static ObjectNode check(String id, Instance instance, String status) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("Node", NODE)
        .put("CheckID", id)
        .put("Name", id)
        .put("ServiceID", instance.id())
        .put("Status", status);
  }

  private static ObjectNode definition(String name, Instance instance) {
    ObjectNode service = JsonNodeFactory.instance.objectNode();
    service.put("ID", instance.id()).put("Service", name);
    service.put("Address", instance.address()).put("Port", instance.port());
    service.set("Meta", new JsonMapper().valueToTree(instance.metadata()));
    int weight = (int) instance.weight();
    service.putObject("Weights").put("Passing", weight).put("Warning", 1);
    if (!instance.locality().isNone()) {
      service
          .putObject("Locality")
          .put("Region", instance.locality().region())
          .put("Zone", instance.locality().zone());
      // Consul (1.22) takes a registration that differs in the locality only for no change.
      ((ObjectNode) service.get("Meta")).put("locality", instance.locality().region());
    }
    return service;
  }

  /** Writes new services in as few transactions as Consul allows. */
  static void putAll(ConsulApi api, List<Service> services) {
    List<String> operations = new ArrayList<>();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.putObject("Node")
        .put("Verb", "set")
        .putObject("Node")
        .put("Node", NODE)
        .put("Address", "10.99.0.1");
    operations.add(node.toString());
    for (Service service : services) {
      for (Instance instance : service.instances()) {
        ObjectNode operation = JsonNodeFactory.instance.objectNode();
        ObjectNode set = operation.putObject("Service").put("Verb", "set").put("Node", NODE);
        set.set("Service", definition(service.id().name(), instance));
        operations.add(operation.toString());
      }
    }
    api.transact(operations);
  }
}
