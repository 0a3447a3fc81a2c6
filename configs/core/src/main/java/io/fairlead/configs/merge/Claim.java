package io.fairlead.configs.merge;

import io.fairlead.versioning.Resource;
import java.util.Comparator;

/**
 * A document's word on a resource. The first of several in their order is served.
 *
 * @param settings of the source that has the document
 * @param document key of the document
 * @param resource what is to be served
 */
record Claim(SourceSettings settings, String document, Resource resource)
    implements Comparable<Claim> {
  private static final Comparator<Claim> ORDER =
      Comparator.comparingInt((Claim claim) -> -claim.settings.priority())
          .thenComparing(claim -> claim.settings.name())
          .thenComparing(Claim::document);

  @Override
  public int compareTo(Claim other) {
    return ORDER.compare(this, other);
  }
}
