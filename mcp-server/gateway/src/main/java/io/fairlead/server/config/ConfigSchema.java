package io.fairlead.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.fairlead.registry.RegistryAdapterFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Objects;

/**
 * The one JSON Schema (draft 2020-12) of the configuration: the gateway's own, which is a resource
 * of this package, with the keys of each installed registry type composed into it. Editors and
 * charts can use {@link #text()}.
 *
 * <p>Each registry type becomes a flat object of the shared keys and its own, so that an unknown
 * key is reported as such and not as a failure of several schemas. Immutable.
 */
public final class ConfigSchema {
  /** Identifier of the gateway's own part. */
  static final String ID = "https://fairlead.io/schema/configuration";

  private static final String RESOURCE = "fairlead.schema.json";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ObjectNode document;
  private final Schema schema;

  /** Composes the schema for the installed types. */
  public ConfigSchema(AdapterTypes types) {
    this.document = compose(types);
    this.schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(document);
  }

  /** The schema as JSON. */
  public String text() {
    return document.toPrettyString();
  }

  /** Reports everything in the document that the schema refuses. */
  void validate(YamlDocument yaml, Problems problems) {
    SchemaTexts texts = new SchemaTexts(document);
    schema.validate(yaml.root()).stream()
        .sorted(SchemaTexts.ALTERNATIVES_FIRST)
        .forEach(error -> texts.report(error, problems));
  }

  private static ObjectNode compose(AdapterTypes types) {
    ObjectNode document = own();
    ObjectNode definitions = object(document, "$defs");
    ObjectNode shared = object(object(definitions, "registry"), "properties");
    ObjectNode any = object(definitions, "anyRegistry");
    object(any, "properties")
        .putObject("name")
        .put("$ref", ID + "#/$defs/registry/properties/name");
    ArrayNode names = object(any, "properties").putObject("type").putArray("enum");
    ArrayNode branches = any.putArray("allOf");
    for (RegistryAdapterFactory<?> factory : types.factories()) {
      String id = ID + "/registry/" + factory.type();
      definitions.set("registry-" + factory.type(), composed(factory, id, shared));
      names.add(factory.type());
      ObjectNode branch = branches.addObject();
      ObjectNode condition = branch.putObject("if");
      condition.putArray("required").add("type");
      condition.putObject("properties").putObject("type").put("const", factory.type());
      branch.putObject("then").put("$ref", id);
    }
    return document;
  }

  private static ObjectNode composed(
      RegistryAdapterFactory<?> factory, String id, ObjectNode shared) {
    ObjectNode composed = parse(factory);
    composed.remove("$schema");
    composed.put("$id", id).put("type", "object").put("additionalProperties", false);
    ObjectNode properties = composed.withObjectProperty("properties");
    KnownTypes.refine(factory.configurationType(), properties);
    for (Iterator<String> keys = shared.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (properties.has(key)) {
        throw new IllegalStateException(
            "registry type " + factory.type() + ": " + key + " (expected: no shared key)");
      }
      properties.putObject(key).put("$ref", ID + "#/$defs/registry/properties/" + key);
    }
    return composed;
  }

  private static ObjectNode parse(RegistryAdapterFactory<?> factory) {
    try {
      return (ObjectNode) JSON.readTree(factory.configurationSchema());
    } catch (JsonProcessingException | ClassCastException e) {
      throw new IllegalStateException(
          "registry type " + factory.type() + ": its schema is not a JSON object", e);
    }
  }

  private static ObjectNode own() {
    try (InputStream input =
        Objects.requireNonNull(ConfigSchema.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return (ObjectNode) JSON.readTree(input);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
  }

  private static ObjectNode object(ObjectNode parent, String key) {
    JsonNode child = parent.get(key);
    if (child instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalStateException(RESOURCE + ": " + key + " (expected: an object)");
  }
}
