package io.fairlead.server.cli;

import java.util.Map;
import java.util.Properties;

/**
 * The destination of a command's output: how wide its lines may be, and whether a person reads
 * them.
 *
 * <p>{@code bin/fairlead} says by system properties what the standard output and error are, since
 * Java cannot tell them apart before Java 22, and a library that can brings native code.
 *
 * @param columns the widest line of a table; {@link #UNLIMITED} where the output goes to a file or
 *     a program
 * @param colours whether words may have colours
 * @param progress whether the standard error may show what goes on, in a line that is overwritten
 */
record Terminal(int columns, boolean colours, boolean progress) {
  /** No bound for lines. */
  static final int UNLIMITED = Integer.MAX_VALUE;

  /** A file or a program that reads. */
  static final Terminal NONE = new Terminal(UNLIMITED, false, false);

  private static final int USUAL = 80;
  private static final int MIN = 20;

  /** Returns that of this process. */
  static Terminal ofProcess() {
    return of(System.getenv(), System.getProperties());
  }

  /** Returns what an environment and the launcher's properties say. */
  static Terminal of(Map<String, String> environment, Properties launcher) {
    String size = launcher.getProperty("fairlead.terminal.columns");
    int wanted = number(environment.getOrDefault("COLUMNS", ""), -1);
    int columns = size == null ? UNLIMITED : number(size, USUAL);
    boolean plain =
        !environment.getOrDefault("NO_COLOR", "").isEmpty()
            || environment.getOrDefault("TERM", "").equals("dumb");
    return new Terminal(
        Math.max(MIN, wanted > 0 ? wanted : columns),
        size != null && !plain,
        launcher.getProperty("fairlead.terminal.error") != null);
  }

  private static int number(String text, int otherwise) {
    try {
      int number = Integer.parseInt(text.strip());
      return number > 0 ? number : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** Returns the width of paragraphs: no longer than people like to read. */
  int textColumns() {
    return columns == UNLIMITED ? UNLIMITED : Math.min(columns, 100);
  }
}
