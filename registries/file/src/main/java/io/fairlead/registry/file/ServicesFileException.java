package io.fairlead.registry.file;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The failure to use a services file. The message is {@code file:line:column: path: found
 * (expected: ...)}; the path within the file is left out where the YAML itself is broken.
 */
final class ServicesFileException extends Exception {
  private static final long serialVersionUID = 1;

  private ServicesFileException(String message) {
    super(message);
  }

  /** Returns the problem of a path that could not even be read. */
  static ServicesFileException of(Path path, String reason) {
    return new ServicesFileException(path + ": " + reason);
  }

  ServicesFileException(Path file, TextPosition at, String problem, @Nullable Throwable cause) {
    super(at.in(file) + ": " + problem, cause);
  }
}
