package io.fairlead.registry.file;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Writes services files. */
final class ServicesYaml {
  private ServicesYaml() {}

  /** A services file that holds these. */
  static String of(Collection<Service> services) {
    if (services.isEmpty()) {
      return "services: []\n";
    }
    StringBuilder text = new StringBuilder("services:\n");
    for (Service service : services) {
      text.append("- name: ").append(quoted(service.id().name())).append('\n');
      if (!service.id().namespace().isEmpty()) {
        text.append("  namespace: ").append(quoted(service.id().namespace())).append('\n');
      }
      text.append("  metadata: ").append(of(service.metadata())).append('\n');
      text.append("  instances:").append(service.instances().isEmpty() ? " []\n" : "\n");
      service.instances().forEach(instance -> append(text, instance));
    }
    return text.toString();
  }

  /** A services file that holds one. */
  static String of(Service service) {
    return of(List.of(service));
  }

  private static void append(StringBuilder text, Instance instance) {
    text.append("  - {id: ").append(quoted(instance.id()));
    text.append(", address: ").append(quoted(instance.address()));
    text.append(", port: ").append(instance.port());
    text.append(", weight: ").append(instance.weight());
    text.append(", healthy: ").append(instance.availability() != Availability.UNHEALTHY);
    text.append(", enabled: ").append(instance.availability() != Availability.DISABLED);
    if (!instance.locality().isNone()) {
      String locality = instance.locality().region() + "/" + instance.locality().zone();
      text.append(", locality: ").append(quoted(locality));
    }
    text.append(", metadata: ").append(of(instance.metadata())).append("}\n");
  }

  private static String of(Map<String, String> metadata) {
    StringBuilder text = new StringBuilder("{");
    metadata.forEach(
        (key, value) ->
            text.append(text.length() == 1 ? "" : ", ")
                .append(quoted(key))
                .append(": ")
                .append(quoted(value)));
    return text.append('}').toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** Writes a file in place, as a plain editor does. */
  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file beside and renames it, as a careful editor does. */
  static void replace(Path file, String text) {
    Path beside = file.resolveSibling("." + file.getFileName() + ".new");
    write(beside, text);
    move(beside, file);
  }

  /** Renames. */
  static void move(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a file. */
  static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes a symbolic link, in the place of one that may be there, in one step. */
  static void link(Path link, Path target) {
    Path beside = link.resolveSibling(link.getFileName() + "_tmp");
    try {
      Files.createSymbolicLink(beside, target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    move(beside, link);
  }
}
