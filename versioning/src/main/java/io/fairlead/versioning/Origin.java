package io.fairlead.versioning;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The thing that a resource was made of, such as a service of a registry or a document of a source.
 * It is kept with the resource for whoever made it, so that a restart knows what each resource is
 * about. Nothing of it is served, and it is no part of the resource's version.
 *
 * @param kind what kind of thing, a word such as {@code service}
 * @param place where the thing is, in a form of the kind's own; the same for many things. Its first
 *     word is who has it, such as the label of a registry
 * @param name the thing's name at that place
 */
public record Origin(String kind, String place, String name) {
  /** That of a resource which an older release wrote. */
  public static final Origin UNKNOWN = new Origin("", "", "");

  private static final int ESCAPE = '\\';
  private static final int HEXADECIMAL = 16;
  private static final Pattern ESCAPED = Pattern.compile("\\\\([0-9a-f]{4})");

  public Origin {
    if (kind.indexOf(' ') >= 0) {
      throw new IllegalArgumentException("kind: " + kind + " (expected: a word)");
    }
  }

  /** Returns who has it, such as the label of a registry; empty if it is unknown. */
  String holder() {
    int end = place.indexOf(' ');
    return end < 0 ? place : place.substring(0, end);
  }

  /** Returns the form in which it is stored; empty if it is unknown. */
  public String toText() {
    return equals(UNKNOWN) ? "" : escaped(kind + " " + place.length() + " " + place + name);
  }

  // A registry may have names with halves of surrogate pairs, which no encoding of the store keeps.
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (point == ESCAPE
                  || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
                escaped.append((char) ESCAPE).append("%04x".formatted(point));
              } else {
                escaped.appendCodePoint(point);
              }
            });
    return escaped.toString();
  }

  private static String unescaped(String text) {
    if (text.indexOf(ESCAPE) < 0) {
      return text;
    }
    return ESCAPED
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(found.group(1), HEXADECIMAL))));
  }

  /** Reads what {@link #toText} wrote. */
  public static Origin parse(String stored) {
    return parse(stored, new HashMap<>());
  }

  /**
   * Reads what {@link #toText} wrote.
   *
   * @param shared the kinds and places read so far, of which each is kept once
   */
  static Origin parse(String stored, Map<String, String> shared) {
    String text = unescaped(stored);
    int kindEnd = text.indexOf(' ');
    int placeBegin = text.indexOf(' ', kindEnd + 1) + 1;
    if (placeBegin == 0) {
      return UNKNOWN;
    }
    int placeEnd = placeBegin + Integer.parseInt(text, kindEnd + 1, placeBegin - 1, 10);
    return new Origin(
        share(text.substring(0, kindEnd), shared),
        share(text.substring(placeBegin, placeEnd), shared),
        text.substring(placeEnd));
  }

  private static String share(String text, Map<String, String> shared) {
    return shared.computeIfAbsent(text, same -> same);
  }
}
