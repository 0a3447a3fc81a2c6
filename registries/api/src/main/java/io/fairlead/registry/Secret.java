package io.fairlead.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A secret by reference, never by value: {@code {env: NAME}} or {@code {file: PATH}} in the
 * configuration. It is read anew at each {@link #read()}, so that a rotated file takes effect.
 */
public sealed interface Secret {
  /**
   * The secret's present value, without surrounding white space.
   *
   * @throws SecretUnavailableException if the variable is not set or the file cannot be read
   */
  String read();

  /** A secret in an environment variable. */
  record Env(String name) implements Secret {
    @Override
    public String read() {
      String value = System.getenv(name);
      if (value == null) {
        throw new SecretUnavailableException(
            "environment variable " + name + ": not set (expected: the secret)", null);
      }
      return value.strip();
    }
  }

  /** A secret in a file, in UTF-8. */
  record InFile(Path path) implements Secret {
    @Override
    public String read() {
      try {
        return Files.readString(path, StandardCharsets.UTF_8).strip();
      } catch (IOException e) {
        throw new SecretUnavailableException(
            "secret file " + path + ": " + e + " (expected: a readable file)", e);
      }
    }
  }
}
