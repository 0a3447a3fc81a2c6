package io.fairlead.configs.references;

import io.fairlead.versioning.ResourceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A table of the resources that have something to do with a name. Nearly all names have one or two,
 * which are kept in little memory. Confined to one thread.
 */
final class UserTable<N> {
  private static final int MAX_SMALL = 4;

  private final Map<N, Set<ResourceKey>> users = new HashMap<>();

  void add(N name, ResourceKey user) {
    Set<ResourceKey> before = users.getOrDefault(name, Set.of());
    if (before.size() > MAX_SMALL) {
      before.add(user);
    } else if (!before.contains(user)) {
      Set<ResourceKey> next = new HashSet<>(before);
      next.add(user);
      users.put(name, next.size() > MAX_SMALL ? next : Set.copyOf(next));
    }
  }

  void remove(N name, ResourceKey user) {
    Set<ResourceKey> before = users.getOrDefault(name, Set.of());
    if (before.size() > MAX_SMALL + 1) {
      before.remove(user);
    } else if (before.contains(user)) {
      Set<ResourceKey> next = new HashSet<>(before);
      next.remove(user);
      if (next.isEmpty()) {
        users.remove(name);
      } else {
        users.put(name, Set.copyOf(next));
      }
    }
  }

  Set<ResourceKey> of(N name) {
    return users.getOrDefault(name, Set.of());
  }

  Set<N> names() {
    return users.keySet();
  }
}
