package io.fairlead.files;

import io.fairlead.registry.RegularFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
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
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The YAML files below a path at one moment, and the folders they are in. Two equal listings with
 * nothing read in between mean that nothing changed.
 *
 * @param files by path, in order
 * @param folders by path, with what identifies the folder ({@code ""} where the file system does
 *     not say)
 * @param unreadable files that are not regular and folders that cannot be read, by path, with the
 *     problem; the content of such a folder is unknown
 * @param workTrees folders that are work trees of git
 */
public record Listing(
    SortedMap<Path, Stamp> files,
    SortedMap<Path, Object> folders,
    SortedMap<Path, String> unreadable,
    SortedSet<Path> workTrees) {
  /**
   * The maximum number of files and folders below a path, whatever their names. A link to a whole
   * file system has millions, which no memory holds.
   */
  static final int MAX_ENTRIES = 100_000;

  public Listing {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    folders = Collections.unmodifiableSortedMap(new TreeMap<>(folders));
    unreadable = Collections.unmodifiableSortedMap(new TreeMap<>(unreadable));
    workTrees = Collections.unmodifiableSortedSet(new TreeSet<>(workTrees));
  }

  /**
   * Lists a folder with all below it, or one file; symbolic links are followed. Names that begin
   * with a dot are left out: a ConfigMap mount holds its files a second time in {@code ..data}, and
   * editors keep locks and copies under such names.
   *
   * @throws IOException if the top cannot be read, or there is too much below it
   */
  public static Listing of(Path top) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(top, BasicFileAttributes.class);
    if (!attributes.isDirectory()) {
      RegularFile.require(top, attributes);
      return new Listing(
          new TreeMap<>(Map.of(top, Stamp.of(attributes))),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeSet<>());
    }
    Visitor visitor = new Visitor(top);
    Files.walkFileTree(top, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
    return new Listing(visitor.files, visitor.folders, visitor.unreadable, visitor.workTrees);
  }

  /** Whether a file of this name is read. */
  public static boolean isYaml(Path file) {
    String name = String.valueOf(file.getFileName());
    return !isHidden(file) && (name.endsWith(".yaml") || name.endsWith(".yml"));
  }

  /** Whether a file or folder of this name is left out. */
  public static boolean isHidden(Path path) {
    return String.valueOf(path.getFileName()).startsWith(".");
  }

  /** Returns the problem in plain words, without the path. */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException missing) {
      String reason = missing.getReason() == null ? "does not exist" : missing.getReason();
      return reason + " (expected: a folder or a file of YAML)";
    }
    if (e instanceof AccessDeniedException) {
      return "access denied (expected: readable for this process)";
    }
    if (e instanceof FileSystemLoopException) {
      return "a link to a folder above it (expected: a tree of folders)";
    }
    if (e instanceof FileSystemException other && other.getReason() != null) {
      return other.getReason();
    }
    return "cannot be read: " + e.getMessage();
  }

  /** The visitor that collects the listing. */
  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path top;
    private final TreeMap<Path, Stamp> files = new TreeMap<>();
    private final TreeMap<Path, Object> folders = new TreeMap<>();
    private final TreeMap<Path, String> unreadable = new TreeMap<>();
    private final TreeSet<Path> workTrees = new TreeSet<>();
    private int entries;

    private Visitor(Path top) {
      this.top = top;
    }

    private void count(Path entry) throws IOException {
      entries++;
      if (entry.endsWith(GitLock.GIT) && entry.getParent() != null) {
        workTrees.add(entry.getParent());
      }
      if (entries > MAX_ENTRIES) {
        throw new FileSystemException(
            top.toString(),
            null,
            "more than "
                + MAX_ENTRIES
                + " files and folders, among them "
                + entry
                + " (expected: a folder of YAML; look for a link to a larger one)");
      }
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      count(folder);
      if (!folder.equals(top) && isHidden(folder)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      Object key = attributes.fileKey();
      folders.put(folder, key == null ? "" : key);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      return failure == null ? FileVisitResult.CONTINUE : failed(folder, failure);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      count(file);
      if (isYaml(file)) {
        if (attributes.isRegularFile()) {
          files.put(file, Stamp.of(attributes));
        } else if (attributes.isSymbolicLink()) {
          return failed(
              file,
              new NoSuchFileException(file.toString(), null, "a link to a file that is not there"));
        } else {
          try {
            RegularFile.require(file, attributes);
          } catch (IOException e) {
            return failed(file, e);
          }
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      return failed(file, failure);
    }

    private FileVisitResult failed(Path path, IOException failure) throws IOException {
      if (path.equals(top)) {
        throw failure;
      }
      if (!isHidden(path)) {
        unreadable.put(path, reason(failure));
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
