package io.fairlead.server.config;

import io.fairlead.common.ForeignText;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * One thing that is wrong with a configuration file, and where.
 *
 * @param file the file, as the user named it
 * @param line its line, 1 for the first
 * @param column its column, 1 for the first
 * @param path the key, such as {@code registries[0].priority}; empty for the whole document
 * @param text the value, what is wrong with it and, in brackets, what was expected
 */
public record Problem(Path file, int line, int column, String path, String text) {
  static final Comparator<Problem> ORDER =
      Comparator.comparingInt(Problem::line)
          .thenComparingInt(Problem::column)
          .thenComparing(Problem::path);

  // Far longer than any list of expected keys.
  private static final int MAX_CHARACTERS = 2000;

  /** A text that shows no password of an address, and is one line. */
  public Problem {
    text = ForeignText.clean(ForeignText.address(text), MAX_CHARACTERS);
    path = ForeignText.clean(path);
  }

  /** {@code file:line:column: path: text}, which editors and terminals make a link of. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column + ": " + (path.isEmpty() ? "" : path + ": ") + text;
  }
}
