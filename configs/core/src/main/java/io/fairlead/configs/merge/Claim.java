package io.fairlead.configs.merge;

import io.fairlead.versioning.Resource;
import java.util.Comparator;

/**
 * A document's word on a resource. The first of several in their order is served.
 *
 * @param settings of the source that has the document
 * @param document key of the document
 * @param resource what is to be served
 * @param basis why the document stands for that
 */
record Claim(SourceSettings settings, String document, Resource resource, Basis basis)
    implements Comparable<Claim> {
  /** The reason why a document stands for a resource. One that says it goes before all others. */
  enum Basis {
    /** Its text says so. */
    VALID,
    /** Its text is about the resource and invalid, so the last valid version stands in. */
    LAST_VALID
  }

  private static final Comparator<Claim> ORDER =
      Comparator.comparingInt((Claim claim) -> -claim.settings.priority())
          .thenComparing(claim -> claim.settings.name())
          .thenComparing(Claim::basis)
          .thenComparing(Claim::document);

  @Override
  public int compareTo(Claim other) {
    return ORDER.compare(this, other);
  }
}
