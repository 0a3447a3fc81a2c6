package io.fairlead.server.cli;

/** Exit codes of every command. */
final class ExitCode {
  /** Done. */
  static final int DONE = 0;

  /** Failed. */
  static final int FAILED = 1;

  /** Wrong use, or an invalid configuration. */
  static final int INVALID = 2;

  private ExitCode() {}
}
