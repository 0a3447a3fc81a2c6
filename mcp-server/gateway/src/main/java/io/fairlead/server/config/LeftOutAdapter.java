package io.fairlead.server.config;

import io.fairlead.common.ForeignText;
import java.nio.file.Path;

/**
 * A jar, or a folder of jars, in the folder of adapters that is not used.
 *
 * @param file the jar or folder
 * @param problem why, and what was expected
 */
public record LeftOutAdapter(Path file, String problem) {
  /** A text that is one line. */
  public LeftOutAdapter {
    problem = ForeignText.problem(problem);
  }

  /** {@code file: problem}. */
  @Override
  public String toString() {
    return file + ": " + problem;
  }
}
