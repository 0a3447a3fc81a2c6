package io.fairlead.server.config;

import java.util.regex.Pattern;

/** Paths of keys as people read them: {@code registries[0].priority}. */
final class KeyPath {
  /** The whole document. */
  static final String ROOT = "";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]+");

  private KeyPath() {}

  /**
   * Returns the path of a key of an object; a key that is not a plain word is quoted in brackets.
   */
  static String key(String parent, String key) {
    if (!PLAIN.matcher(key).matches()) {
      return parent + "[\"" + key + "\"]";
    }
    return parent.isEmpty() ? key : parent + "." + key;
  }

  /** Returns the path of an element of a list. */
  static String item(String parent, int index) {
    return parent + "[" + index + "]";
  }

  /** Whether {@code path} is {@code ancestor} or below it. */
  static boolean isWithin(String path, String ancestor) {
    return path.startsWith(ancestor)
        && (path.length() == ancestor.length()
            || ancestor.isEmpty()
            || path.charAt(ancestor.length()) == '.'
            || path.charAt(ancestor.length()) == '[');
  }
}
