package io.fairlead.conversion;

import io.fairlead.common.ForeignText;

/**
 * A cleaner that makes text of a registry fit for annotations and findings: every part that is no
 * character of valid UTF-8 (a lone surrogate, which istiod's decoder would refuse) or steers a
 * terminal becomes U+FFFD, and long text is cut.
 */
final class SafeText {
  /** Code points kept; long enough for every sensible name. */
  static final int MAX_LENGTH = 256;

  private SafeText() {}

  /** Returns the cleaned text; the text itself if nothing had to be cleaned. */
  static String of(String text) {
    return ForeignText.replaced(text, MAX_LENGTH);
  }
}
