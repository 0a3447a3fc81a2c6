package io.fairlead.server.cli;

/** The exit codes of all commands. */
final class ExitCode {
  /** The command succeeded. */
  static final int DONE = 0;

  /** The command failed. */
  static final int FAILED = 1;

  /** The command line or the configuration is invalid. */
  static final int INVALID = 2;

  /** {@code preview --diff}: the configuration would change something. */
  static final int DIFFERENT = 3;

  private ExitCode() {}
}
