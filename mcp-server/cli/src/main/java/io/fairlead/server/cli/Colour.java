package io.fairlead.server.cli;

import java.util.Map;

/** The colours of words that say how something is. */
enum Colour {
  NONE(""),
  BOLD("\u001b[1m"),
  GOOD("\u001b[32m"),
  ODD("\u001b[33m"),
  BAD("\u001b[31m");

  private static final String END = "\u001b[0m";
  private static final Map<String, Colour> WORDS =
      Map.ofEntries(
          Map.entry("up", GOOD),
          Map.entry("served", GOOD),
          Map.entry("waiting", ODD),
          Map.entry("restored", ODD),
          Map.entry("warning", ODD),
          Map.entry("rejected", ODD),
          Map.entry("held", ODD),
          Map.entry("kept_empty", ODD),
          Map.entry("damped", ODD),
          Map.entry("withdrawn", ODD),
          Map.entry("shadowed", ODD),
          Map.entry("holding", BAD),
          Map.entry("failing", BAD),
          Map.entry("refused", BAD),
          Map.entry("critical", BAD));

  private final String begin;

  Colour(String begin) {
    this.begin = begin;
  }

  /** Returns the colour of a state, outcome or severity. */
  static Colour ofWord(String word) {
    return WORDS.getOrDefault(word, NONE);
  }

  /** Returns a text in this colour, where the terminal has colours. */
  String on(Terminal terminal, String text) {
    return !terminal.colours() || this == NONE || text.isBlank() ? text : begin + text + END;
  }
}
