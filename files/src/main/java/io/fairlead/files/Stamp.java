package io.fairlead.files;

import io.fairlead.registry.RegularFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * A fingerprint of a file by its attributes, without reading it; it differs when the file was
 * replaced, and nearly always when it was written to.
 *
 * @param size in bytes
 * @param modified the time of the last write, by the file system's clock
 * @param key device and inode; null where the file system has none
 */
public record Stamp(long size, FileTime modified, @Nullable Object key) {
  // File systems round the time of a write: FAT by up to two seconds, many by some milliseconds.
  private static final long GRAIN_MILLIS = 3_000;

  /** Returns the present stamp of a regular file; symbolic links are followed. */
  public static Stamp of(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    RegularFile.require(file, attributes);
    return of(attributes);
  }

  public static Stamp of(BasicFileAttributes attributes) {
    return new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
  }

  /**
   * Whether a write after a read at that time is sure to give another stamp, which it is not if the
   * file was written to just before the read.
   *
   * @param readMillis wall clock, because it is compared with the file system's
   */
  public boolean settledAt(long readMillis) {
    return modified.toMillis() + GRAIN_MILLIS < readMillis;
  }
}
