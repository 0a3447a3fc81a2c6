package io.fairlead.registry.file;

import java.nio.file.Path;

/**
 * A position in a text file.
 *
 * @param line from 1
 * @param column in characters, from 1
 */
record TextPosition(int line, int column) {
  /** The beginning of a file, for problems that concern all of it. */
  static final TextPosition START = new TextPosition(1, 1);

  /** Returns {@code file:line:column}, which editors and terminals turn into a link. */
  String in(Path file) {
    return file + ":" + line + ":" + column;
  }
}
