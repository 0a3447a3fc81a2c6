package io.fairlead.configs.references;

import io.fairlead.configs.document.Node;
import io.fairlead.configs.validation.Problem;
import io.fairlead.configs.validation.Spot;
import java.util.List;
import java.util.Optional;

/**
 * A reference that leads nowhere, or something that has no effect since an older resource has it.
 *
 * @param at the part of the resource that it concerns
 * @param found what is there
 * @param expected what should be
 */
public record Finding(FieldPath at, String found, String expected) {
  /**
   * Returns findings as the problems of a document, in the order of its text.
   *
   * @param document the document; without it all positions are its beginning
   */
  public static List<Problem> inDocument(List<Finding> findings, Optional<Node.Mapping> document) {
    return Spot.warnings(
        document,
        root -> findings.forEach(each -> each.at.in(root).warn(each.found, each.expected)));
  }
}
