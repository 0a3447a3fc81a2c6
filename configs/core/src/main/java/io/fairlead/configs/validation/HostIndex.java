package io.fairlead.configs.validation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Hosts in which one that overlaps with another is found without comparing it with each. Confined
 * to one thread.
 */
final class HostIndex {
  // By the host read backwards: so all that have an ending stand side by side.
  private final NavigableMap<String, String> backwards = new TreeMap<>();
  private final Map<String, String> wildcards = new HashMap<>();
  private final Set<String> exact = new HashSet<>();

  void add(String host) {
    if (host.startsWith("*")) {
      wildcards.putIfAbsent(host.substring(1), host);
    } else {
      exact.add(host);
    }
    backwards.putIfAbsent(backwards(host), host);
  }

  private static String backwards(String host) {
    return new StringBuilder(host).reverse().toString();
  }

  /** Returns a host that covers the given one, or that it covers. */
  Optional<String> overlapping(String host) {
    if (host.startsWith("*")) {
      String ending = backwards(host.substring(1));
      Map.@Nullable Entry<String, String> next = backwards.ceilingEntry(ending);
      if (next != null && next.getKey().startsWith(ending)) {
        return Optional.of(next.getValue());
      }
    }
    return covering(host);
  }

  /** Whether a host covers all of the given one. */
  boolean covers(String host) {
    return covering(host).isPresent();
  }

  private Optional<String> covering(String host) {
    if (exact.contains(host)) {
      return Optional.of(host);
    }
    for (int i = host.startsWith("*") ? 1 : 0; i <= host.length(); i++) {
      @Nullable String covering = wildcards.get(host.substring(i));
      if (covering != null) {
        return Optional.of(covering);
      }
    }
    return Optional.empty();
  }
}
