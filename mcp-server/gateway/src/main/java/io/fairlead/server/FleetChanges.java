package io.fairlead.server;

import io.fairlead.server.config.ReadFrom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The difference between the registries, or config sources, that run and those of another
 * configuration. Those that are equal are in none of its lists: they run on untouched.
 *
 * @param leaving names of those that are not configured any more
 * @param changed those with other settings, but the same source
 * @param arriving those that are new, or have another source
 */
public record FleetChanges<C extends ReadFrom<C>>(
    List<String> leaving, List<C> changed, List<C> arriving) {
  public FleetChanges {
    leaving = List.copyOf(leaving);
    changed = List.copyOf(changed);
    arriving = List.copyOf(arriving);
  }

  /** Compares those that run with those that shall. */
  public static <C extends ReadFrom<C>> FleetChanges<C> of(List<C> running, List<C> next) {
    Map<String, C> before =
        running.stream().collect(Collectors.toMap(C::name, Function.identity()));
    Set<String> names = next.stream().map(C::name).collect(Collectors.toSet());
    List<C> changed = new ArrayList<>();
    List<C> arriving = new ArrayList<>();
    for (C config : next) {
      C former = before.get(config.name());
      if (former == null || !former.hasSourceOf(config)) {
        arriving.add(config);
      } else if (!former.equals(config)) {
        changed.add(config);
      }
    }
    return new FleetChanges<>(
        running.stream().map(C::name).filter(name -> !names.contains(name)).toList(),
        changed,
        arriving);
  }
}
