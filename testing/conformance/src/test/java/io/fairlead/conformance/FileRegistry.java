package io.fairlead.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A folder of services files, one file a service. */
final class FileRegistry extends MirroredRegistry {
  private static final String NAMESPACE = "shop";

  private final Path folder;

  FileRegistry(String name, Path folder, WhenEmpty whenEmpty) {
    super(name, whenEmpty);
    this.folder = folder;
  }

  @Override
  String configuration() {
    return """
        - name: %s
          type: file
          priority: 100
          path: %s
          protocol: http
          host: "{service}.{namespace}.%s"
          keepEmpty: %s
        """
        .formatted(name(), folder, name(), keepEmpty());
  }

  @Override
  String namespace() {
    return "file";
  }

  @Override
  String host(String service) {
    return service + "." + NAMESPACE + "." + name();
  }

  @Override
  Map<String, String> labels(Registered instance) {
    return instance.labels();
  }

  @Override
  void write(String service, String id, Registered instance, Optional<Registered> before) {
    writeFile(service);
  }

  @Override
  void delete(String service, String id, Registered instance) {
    writeFile(service);
  }

  /** Takes a service away with its file, and expects that. */
  void drop(String service) {
    forget(service);
    try {
      Files.delete(folder.resolve(service + ".yaml"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeFile(String service) {
    List<Map<String, Object>> instances =
        instances(service).entrySet().stream()
            .map(instance -> definition(instance.getKey(), instance.getValue()))
            .toList();
    String content =
        Json.of(
            Map.of(
                "services",
                List.of(Map.of("name", service, "namespace", NAMESPACE, "instances", instances))));
    try {
      Files.createDirectories(folder);
      // As careful writers do: what has begun with a dot is not read.
      Path draft = folder.resolve("." + service + ".draft");
      Files.writeString(draft, content + "\n", StandardCharsets.UTF_8);
      Files.move(draft, folder.resolve(service + ".yaml"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> definition(String id, Registered instance) {
    Map<String, String> metadata = new TreeMap<>(instance.labels());
    if (!instance.revisions().isEmpty()) {
      metadata.put("istio.io/rev", instance.revisions());
    }
    Map<String, Object> definition = new LinkedHashMap<>();
    definition.put("id", id);
    definition.put("address", instance.address());
    definition.put("port", instance.port());
    definition.put("weight", instance.weight());
    definition.put("healthy", instance.healthy());
    definition.put("locality", instance.locality());
    definition.put("metadata", metadata);
    return definition;
  }
}
