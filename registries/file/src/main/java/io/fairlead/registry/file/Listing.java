package io.fairlead.registry.file;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The services files below a path at one moment, and the folders they are in. Two equal listings
 * with nothing read in between mean that nothing changed.
 *
 * @param files by path, in order
 * @param folders by path, with what identifies the folder ({@code ""} where the file system does
 *     not say)
 */
record Listing(SortedMap<Path, Stamp> files, SortedMap<Path, Object> folders) {
  Listing {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    folders = Collections.unmodifiableSortedMap(new TreeMap<>(folders));
  }

  /**
   * Lists a folder with all below it, or one file; symbolic links are followed. Names that begin
   * with a dot are left out: a ConfigMap mount holds its files a second time in {@code ..data}, and
   * editors keep locks and copies under such names.
   *
   * @throws IOException if the top or anything below cannot be read; a part of a tree would look
   *     like services removed
   */
  static Listing of(Path top) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(top, BasicFileAttributes.class);
    if (!attributes.isDirectory()) {
      requireRegular(top, attributes);
      return new Listing(new TreeMap<>(Map.of(top, Stamp.of(attributes))), new TreeMap<>());
    }
    Visitor visitor = new Visitor(top);
    Files.walkFileTree(top, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
    return new Listing(visitor.files, visitor.folders);
  }

  /** Whether a file of this name is read. */
  static boolean isServicesFile(Path file) {
    String name = String.valueOf(file.getFileName());
    return !isHidden(file) && (name.endsWith(".yaml") || name.endsWith(".yml"));
  }

  /** Whether a file or folder of this name is left out. */
  static boolean isHidden(Path path) {
    return String.valueOf(path.getFileName()).startsWith(".");
  }

  private static void requireRegular(Path file, BasicFileAttributes attributes) throws IOException {
    if (attributes.isSymbolicLink()) {
      throw new NoSuchFileException(file.toString(), null, "a link to a file that is not there");
    }
    if (!attributes.isRegularFile()) {
      throw new IOException(file + ": not a regular file (expected: a YAML file)");
    }
  }

  /** Collects. */
  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path top;
    private final TreeMap<Path, Stamp> files = new TreeMap<>();
    private final TreeMap<Path, Object> folders = new TreeMap<>();

    private Visitor(Path top) {
      this.top = top;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (!folder.equals(top) && isHidden(folder)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      Object key = attributes.fileKey();
      folders.put(folder, key == null ? "" : key);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (isServicesFile(file)) {
        requireRegular(file, attributes);
        files.put(file, Stamp.of(attributes));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (!file.equals(top) && isHidden(file)) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }
  }
}
