package io.fairlead.server;

import io.fairlead.server.config.RegistryConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The difference between the registries that run and those of another configuration. Registries
 * that are equal are in none of its lists: they run on untouched.
 *
 * @param leaving names of those that are not configured any more
 * @param changed those with other settings, but the same source
 * @param arriving those that are new, or have another source
 */
public record RegistryChanges(
    List<String> leaving, List<RegistryConfig> changed, List<RegistryConfig> arriving) {
  public RegistryChanges {
    leaving = List.copyOf(leaving);
    changed = List.copyOf(changed);
    arriving = List.copyOf(arriving);
  }

  /** Compares the registries that run with those that shall. */
  public static RegistryChanges of(List<RegistryConfig> running, List<RegistryConfig> next) {
    Map<String, RegistryConfig> before =
        running.stream().collect(Collectors.toMap(RegistryConfig::name, Function.identity()));
    Set<String> names = next.stream().map(RegistryConfig::name).collect(Collectors.toSet());
    List<RegistryConfig> changed = new ArrayList<>();
    List<RegistryConfig> arriving = new ArrayList<>();
    for (RegistryConfig config : next) {
      RegistryConfig former = before.get(config.name());
      if (former == null || !former.hasSourceOf(config)) {
        arriving.add(config);
      } else if (!former.equals(config)) {
        changed.add(config);
      }
    }
    return new RegistryChanges(
        running.stream().map(RegistryConfig::name).filter(name -> !names.contains(name)).toList(),
        changed,
        arriving);
  }
}
