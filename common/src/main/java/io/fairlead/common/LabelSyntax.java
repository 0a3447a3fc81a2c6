package io.fairlead.common;

/**
 * The syntax of labels, as Kubernetes has it for those of objects and DNS for those of names: the
 * characters that may be in them and their lengths.
 */
public final class LabelSyntax {
  /** The longest label of a DNS name, and the longest name or value of a label. */
  public static final int MAX_LENGTH = 63;

  /** The longest domain before the name of a label. */
  public static final int MAX_PREFIX_LENGTH = 253;

  private LabelSyntax() {}

  /** Whether the text is one label of a DNS name, in either case. */
  public static boolean isDnsLabel(String text) {
    return text.length() <= MAX_LENGTH && isDnsLabelOfAnyLength(text);
  }

  private static boolean isDnsLabelOfAnyLength(String text) {
    int length = text.length();
    if (length < 1 || text.charAt(0) == '-' || text.charAt(length - 1) == '-') {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (!isAlphanumeric(c) && c != '-') {
        return false;
      }
    }
    return true;
  }

  /** Whether the text can be a label's key: a name, perhaps behind a domain and a slash. */
  public static boolean isKey(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return isName(text);
    }
    return slash <= MAX_PREFIX_LENGTH
        && isPrefix(text.substring(0, slash))
        && isName(text.substring(slash + 1));
  }

  // Neither Kubernetes nor istiod bounds the parts of such a domain.
  private static boolean isPrefix(String text) {
    for (String label : text.split("\\.", -1)) {
      if (!isDnsLabelOfAnyLength(label)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the text can be a label's name, or its value if that is not empty. */
  public static boolean isName(String text) {
    return text.length() <= MAX_LENGTH && isNameOfAnyLength(text);
  }

  /** Whether the text is like a label's name, but for its length. */
  public static boolean isNameOfAnyLength(String text) {
    int length = text.length();
    if (length < 1 || !isAlphanumeric(text.charAt(0)) || !isAlphanumeric(text.charAt(length - 1))) {
      return false;
    }
    for (int i = 1; i < length - 1; i++) {
      if (!isAlphanumeric(text.charAt(i)) && !isInner(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether the text can be a key or a value of a selector of workloads, as istiods have it: they
   * compare it with labels as it is, and refuse {@code *}.
   */
  public static boolean isSelectable(String text) {
    return text.indexOf('*') < 0;
  }

  /** Whether the character may be anywhere in a label. */
  public static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  /** Whether the character may be within the name or value of a label. */
  public static boolean isInner(char c) {
    return c == '-' || c == '_' || c == '.';
  }
}
