package io.fairlead.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A reader of files at configured paths that only reads regular files of a sensible size: opening a
 * pipe waits for its writer, perhaps for ever, and a device such as {@code /dev/zero} has no end.
 *
 * <p>Links are followed. The path is checked just before it is opened, so a pipe that takes its
 * place in between is opened all the same: a caller that cannot afford to wait reads on a thread
 * that can be left behind.
 */
public final class RegularFile {
  private RegularFile() {}

  /**
   * Reads a whole file.
   *
   * @param most the most bytes it may have, below 2^31 - 8; no more than one further byte is read
   * @throws FileSystemException if it is no regular file or is larger; the reason says what it is
   *     and what was expected
   * @throws IOException if it does not exist or cannot be read
   */
  public static byte[] read(Path file, int most) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    require(file, attributes);
    if (attributes.size() > most) {
      throw tooLarge(file, attributes.size() + " bytes", most);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(most + 1);
      // It may grow while it is read, and what the kernel makes up has no size before.
      if (content.length > most) {
        throw tooLarge(file, "more than " + most + " bytes", most);
      }
      return content;
    }
  }

  /**
   * Reads a whole text in UTF-8.
   *
   * @param most the most bytes it may have
   * @throws CharacterCodingException if it is not UTF-8
   * @throws IOException as {@link #read} does
   */
  public static String readText(Path file, int most) throws IOException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT)
        .decode(ByteBuffer.wrap(read(file, most)))
        .toString();
  }

  /**
   * Refuses what is no regular file.
   *
   * @throws FileSystemException whose reason says what it is
   */
  public static void require(Path file, BasicFileAttributes attributes) throws IOException {
    if (!attributes.isRegularFile()) {
      String what = attributes.isDirectory() ? "a folder" : "a pipe, a socket or a device";
      throw new FileSystemException(file.toString(), null, what + " (expected: a regular file)");
    }
  }

  private static IOException tooLarge(Path file, String size, int most) {
    return new FileSystemException(
        file.toString(), null, size + " (expected: at most " + most + ")");
  }
}
