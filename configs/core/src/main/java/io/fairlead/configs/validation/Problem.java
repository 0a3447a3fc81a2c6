package io.fairlead.configs.validation;

import io.fairlead.configs.document.Position;

/**
 * A part of a document that is wrong, or better done otherwise.
 *
 * @param severity what comes of it
 * @param path the part of the document that it concerns: {@code spec.http[0].timeout}
 * @param position where that part stands, or what is nearest above it
 * @param found what is there
 * @param expected what should be
 */
public record Problem(
    Severity severity, String path, Position position, String found, String expected) {

  /** The consequence of a problem. */
  public enum Severity {
    /** The document is invalid. */
    ERROR,
    /** The document is valid, but istiods before 1.27, or some of them, refuse it. */
    REFUSED_BY_OLDER,
    /** The document is valid, but probably does not do what is meant. */
    WARNING
  }

  /** Returns {@code line:column: path: found (expected: ...)}. */
  @Override
  public String toString() {
    String place = path.isEmpty() ? "" : path + ": ";
    return position + ": " + place + found + " (expected: " + expected + ")";
  }
}
