package io.fairlead.harness;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.Map;

/** The lines of the scripted registry's protocol, without their numbers. */
final class ScriptedLines {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ScriptedLines() {}

  static ObjectNode begin() {
    return line("begin");
  }

  static ObjectNode end(int count) {
    return line("end").put("count", count);
  }

  static ObjectNode alive() {
    return line("alive");
  }

  static ObjectNode problem(String op, String problem) {
    return line(op).put("problem", problem);
  }

  static ObjectNode service(Service service) {
    return line("service").set("service", json(service));
  }

  static ObjectNode changed(Service service) {
    return line("changed").set("service", json(service));
  }

  static ObjectNode removed(ServiceId id) {
    return line("removed").set("id", json(id));
  }

  private static ObjectNode line(String op) {
    return MAPPER.createObjectNode().put("op", op);
  }

  private static ObjectNode json(Service service) {
    ObjectNode json = MAPPER.createObjectNode();
    json.set("id", json(service.id()));
    json.set("variables", json(service.variables()));
    json.set("metadata", json(service.metadata()));
    ArrayNode tags = json.putArray("tags");
    service.tags().forEach(tags::add);
    ArrayNode instances = json.putArray("instances");
    service.instances().forEach(instance -> instances.add(json(instance)));
    return json;
  }

  private static ObjectNode json(ServiceId id) {
    return MAPPER
        .createObjectNode()
        .put("namespace", id.namespace())
        .put("group", id.group())
        .put("name", id.name());
  }

  private static ObjectNode json(Instance instance) {
    ObjectNode json =
        MAPPER
            .createObjectNode()
            .put("id", instance.id())
            .put("address", instance.address())
            .put("port", instance.port())
            // As text: JSON has no NaN.
            .put("weight", Double.toString(instance.weight()))
            .put("availability", instance.availability().name());
    json.putObject("locality")
        .put("region", instance.locality().region())
        .put("zone", instance.locality().zone())
        .put("subzone", instance.locality().subzone());
    json.set("metadata", json(instance.metadata()));
    ArrayNode tags = json.putArray("tags");
    instance.tags().forEach(tags::add);
    return json;
  }

  private static ObjectNode json(Map<String, String> texts) {
    ObjectNode json = MAPPER.createObjectNode();
    texts.forEach(json::put);
    return json;
  }
}
