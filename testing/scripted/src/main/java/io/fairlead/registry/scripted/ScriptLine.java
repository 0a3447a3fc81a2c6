package io.fairlead.registry.scripted;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One line of the script.
 *
 * @param seq its number
 * @param op what it says
 * @param content the whole line
 */
record ScriptLine(long seq, String op, JsonNode content) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * Reads a line.
   *
   * @throws GarbageException if it is none
   */
  static ScriptLine parse(String line) throws GarbageException {
    JsonNode content;
    try {
      content = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new GarbageException("'" + shortened(line) + "' (expected: a JSON object)", e);
    }
    if (!content.path("seq").isIntegralNumber() || !content.path("op").isTextual()) {
      throw new GarbageException("'" + shortened(line) + "' (expected: with seq and op)", null);
    }
    return new ScriptLine(content.get("seq").asLong(), content.get("op").asText(), content);
  }

  private static String shortened(String line) {
    return line.length() <= 100 ? line : line.substring(0, 100) + "...";
  }

  int count() {
    return content.path("count").asInt(-1);
  }

  String problem() {
    return content.path("problem").asText("failed");
  }

  ServiceId id() throws GarbageException {
    return id(content.path("id"));
  }

  Service service() throws GarbageException {
    JsonNode service = content.path("service");
    List<Instance> instances = new ArrayList<>();
    for (JsonNode instance : service.path("instances")) {
      instances.add(instance(instance));
    }
    return new Service(
        id(service.path("id")),
        texts(service.path("variables")),
        texts(service.path("metadata")),
        list(service.path("tags")),
        instances);
  }

  private static ServiceId id(JsonNode id) throws GarbageException {
    String name = id.path("name").asText();
    if (name.isEmpty()) {
      throw new GarbageException("id: " + id + " (expected: with a name)", null);
    }
    return new ServiceId(id.path("namespace").asText(), id.path("group").asText(), name);
  }

  private static Instance instance(JsonNode instance) throws GarbageException {
    JsonNode locality = instance.path("locality");
    try {
      return new Instance(
          instance.path("id").asText(),
          instance.path("address").asText(),
          instance.path("port").asInt(),
          Double.parseDouble(instance.path("weight").asText()),
          Availability.valueOf(instance.path("availability").asText()),
          new Locality(
              locality.path("region").asText(),
              locality.path("zone").asText(),
              locality.path("subzone").asText()),
          texts(instance.path("metadata")),
          list(instance.path("tags")));
    } catch (IllegalArgumentException e) {
      throw new GarbageException("instance: " + instance + ": " + e.getMessage(), e);
    }
  }

  private static List<String> list(JsonNode array) {
    List<String> list = new ArrayList<>();
    array.forEach(element -> list.add(element.asText()));
    return list;
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new TreeMap<>();
    object
        .properties()
        .forEach(property -> texts.put(property.getKey(), property.getValue().asText()));
    return texts;
  }
}
