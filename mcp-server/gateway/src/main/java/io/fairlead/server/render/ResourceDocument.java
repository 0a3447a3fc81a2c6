package io.fairlead.server.render;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.JsonFormat;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceType;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rendering of a resource as a Kubernetes object: apiVersion, kind, metadata, spec. The names
 * of the fields are those of Istio's JSON.
 */
public final class ResourceDocument {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().omittingInsignificantWhitespace();

  private ResourceDocument() {}

  /** Returns the document of a resource; it could be given to kubectl. */
  public static ObjectNode of(Resource resource) {
    io.fairlead.istio.mcp.v1alpha1.Resource envelope = resource.decode();
    ResourceType type = resource.key().type();
    ObjectNode document = JSON.createObjectNode();
    IstioKind kind = kind(type);
    document.put("apiVersion", kind.apiVersion());
    document.put("kind", type.kind());
    document.set("metadata", metadata(envelope.getMetadata()));
    document.set("spec", spec(kind, envelope.getBody()));
    return document;
  }

  private static IstioKind kind(ResourceType type) {
    return IstioKind.of(type.kind())
        .filter(found -> found.group().equals(type.group()))
        .orElseThrow(
            () -> new IllegalStateException(type + " (expected: a kind that this version knows)"));
  }

  /**
   * Returns the ServiceEntry in a resource of that type, decoded anew on each call.
   *
   * @throws IllegalStateException if there is none in it
   */
  public static ServiceEntry serviceEntry(Resource resource) {
    try {
      return ServiceEntry.parseFrom(resource.decode().getBody().getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(resource + ": not a ServiceEntry", e);
    }
  }

  private static ObjectNode metadata(Metadata metadata) {
    ObjectNode node = JSON.createObjectNode();
    int slash = metadata.getName().indexOf('/');
    node.put("name", metadata.getName().substring(slash + 1));
    node.put("namespace", metadata.getName().substring(0, slash));
    putAll(node, "labels", metadata.getLabelsMap());
    putAll(node, "annotations", metadata.getAnnotationsMap());
    Timestamp time = metadata.getCreateTime();
    node.put(
        "creationTimestamp", Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString());
    return node;
  }

  private static void putAll(ObjectNode parent, String key, Map<String, String> values) {
    if (!values.isEmpty()) {
      ObjectNode node = parent.putObject(key);
      new TreeMap<>(values).forEach(node::put);
    }
  }

  private static JsonNode spec(IstioKind kind, Any body) {
    try {
      return JSON.readTree(PRINTER.print(kind.parse(body.getValue())));
    } catch (InvalidProtocolBufferException | JsonProcessingException e) {
      throw new IllegalStateException(
          body.getTypeUrl() + " (expected: an encoded " + kind.kind() + ")", e);
    }
  }
}
