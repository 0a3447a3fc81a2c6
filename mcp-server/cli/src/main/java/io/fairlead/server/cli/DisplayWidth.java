package io.fairlead.server.cli;

import java.lang.Character.UnicodeScript;
import java.util.Set;

/**
 * The room that text takes on a terminal: Chinese, Japanese and Korean characters and emoji take
 * two columns, marks that are set upon others take none. Stateless.
 */
final class DisplayWidth {
  private static final String ELLIPSIS = "…";
  private static final Set<UnicodeScript> WIDE =
      Set.of(
          UnicodeScript.HAN,
          UnicodeScript.HIRAGANA,
          UnicodeScript.KATAKANA,
          UnicodeScript.HANGUL,
          UnicodeScript.BOPOMOFO,
          UnicodeScript.YI);

  private DisplayWidth() {}

  /** Returns how many columns a printable text takes. */
  static int of(String text) {
    return text.codePoints().map(DisplayWidth::of).sum();
  }

  private static int of(int c) {
    if (c < 0x300) {
      return 1;
    }
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean halfwidth = c >= 0xFF61 && c <= 0xFFDC;
    boolean wide =
        WIDE.contains(UnicodeScript.of(c))
            || (c >= 0x3000 && c <= 0x303E)
            || (c >= 0xFF01 && c <= 0xFF60)
            || (c >= 0xFFE0 && c <= 0xFFE6)
            || (c >= 0x1F300 && c <= 0x1FAFF);
    return wide && !halfwidth ? 2 : 1;
  }

  /** Returns a text filled up with blanks. */
  static String padded(String text, int columns) {
    return text + " ".repeat(Math.max(0, columns - of(text)));
  }

  /** Returns a text of at most so many columns, with an ellipsis in the place of its end. */
  static String cut(String text, int columns) {
    return of(text) <= columns ? text : head(text, columns - 1) + ELLIPSIS;
  }

  /** Returns the same with an ellipsis in its middle: names differ in their ends. */
  static String cutMiddle(String text, int columns) {
    if (of(text) <= columns) {
      return text;
    }
    int tail = (columns - 1) / 2;
    return head(text, columns - 1 - tail) + ELLIPSIS + tail(text, tail);
  }

  private static String head(String text, int columns) {
    int end = 0;
    int width = 0;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      width += of(c);
      if (width > columns) {
        break;
      }
      end += Character.charCount(c);
    }
    return text.substring(0, end);
  }

  private static String tail(String text, int columns) {
    int begin = text.length();
    int width = 0;
    while (begin > 0) {
      int c = text.codePointBefore(begin);
      width += of(c);
      if (width > columns) {
        break;
      }
      begin -= Character.charCount(c);
    }
    return text.substring(begin);
  }
}
