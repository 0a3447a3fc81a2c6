package io.fairlead.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** A folder of services files, one a service. While it is away, one file cannot be read. */
final class ChurnedFiles implements ChurnTarget {
  private final Path folder;
  private final Path broken;

  ChurnedFiles(Path parent) {
    this.folder = parent.resolve("services");
    this.broken = folder.resolve("broken.yaml");
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return "files";
  }

  @Override
  public String configuration() {
    return """
        - {name: files, type: file, path: %s, settle: 1ms, protocol: http, keepEmpty: 1h,
           host: "{service}.files", namespace: files}
        """
        .formatted(folder);
  }

  @Override
  public void write(String service, SortedMap<String, Registered> instances) {
    List<Map<String, Object>> definitions = new ArrayList<>();
    instances.forEach(
        (id, instance) -> {
          Map<String, Object> definition = new LinkedHashMap<>();
          definition.put("id", id);
          definition.put("address", instance.address());
          definition.put("port", instance.port());
          definition.put("weight", instance.weight());
          definition.put("healthy", instance.healthy());
          definition.put("locality", instance.locality());
          definition.put("metadata", instance.labels());
          definitions.add(definition);
        });
    String content =
        Json.of(Map.of("services", List.of(Map.of("name", service, "instances", definitions))));
    try {
      Path draft = folder.resolve("." + service + ".draft");
      Files.writeString(draft, content + "\n", StandardCharsets.UTF_8);
      Files.move(draft, folder.resolve(service + ".yaml"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void delete(String service) {
    try {
      Files.delete(folder.resolve(service + ".yaml"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void goAway() {
    breakIt();
  }

  @Override
  public void comeBack() {
    repair();
  }

  // A file that is no YAML: what is in the others must then not be believed either.
  private void breakIt() {
    try {
      Files.writeString(broken, "services: [{name: ", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void repair() {
    try {
      Files.deleteIfExists(broken);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stumble(int kind) {
    // A writer that is not careful, and may be seen at it; unless it is away already.
    if (kind % 2 == 0 && !Files.exists(broken)) {
      breakIt();
      repair();
    }
  }
}
