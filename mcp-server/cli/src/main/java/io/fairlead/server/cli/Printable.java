package io.fairlead.server.cli;

import io.fairlead.common.ForeignText;

/**
 * Escapes text from registries for a terminal: names may contain line breaks and escape sequences.
 */
final class Printable {
  private Printable() {}

  /** Returns the text with control and format characters as escapes; it is not cut. */
  static String of(String text) {
    return ForeignText.escaped(text);
  }
}
