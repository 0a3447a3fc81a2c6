package io.fairlead.conversion;

/**
 * The rules of Kubernetes for label keys and values, which Istio's validation applies to the labels
 * of endpoints.
 */
final class LabelText {
  static final int MAX_LENGTH = 63;
  static final int MAX_PREFIX_LENGTH = 253;

  private LabelText() {}

  /** Whether the text can be a label's value; the empty one can. */
  static boolean isValue(String text) {
    return text.isEmpty() || isName(text, 0);
  }

  /** Whether the text can name a revision: a label value that is not empty. */
  static boolean isRevision(String text) {
    return isName(text, 0);
  }

  /** Whether the text can be a label's key: a name, perhaps behind a DNS prefix and a slash. */
  static boolean isKey(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return isName(text, 0);
    }
    return slash <= MAX_PREFIX_LENGTH
        && isPrefix(text.substring(0, slash))
        && isName(text, slash + 1);
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
    for (int i = 0; i < text.length() && value.length() < MAX_LENGTH; i++) {
      char c = text.charAt(i);
      boolean inner = isInner(c);
      if (isAlphanumeric(c) || (value.length() > 0 && inner)) {
        value.append(c);
      } else if (value.length() > 0 && value.charAt(value.length() - 1) != '-') {
        value.append('-');
      }
    }
    while (value.length() > 0 && !isAlphanumeric(value.charAt(value.length() - 1))) {
      value.setLength(value.length() - 1);
    }
    return value.toString();
  }

  static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static boolean isInner(char c) {
    return c == '-' || c == '_' || c == '.';
  }

  private static boolean isName(String text, int from) {
    int length = text.length() - from;
    if (length < 1
        || length > MAX_LENGTH
        || !isAlphanumeric(text.charAt(from))
        || !isAlphanumeric(text.charAt(text.length() - 1))) {
      return false;
    }
    for (int i = from + 1; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      if (!isAlphanumeric(c) && !isInner(c)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPrefix(String text) {
    for (String label : text.split("\\.", -1)) {
      if (!DnsText.isLabelOfAnyCase(label)) {
        return false;
      }
    }
    return true;
  }
}
