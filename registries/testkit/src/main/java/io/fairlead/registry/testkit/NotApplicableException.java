package io.fairlead.registry.testkit;

import org.opentest4j.TestAbortedException;

/** The end of a contract test that needs what the registry lacks. */
final class NotApplicableException extends TestAbortedException {
  private static final long serialVersionUID = 1;

  private final Capability lacking;

  NotApplicableException(String fixture, Capability lacking) {
    super(fixture + " declares to lack " + lacking);
    this.lacking = lacking;
  }

  /** Returns what the registry lacks. */
  Capability lacking() {
    return lacking;
  }
}
