package io.fairlead.registry.testkit;

import org.opentest4j.TestAbortedException;

/** The end of a contract test that needs what the fixture lacks. */
final class NotApplicableException extends TestAbortedException {
  private static final long serialVersionUID = 1;

  private final Enum<?> lacking;

  NotApplicableException(String fixture, Enum<?> lacking) {
    super(fixture + " declares to lack " + lacking);
    this.lacking = lacking;
  }

  /** Returns what the fixture lacks. */
  Enum<?> lacking() {
    return lacking;
  }
}
