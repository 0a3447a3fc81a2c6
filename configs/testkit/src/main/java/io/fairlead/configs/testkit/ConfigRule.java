package io.fairlead.configs.testkit;

/**
 * A rule that a config source must keep at any time: broken in any test, it is told by one test at
 * the end of the contract, which is meant for it.
 */
enum ConfigRule {
  /** Calls of the sink do not overlap. */
  ONE_CALL_AT_A_TIME,
  /** A whole report comes before changes. */
  RESYNC_FIRST,
  /** A report has each key once. */
  EACH_KEY_ONCE,
  /** Objects that were handed to the sink are not changed any more. */
  NOT_CHANGED_AFTERWARDS,
  /** A closed source calls no more. */
  NO_CALL_AFTER_CLOSE,
  /** No secret is in a log or a problem. */
  NO_SECRET
}
