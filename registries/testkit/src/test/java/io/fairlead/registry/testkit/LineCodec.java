package io.fairlead.registry.testkit;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The form of a service in one line of printable ASCII. */
final class LineCodec {
  private LineCodec() {}

  static String encode(Service service) {
    return escape(service.id().name())
        + ";"
        + map(service.metadata())
        + service.instances().stream()
            .map(
                one ->
                    String.join(
                        ",",
                        escape(one.id()),
                        one.address(),
                        Integer.toString(one.port()),
                        Double.toString(one.weight()),
                        one.availability().name(),
                        one.locality().region()
                            + "/"
                            + one.locality().zone()
                            + "/"
                            + one.locality().subzone(),
                        map(one.metadata())))
            .collect(Collectors.joining(";", ";", ";"));
  }

  static Service decode(String line) {
    String[] parts = line.split(";", -1);
    List<Instance> instances = new ArrayList<>();
    for (int i = 2; i < parts.length; i++) {
      if (!parts[i].isEmpty()) {
        String[] fields = parts[i].split(",", -1);
        instances.add(
            new Instance(
                unescape(fields[0]),
                fields[1],
                Integer.parseInt(fields[2]),
                Double.parseDouble(fields[3]),
                Availability.valueOf(fields[4]),
                locality(fields[5]),
                map(fields[6])));
      }
    }
    return new Service(
        ServiceId.of(unescape(parts[0])), Map.of(), map(parts[1]), List.of(), instances);
  }

  private static Locality locality(String text) {
    String[] parts = text.split("/", -1);
    return new Locality(parts[0], parts[1], parts[2]);
  }

  private static String map(Map<String, String> map) {
    return map.entrySet().stream()
        .map(entry -> escape(entry.getKey()) + "=" + escape(entry.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static Map<String, String> map(String text) {
    Map<String, String> map = new TreeMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        map.put(unescape(pair.substring(0, equals)), unescape(pair.substring(equals + 1)));
      }
    }
    return map;
  }

  private static String escape(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String unescape(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
