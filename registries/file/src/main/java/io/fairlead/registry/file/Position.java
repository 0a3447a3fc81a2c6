package io.fairlead.registry.file;

import java.nio.file.Path;

/**
 * A place in a text file.
 *
 * @param line from 1
 * @param column in characters, from 1
 */
record Position(int line, int column) {
  /** The beginning of a file, for what concerns all of it. */
  static final Position START = new Position(1, 1);

  /** {@code file:line:column}, which editors and terminals make a link of. */
  String in(Path file) {
    return file + ":" + line + ":" + column;
  }
}
