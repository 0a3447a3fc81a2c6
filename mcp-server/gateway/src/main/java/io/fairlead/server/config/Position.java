package io.fairlead.server.config;

import java.util.Comparator;

/**
 * A place in a text file.
 *
 * @param line 1 for the first
 * @param column 1 for the first
 */
record Position(int line, int column) implements Comparable<Position> {
  /** Where a file begins. */
  static final Position START = new Position(1, 1);

  private static final Comparator<Position> ORDER =
      Comparator.comparingInt(Position::line).thenComparingInt(Position::column);

  @Override
  public int compareTo(Position other) {
    return ORDER.compare(this, other);
  }
}
