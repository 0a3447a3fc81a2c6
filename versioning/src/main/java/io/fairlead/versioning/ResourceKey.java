package io.fairlead.versioning;

import java.util.Comparator;

/**
 * Identity of a resource.
 *
 * @param type what it is
 * @param name {@code namespace/name}, as istiod reads it from the metadata
 */
public record ResourceKey(ResourceType type, String name) implements Comparable<ResourceKey> {
  private static final Comparator<ResourceKey> ORDER =
      Comparator.comparing(ResourceKey::type).thenComparing(ResourceKey::name);

  public ResourceKey {
    if (!isName(name)) {
      throw new IllegalArgumentException("name: " + name + " (expected: namespace/name)");
    }
  }

  /** Whether a text can be the name of a resource: {@code namespace/name}. */
  public static boolean isName(String text) {
    int slash = text.indexOf('/');
    return slash > 0 && slash < text.length() - 1;
  }

  @Override
  public int compareTo(ResourceKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return type.kind() + " " + name;
  }
}
