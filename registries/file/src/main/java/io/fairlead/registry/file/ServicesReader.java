package io.fairlead.registry.file;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.SharedMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A reader of one services file. Values of an instance are passed on as they are, however odd
 * (ports out of range, weights that are no numbers, invalid addresses), for the conversion to
 * judge; only what cannot be a service at all is refused. Confined to one thread; one object a
 * file.
 */
final class ServicesReader {
  private static final Set<String> DOCUMENT = keys("services");
  private static final Set<String> SERVICE = keys("name", "namespace", "metadata", "instances");
  private static final Set<String> INSTANCE =
      keys("id", "address", "port", "weight", "healthy", "enabled", "locality", "metadata");

  private final YamlCursor cursor;

  // Keys and values of metadata repeat a lot, so each text is kept once.
  private final Map<String, String> texts = new HashMap<>();

  private @Nullable List<LocatedService> services;

  private ServicesReader(YamlCursor cursor) {
    this.cursor = cursor;
  }

  private static Set<String> keys(String... keys) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(List.of(keys)));
  }

  /**
   * Reads a whole file.
   *
   * @param file for messages
   * @param content its bytes
   * @return its services in their order; the same identity may occur twice
   */
  static List<LocatedService> read(Path file, byte[] content) throws ServicesFileException {
    try (YamlCursor cursor = new YamlCursor(file, content)) {
      return new ServicesReader(cursor).document();
    }
  }

  private List<LocatedService> document() throws ServicesFileException {
    // An empty file is refused, so that an editor that truncates before it writes does not empty a
    // registry.
    cursor.begin("'services:' with a list; 'services: []' for none");
    TextPosition start = cursor.position();
    cursor.mapping(
        "a mapping with the key services",
        DOCUMENT,
        key -> {
          List<LocatedService> list = new ArrayList<>();
          cursor.list("a list of services; [] for none", () -> list.add(service()));
          services = list;
        });
    if (services == null) {
      throw cursor.error(start, "services", "missing", "a list of services; [] for none");
    }
    cursor.end();
    return services;
  }

  private LocatedService service() throws ServicesFileException {
    TextPosition position = cursor.position();
    String path = cursor.path();
    ServiceDraft draft = new ServiceDraft();
    cursor.mapping(
        "a mapping with name and instances",
        SERVICE,
        key -> {
          switch (key) {
            case "name" -> draft.name = nonEmpty("a service name");
            case "namespace" -> draft.namespace = cursor.string("a text");
            case "metadata" -> draft.metadata = metadata();
            default ->
                cursor.list(
                    "a list of instances; [] for none",
                    () -> draft.instances.add(instance(draft.ids)));
          }
        });
    if (draft.name == null) {
      throw cursor.error(position, path + ".name", "missing", "a service name");
    }
    ServiceId id = new ServiceId(draft.namespace, "", draft.name);
    return new LocatedService(
        new Service(id, Map.of(), draft.metadata, List.of(), draft.instances), position);
  }

  private Instance instance(Ids ids) throws ServicesFileException {
    TextPosition position = cursor.position();
    String path = cursor.path();
    InstanceDraft draft = new InstanceDraft();
    cursor.mapping("a mapping with address and port", INSTANCE, key -> part(draft, key, ids));
    if (draft.address == null) {
      throw cursor.error(position, path + ".address", "missing", "an IP address or a host name");
    }
    if (draft.port == null) {
      throw cursor.error(position, path + ".port", "missing", "a whole number");
    }
    return new Instance(
        draft.id == null ? ids.derive(draft.address + ":" + draft.port) : draft.id,
        draft.address,
        draft.port,
        draft.weight,
        draft.availability(),
        draft.locality,
        SharedMetadata.of(draft.metadata));
  }

  private void part(InstanceDraft draft, String key, Ids ids) throws ServicesFileException {
    switch (key) {
      case "id" -> {
        String id = cursor.string("an identity");
        // Programs write an empty text for an unknown identity.
        if (!id.isEmpty()) {
          draft.id = id;
          if (!ids.add(id)) {
            throw cursor.unexpected("an identity that no earlier instance of the service has");
          }
        }
      }
      case "address" -> draft.address = cursor.string("an IP address or a host name");
      case "port" ->
          draft.port = cursor.integer("a whole number from -2147483648 to 2147483647, as 8080");
      case "weight" -> draft.weight = cursor.number("a number");
      case "healthy" -> draft.healthy = cursor.bool("true or false");
      case "enabled" -> draft.enabled = cursor.bool("true or false");
      case "locality" ->
          draft.locality = Locality.parse(shared(cursor.string("region/zone/subzone")));
      default -> draft.metadata = metadata();
    }
  }

  private Map<String, String> metadata() throws ServicesFileException {
    Map<String, String> metadata = new HashMap<>();
    if (cursor.isNull()) {
      // Some programs write an empty mapping like this.
      return metadata;
    }
    cursor.mapping(
        "a mapping of texts",
        key -> metadata.put(shared(key), shared(cursor.string("a text; '' for an empty one"))));
    return metadata;
  }

  private String nonEmpty(String expected) throws ServicesFileException {
    String text = cursor.string(expected);
    if (text.isEmpty()) {
      throw cursor.unexpected(expected);
    }
    return text;
  }

  private String shared(String text) {
    String known = texts.putIfAbsent(text, text);
    return known == null ? text : known;
  }

  /** The parts of a service read so far. */
  private static final class ServiceDraft {
    private @Nullable String name;
    private String namespace = "";
    private Map<String, String> metadata = Map.of();
    private final List<Instance> instances = new ArrayList<>();
    private final Ids ids = new Ids();
  }

  /** The parts of an instance read so far. */
  private static final class InstanceDraft {
    private @Nullable String id;
    private @Nullable String address;
    private @Nullable Integer port;
    private double weight = 1;
    private boolean healthy = true;
    private boolean enabled = true;
    private Locality locality = Locality.NONE;
    private Map<String, String> metadata = Map.of();

    private Availability availability() {
      if (!enabled) {
        return Availability.DISABLED;
      }
      return healthy ? Availability.READY : Availability.UNHEALTHY;
    }
  }

  /** The identities of a service's instances so far. */
  private static final class Ids {
    private final Set<String> taken = new HashSet<>();
    // The last number of each text that was derived more than once.
    private final Map<String, Integer> numbers = new HashMap<>();

    private boolean add(String id) {
      return taken.add(id);
    }

    /** Returns the text itself, or with a number appended if it is taken. */
    private String derive(String text) {
      String id = text;
      while (!taken.add(id)) {
        id = text + "#" + numbers.merge(text, 2, (last, two) -> last + 1);
      }
      return id;
    }
  }
}
