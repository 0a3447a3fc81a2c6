package io.fairlead.server.admin;

import java.util.regex.Pattern;

/** The form of a text as one word of a shell's command line. */
final class ShellText {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private ShellText() {}

  /** Returns a text as a shell reads it as one word, in quotes where it needs them. */
  static String quoted(String text) {
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
