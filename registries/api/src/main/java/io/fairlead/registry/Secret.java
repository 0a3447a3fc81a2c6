package io.fairlead.registry;

import io.fairlead.common.Causes;
import io.fairlead.common.Key;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A secret by reference, never by value: {@code {env: NAME}} or {@code {file: PATH}} in the
 * configuration. It is read again at each {@link #read()}, so that a rotated file takes effect.
 *
 * <p>The value is one line of text, without the line break at its end and spaces around it. An
 * empty text, a second line or a control character is refused, since a header or a form with it
 * would mean something else or fail far away from here. No message shows a part of the value.
 */
@Key(expected = "{env: NAME} or {file: PATH}")
public sealed interface Secret {
  /** The largest file that is read, in bytes. */
  int MAX_BYTES = 64 << 10;

  /**
   * Returns the secret's present value: at least one character, none of them a control character.
   * It may block as long as the file system does.
   *
   * @throws SecretUnavailableException if there is none; the message names the variable or file and
   *     the problem
   */
  String read();

  /** A secret in an environment variable. */
  record Env(String name) implements Secret {
    @Override
    public String read() {
      String value = System.getenv(name);
      if (value == null) {
        throw new SecretUnavailableException(source() + ": not set (expected: the secret)", null);
      }
      return Checked.value(source(), value);
    }

    private String source() {
      return "environment variable " + name;
    }

    @Override
    public String toString() {
      return "{env: " + name + "}";
    }
  }

  /**
   * A secret in a regular file, in UTF-8. Links are followed, as Kubernetes makes them; a pipe or a
   * device is refused, since reading it may never end.
   */
  record InFile(Path path) implements Secret {
    @Override
    public String read() {
      String value;
      try {
        if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
          throw unavailable("no regular file (expected: a file with the secret)", null);
        }
        byte[] bytes;
        try (InputStream input = Files.newInputStream(path)) {
          bytes = input.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
          throw unavailable("larger than " + MAX_BYTES + " bytes (expected: one secret)", null);
        }
        value = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (NoSuchFileException e) {
        throw unavailable("no such file (expected: a file with the secret)", e);
      } catch (AccessDeniedException e) {
        throw unavailable("may not be read (expected: a file that this user may read)", e);
      } catch (CharacterCodingException e) {
        // Without the cause, which could show a part of the value.
        throw unavailable("not UTF-8 (expected: one line of text)", null);
      } catch (IOException e) {
        throw unavailable("cannot be read: " + Causes.of(e) + " (expected: a file)", e);
      }
      return Checked.value(source(), value);
    }

    private SecretUnavailableException unavailable(String what, @Nullable Throwable cause) {
      return new SecretUnavailableException(source() + ": " + what, cause);
    }

    private String source() {
      return "secret file " + path;
    }

    @Override
    public String toString() {
      return "{file: " + path + "}";
    }
  }

  /** The check of a value, whatever its source. */
  final class Checked {
    private Checked() {}

    /**
     * Returns the secret in a text.
     *
     * @param source the source of the text, for the message
     */
    static String value(String source, String text) {
      String wrong = whatIsWrong(text);
      if (wrong != null) {
        throw new SecretUnavailableException(source + ": " + wrong, null);
      }
      return trimmed(text);
    }

    /** Returns the problem of a text, without showing any of it; null if it is a secret. */
    static @Nullable String whatIsWrong(String text) {
      String value = trimmed(text);
      if (value.isEmpty()) {
        return "empty (expected: the secret)";
      }
      if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
        return "more than one line (expected: one line with the secret)";
      }
      for (int i = 0; i < value.length(); ) {
        int c = value.codePointAt(i);
        int type = Character.getType(c);
        if (type == Character.CONTROL
            || type == Character.SURROGATE
            || type == Character.LINE_SEPARATOR
            || type == Character.PARAGRAPH_SEPARATOR
            || c == 0xFEFF) {
          return "a control character in it (expected: one line of printable text)";
        }
        i += Character.charCount(c);
      }
      return null;
    }

    private static String trimmed(String text) {
      int end = text.length();
      if (end > 0 && text.charAt(end - 1) == '\n') {
        end--;
      }
      if (end > 0 && text.charAt(end - 1) == '\r') {
        end--;
      }
      int start = 0;
      while (start < end && text.charAt(start) == ' ') {
        start++;
      }
      while (end > start && text.charAt(end - 1) == ' ') {
        end--;
      }
      return text.substring(start, end);
    }
  }
}
