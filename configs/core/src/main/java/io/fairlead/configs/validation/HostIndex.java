package io.fairlead.configs.validation;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hosts in which one that overlaps with another is found without comparing it with each. Confined
 * to one thread.
 */
final class HostIndex {
  // Of each ending of a host, one host that has it: "b.com" of "a.b.com" as well as of "*b.com".
  private final Map<String, String> endings = new HashMap<>();
  private final Map<String, String> wildcards = new HashMap<>();
  private final Map<String, String> exact = new HashMap<>();

  void add(String host) {
    if (host.startsWith("*")) {
      wildcards.putIfAbsent(host.substring(1), host);
    } else {
      exact.putIfAbsent(host, host);
    }
    for (int i = 0; i <= host.length(); i++) {
      endings.putIfAbsent(host.substring(i), host);
    }
  }

  /** Returns a host that covers the given one, or that it covers. */
  Optional<String> overlapping(String host) {
    if (host.startsWith("*")) {
      @Nullable String covered = endings.get(host.substring(1));
      if (covered != null) {
        return Optional.of(covered);
      }
    } else if (exact.containsKey(host)) {
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
