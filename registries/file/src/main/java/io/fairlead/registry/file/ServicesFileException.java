package io.fairlead.registry.file;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A services file is not what it must be. The message is {@code file:line:column: path: found
 * (expected: ...)}; the path within the file is left out where the YAML itself is broken.
 */
final class ServicesFileException extends Exception {
  private static final long serialVersionUID = 1;

  private ServicesFileException(String message) {
    super(message);
  }

  /** A path that could not even be read. */
  static ServicesFileException of(Path path, String reason) {
    return new ServicesFileException(path + ": " + reason);
  }

  ServicesFileException(Path file, Position at, String problem, @Nullable Throwable cause) {
    super(at.in(file) + ": " + problem, cause);
  }
}
