package io.fairlead.conversion;

import io.fairlead.common.LabelSyntax;

/**
 * The rules of Kubernetes for label keys and values, which Istio's validation applies to the labels
 * of endpoints.
 */
final class LabelText {
  private LabelText() {}

  /** Whether the text can be a label's value; the empty one can. */
  static boolean isValue(String text) {
    return text.isEmpty() || LabelSyntax.isName(text);
  }

  /** Whether the text can name a revision: a label value that is not empty. */
  static boolean isRevision(String text) {
    return LabelSyntax.isName(text);
  }

  /**
   * Returns the text as a legal label value: illegal characters become {@code -}, the rest is cut
   * off.
   */
  static String toValue(String text) {
    if (isValue(text)) {
      return text;
    }
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < text.length() && value.length() < LabelSyntax.MAX_LENGTH; i++) {
      char c = text.charAt(i);
      boolean inner = LabelSyntax.isInner(c);
      if (LabelSyntax.isAlphanumeric(c) || (value.length() > 0 && inner)) {
        value.append(c);
      } else if (value.length() > 0 && value.charAt(value.length() - 1) != '-') {
        value.append('-');
      }
    }
    while (value.length() > 0 && !LabelSyntax.isAlphanumeric(value.charAt(value.length() - 1))) {
      value.setLength(value.length() - 1);
    }
    return value.toString();
  }
}
