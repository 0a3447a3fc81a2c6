package io.fairlead.configs.validation;

/**
 * The rules of a kind of resource that its schema cannot express.
 *
 * @param <M> its content
 */
interface KindRules<M> {
  /**
   * Reports what istiods refuse, and what they accept but ignore.
   *
   * @param document the whole document, whose {@code spec} the content is
   */
  void check(M spec, Metadata metadata, Spot document);
}
