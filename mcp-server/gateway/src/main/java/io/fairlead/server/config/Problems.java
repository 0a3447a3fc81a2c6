package io.fairlead.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects the problems of one file. Where several checks object to the same value the first one's
 * word stands, so that the reader sees each cause once. Confined to the thread that loads the file.
 */
final class Problems {
  private final Path file;
  private final YamlDocument document;
  private final List<Problem> found = new ArrayList<>();
  private final Set<String> paths = new HashSet<>();

  /** Begins with what the reader of the file found. */
  Problems(Path file, YamlDocument document, List<Problem> read) {
    this.file = file;
    this.document = document;
    found.addAll(read);
    read.forEach(problem -> paths.add(problem.path()));
  }

  /** Notes that a value is wrong. */
  void atValue(String path, String text) {
    add(path, document.ofValue(path), text);
  }

  /** Notes that a key is wrong, whatever its value. */
  void atKey(String path, String text) {
    add(path, document.ofKey(path), text);
  }

  /** Notes several problems of what a value names. */
  void at(String path, List<String> texts) {
    Position position = document.ofValue(path);
    for (String text : texts) {
      paths.add(path);
      found.add(new Problem(file, position.line(), position.column(), path, text));
    }
  }

  private void add(String path, Position position, String text) {
    if (isWithin(path)) {
      return;
    }
    paths.add(path);
    found.add(new Problem(file, position.line(), position.column(), path, text));
  }

  /** Whether the path or anything below it has a problem. */
  boolean isWithin(String path) {
    for (String known : paths) {
      if (KeyPath.isWithin(known, path)) {
        return true;
      }
    }
    return false;
  }

  /** Returns everything found, in the order of the file. */
  List<Problem> all() {
    List<Problem> sorted = new ArrayList<>(found);
    sorted.sort(Problem.ORDER);
    return List.copyOf(sorted);
  }
}
