package io.fairlead.configs.merge;

import io.fairlead.configs.references.Unseen;
import java.time.Instant;

/**
 * The settings of a config source that the merge has to know.
 *
 * @param name unique among all config sources
 * @param priority of two sources that have a resource, the one with the higher priority gives it
 * @param namespace that of resources which name none
 * @param unseen how references to what is not here are treated
 */
public record SourceSettings(String name, int priority, String namespace, Unseen unseen) {
  // As for the entries of registries: fixed, and older the higher the priority, since istiod lets
  // the older of two resources win that are in conflict.
  private static final Instant OLDEST = Instant.parse("2020-01-01T00:00:00Z");

  public SourceSettings {
    if (name.isEmpty() || name.indexOf(' ') >= 0 || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "name: " + name + " (expected: a name without spaces and slashes)");
    }
  }

  /** Returns the creation time of its resources. */
  public Instant createTime() {
    return OLDEST.minusSeconds(priority);
  }
}
