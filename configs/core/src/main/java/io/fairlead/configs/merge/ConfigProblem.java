package io.fairlead.configs.merge;

import io.fairlead.versioning.ResourceKey;
import java.util.Optional;

/**
 * A part of a document that an istiod would refuse, or that has no effect.
 *
 * @param resource the resource that it is about, if that can be told
 * @param line of the text, from 1
 * @param column of the line, from 1
 * @param path the field, such as {@code spec.http[0].route[1].weight}; empty for the whole document
 * @param text what was found, and what is expected
 * @param severity whether the resource is refused for it
 */
public record ConfigProblem(
    Optional<ResourceKey> resource,
    int line,
    int column,
    String path,
    String text,
    Severity severity) {
  /** The weight of a problem. */
  public enum Severity {
    /** The resource is served as it was before, or not at all. */
    ERROR,
    /** The resource is served; what is named has no effect, or another one than it seems. */
    WARNING
  }
}
