package io.fairlead.conversion;

/**
 * Makes text of a registry fit for annotations, logs and findings: every part that is no character
 * of valid UTF-8 (a lone surrogate, which istiod's decoder would refuse) or steers a terminal
 * becomes U+FFFD, and what is long is cut.
 */
final class SafeText {
  /** Code points kept; long enough for every sensible name. */
  static final int MAX_LENGTH = 256;

  private static final int REPLACEMENT = 0xFFFD;

  private SafeText() {}

  /** The text itself where nothing is wrong with it. */
  static String of(String text) {
    StringBuilder safe = new StringBuilder(Math.min(text.length(), MAX_LENGTH + 1));
    int kept = 0;
    for (int i = 0; i < text.length(); ) {
      if (kept == MAX_LENGTH) {
        return safe.append('…').toString();
      }
      int c = text.codePointAt(i);
      safe.appendCodePoint(isSafe(c) ? c : REPLACEMENT);
      i += Character.charCount(c);
      kept++;
    }
    return safe.toString();
  }

  private static boolean isSafe(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
