package io.fairlead.registry.testkit;

/**
 * A rule that what is tested must keep at any time: broken in any test, it is told by one test at
 * the end of the contract, which is meant for it.
 */
public enum Rule {
  /** Calls of the sink do not overlap. */
  ONE_CALL_AT_A_TIME,
  /** A whole read comes before single changes. */
  RESYNC_FIRST,
  /** A whole read has each service, or document, once. */
  EACH_ONCE,
  /** A hold that goes on keeps its start and its end. */
  SAME_CEILING,
  /** Objects that were handed to the sink are not changed any more. */
  NOT_CHANGED_AFTERWARDS,
  /** Nothing calls once it is closed. */
  NO_CALL_AFTER_CLOSE,
  /** No secret is in a log, or in a text for people. */
  NO_SECRET,
  /** Times of reads are not negative, and requests are not counted backwards. */
  SANE_TIMES
}
