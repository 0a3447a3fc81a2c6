package com.example.lines;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The format of the list: {@code SERVICE ADDRESS PORT [KEY=VALUE ...]}, an instance a line, and
 * {@code end} in the last one. What is behind {@code #} is left out.
 */
final class Lines {
  // By it a list that was cut short is told from one that lost services.
  private static final String END = "end";

  private Lines() {}

  /**
   * Returns the services of a list.
   *
   * @throws IOException if a line cannot be read or the end is missing: the whole list counts, or
   *     nothing of it
   */
  static List<Service> parse(String text) throws IOException {
    Map<String, List<Instance>> instances = new TreeMap<>();
    boolean ended = false;
    int number = 0;
    for (String raw : text.lines().toList()) {
      number++;
      String line = raw.replaceFirst("#.*", "").strip();
      if (ended && !line.isEmpty()) {
        throw new IOException("line " + number + ": behind the end (expected: nothing)");
      }
      if (line.equals(END)) {
        ended = true;
      } else if (!line.isEmpty()) {
        String[] words = line.split("\\s+");
        if (words.length < 3 || !words[2].matches("[0-9]{1,5}")) {
          throw new IOException(
              "line " + number + ": " + line + " (expected: SERVICE ADDRESS PORT [KEY=VALUE ...])");
        }
        instances.computeIfAbsent(words[0], any -> new ArrayList<>()).add(instance(words));
      }
    }
    if (!ended) {
      throw new IOException("the list is cut short (expected: \"" + END + "\" in its last line)");
    }
    List<Service> services = new ArrayList<>();
    instances.forEach(
        (name, all) ->
            services.add(new Service(ServiceId.of(name), Map.of(), Map.of(), List.of(), all)));
    return services;
  }

  // Neither cleaned nor checked: the gateway does that, and counts and explains what it refuses.
  private static Instance instance(String[] words) {
    Map<String, String> metadata = new HashMap<>();
    for (int i = 3; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      if (equals > 0) {
        metadata.put(words[i].substring(0, equals), words[i].substring(equals + 1));
      }
    }
    String address = words[1];
    int port = Integer.parseInt(words[2]);
    return new Instance(
        address + ":" + port,
        address,
        port,
        1,
        metadata.remove("down") == null ? Availability.READY : Availability.UNHEALTHY,
        Locality.NONE,
        metadata);
  }
}
