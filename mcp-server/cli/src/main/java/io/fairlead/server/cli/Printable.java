package io.fairlead.server.cli;

import io.fairlead.common.ForeignText;

/**
 * Makes text from registries fit for a terminal: names may hold line breaks and escape sequences.
 */
final class Printable {
  private Printable() {}

  /** The text with control and format characters written as escapes; it is not cut. */
  static String of(String text) {
    return ForeignText.escaped(text);
  }
}
