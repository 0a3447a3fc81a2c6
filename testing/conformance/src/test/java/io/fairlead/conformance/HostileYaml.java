package io.fairlead.conformance;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes services of any content as the elements of a services file. */
final class HostileYaml {
  private HostileYaml() {}

  /** Each service as one element; those whose name and namespace another has are left out. */
  static List<String> services(List<Service> services) {
    Set<List<String>> seen = new HashSet<>();
    List<String> texts = new ArrayList<>();
    for (Service service : services) {
      String name = wellFormed(service.id().name());
      String namespace = wellFormed(service.id().namespace() + service.id().group());
      if (seen.add(List.of(name, namespace))) {
        texts.add(service(name, namespace, service));
      }
    }
    return texts;
  }

  private static String service(String name, String namespace, Service service) {
    StringBuilder text = new StringBuilder();
    text.append("- name: ").append(quoted(name)).append('\n');
    text.append("  namespace: ").append(quoted(namespace)).append('\n');
    text.append("  metadata: ").append(map(service.metadata())).append('\n');
    text.append(service.instances().isEmpty() ? "  instances: []\n" : "  instances:\n");
    for (Instance instance : service.instances()) {
      text.append("  - {address: ").append(quoted(instance.address()));
      text.append(", port: ").append(instance.port());
      text.append(", weight: ").append(number(instance.weight()));
      text.append(", healthy: ").append(instance.availability() != Availability.UNHEALTHY);
      text.append(", enabled: ").append(isEnabled(instance.availability()));
      text.append(", locality: ").append(quoted(locality(instance.locality())));
      text.append(", metadata: ").append(map(instance.metadata())).append("}\n");
    }
    return text.toString();
  }

  private static boolean isEnabled(Availability availability) {
    return availability == Availability.READY || availability == Availability.UNHEALTHY;
  }

  private static String locality(Locality locality) {
    return locality.region() + "/" + locality.zone() + "/" + locality.subzone();
  }

  private static String map(Map<String, String> map) {
    // Two keys that differ only in what no file can hold are one.
    Map<String, String> wellFormed = new TreeMap<>();
    map.forEach((key, value) -> wellFormed.put(wellFormed(key), value));
    StringBuilder text = new StringBuilder("{");
    wellFormed.forEach(
        (key, value) -> {
          text.append(text.length() == 1 ? "? " : ", ? ");
          text.append(quoted(key)).append(" : ").append(quoted(wellFormed(value)));
        });
    return text.append('}').toString();
  }

  private static String number(double number) {
    if (Double.isNaN(number)) {
      return ".nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? ".inf" : "-.inf";
    }
    return Double.toString(number);
  }

  /** What is not Unicode can be in no file: half a surrogate pair becomes a question mark. */
  private static String wellFormed(String text) {
    return new String(
        text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        java.nio.charset.StandardCharsets.UTF_8);
  }

  /** A double-quoted scalar, everything but plain ASCII escaped. */
  private static String quoted(String original) {
    StringBuilder text = new StringBuilder("\"");
    wellFormed(original)
        .codePoints()
        .forEach(
            point -> {
              if (point == '"' || point == '\\') {
                text.append('\\').appendCodePoint(point);
              } else if (point >= ' ' && point < 0x7f) {
                text.appendCodePoint(point);
              } else {
                text.append(String.format("\\U%08x", point));
              }
            });
    return text.append('"').toString();
  }
}
