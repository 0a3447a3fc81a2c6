package io.fairlead.conversion;

import io.fairlead.common.LabelSyntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The rules for DNS names (RFC 1123) as Istio and Kubernetes apply them: letters, digits and {@code
 * -} in labels of at most 63 characters, 253 in all.
 */
final class DnsText {
  static final int MAX_LABEL = LabelSyntax.MAX_LENGTH;
  static final int MAX_NAME = 253;

  private DnsText() {}

  /**
   * Returns the text with the letters A to Z in lower case, as DNS compares names, and no others.
   */
  static String lowerCase(String text) {
    StringBuilder lower = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        lower = lower == null ? new StringBuilder(text) : lower;
        lower.setCharAt(i, (char) (c - 'A' + 'a'));
      }
    }
    return lower == null ? text : lower.toString();
  }

  /** Whether the text is one lower-case label. */
  static boolean isLabel(String text) {
    return LabelSyntax.isDnsLabel(text) && text.equals(text.toLowerCase(Locale.ROOT));
  }

  /**
   * Whether the text is a lower-case name whose last label does not read as a number: Istio refuses
   * numeric top-level labels, and resolvers read names such as {@code 0x7f000001} as IPv4
   * addresses.
   */
  static boolean isName(String text) {
    if (text.isEmpty() || text.length() > MAX_NAME) {
      return false;
    }
    String[] labels = text.split("\\.", -1);
    for (String label : labels) {
      if (!isLabel(label)) {
        return false;
      }
    }
    return !isNumeric(labels[labels.length - 1]);
  }

  /** Whether a label reads as a decimal or hexadecimal number. */
  static boolean isNumeric(String label) {
    boolean hexadecimal = label.startsWith("0x");
    for (int i = hexadecimal ? 2 : 0; i < label.length(); i++) {
      char c = label.charAt(i);
      if (!(c >= '0' && c <= '9') && !(hexadecimal && c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the labels of a text made legal: lower-case, every run of other characters one {@code
   * -}, none of these at the ends, at most 63 characters; labels with nothing left are dropped.
   */
  static List<String> clean(String text) {
    List<String> labels = new ArrayList<>();
    for (String label : text.split("\\.", -1)) {
      String clean = cleanLabel(label, MAX_LABEL);
      if (!clean.isEmpty()) {
        labels.add(clean);
      }
    }
    return labels;
  }

  /** Returns one label made legal as {@link #clean} does, dots included, of at most {@code max}. */
  static String cleanLabel(String text, int max) {
    StringBuilder label = new StringBuilder();
    for (int i = 0; i < text.length() && label.length() < max; i++) {
      char c = text.charAt(i);
      if (LabelSyntax.isAlphanumeric(c)) {
        label.append((char) (c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c));
      } else if (label.length() > 0 && label.charAt(label.length() - 1) != '-') {
        label.append('-');
      }
    }
    while (label.length() > 0 && label.charAt(label.length() - 1) == '-') {
      label.setLength(label.length() - 1);
    }
    return label.toString();
  }
}
