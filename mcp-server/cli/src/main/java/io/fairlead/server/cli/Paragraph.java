package io.fairlead.server.cli;

import java.io.PrintWriter;

/** A text in lines that fit a terminal. Stateless. */
final class Paragraph {
  private Paragraph() {}

  /**
   * Prints a text, made printable, broken between words; a word that is longer than a line stays
   * whole, so that it can be copied.
   *
   * @param first what the first line begins with
   * @param indent the blanks that the others begin with
   */
  static void print(PrintWriter out, Terminal terminal, String first, String indent, String text) {
    StringBuilder line = new StringBuilder(first);
    int width = DisplayWidth.of(first);
    boolean empty = true;
    for (String word : Printable.of(text).split(" ", -1)) {
      int more = DisplayWidth.of(word);
      if (!empty && width + 1 + more > terminal.textColumns()) {
        out.println(line.toString().stripTrailing());
        line = new StringBuilder(indent);
        width = DisplayWidth.of(indent);
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      width += more + (empty ? 0 : 1);
      empty = false;
    }
    out.println(line.toString().stripTrailing());
  }
}
