package io.fairlead.configs.document;

/**
 * A position in a text.
 *
 * @param line from 1
 * @param column in characters, from 1
 */
public record Position(int line, int column) {
  /** The beginning of a text. */
  public static final Position START = new Position(1, 1);

  @Override
  public String toString() {
    return line + ":" + column;
  }
}
