package io.fairlead.common;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Filters that make text from outside fit for a log line, an error, a metric label or a page. Text
 * from outside is text that this program did not write itself: bodies and names from registries,
 * ids and errors of clients, texts in a user's files. It may hold line breaks that forge a line,
 * escape sequences that steer a terminal, megabytes, or a secret.
 *
 * <p>The order matters where several apply: {@link #masked} first, since a cut through a secret
 * would leave a part of it, then {@link #clean}. Stateless; a text of megabytes costs at most one
 * pass over it, and {@link #clean} only looks at what it keeps.
 */
public final class ForeignText {
  /** Characters that {@link #clean(String)} keeps. */
  public static final int DEFAULT_MAX = 300;

  /** Characters that {@link #problem(String)} keeps. */
  public static final int MAX_PROBLEM = 1000;

  private static final String MASK = "***";
  private static final int REPLACEMENT = 0xFFFD;

  // Shorter ones would be found by chance.
  private static final int MIN_ENCODED = 6;

  private static final Pattern SECRET_PARAMETER =
      Pattern.compile(
          "([?&](?:access_?token|token|password|passwd|secret)=)[^&#\\s\"'<>]*",
          Pattern.CASE_INSENSITIVE);

  private ForeignText() {}

  /** As {@link #clean(String, int)} with at most {@value #DEFAULT_MAX} characters. */
  public static String clean(String text) {
    return clean(text, DEFAULT_MAX);
  }

  /**
   * Returns one printable line. What steers a terminal or breaks a line (control characters, marks
   * of the writing direction and other invisible ones, unpaired surrogates) is written as an escape
   * such as {@code \n} or {@code \}{@code u001b}. What is long is cut, and the end says how much
   * was left out. To clean a clean text changes nothing.
   *
   * @param max the longest result in characters, that end included; at least 1
   */
  public static String clean(String text, int max) {
    if (max < 1) {
      throw new IllegalArgumentException("max: " + max + " (expected: at least 1)");
    }
    int safe = safePrefix(text, max);
    if (safe == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(Math.min(max, text.length()) + 16).append(text, 0, safe);
    int i = safe;
    while (i < text.length() && out.length() <= max) {
      int c = text.codePointAt(i);
      append(out, c);
      i += Character.charCount(c);
    }
    return out.length() <= max ? out.toString() : cut(text, max);
  }

  /**
   * Returns what a registry's problem may be shown as: one line without passwords of addresses, of
   * at most {@value #MAX_PROBLEM} characters.
   */
  public static String problem(String text) {
    return clean(address(text), MAX_PROBLEM);
  }

  /**
   * As {@link #clean(String, int)} without an end: for what must be whole, such as the names in a
   * table.
   */
  public static String escaped(String text) {
    return clean(text, Integer.MAX_VALUE - 64);
  }

  /**
   * Returns the text with U+FFFD in place of each character that {@link #clean(String, int)} would
   * escape, and cut after a number of characters: for what is served to others, who would take an
   * escape for a part of the name.
   *
   * @param max code points kept at most
   */
  public static String replaced(String text, int max) {
    StringBuilder safe = new StringBuilder(Math.min(text.length(), max) + 1);
    int kept = 0;
    for (int i = 0; i < text.length(); kept++) {
      if (kept == max) {
        return safe.append('…').toString();
      }
      int c = text.codePointAt(i);
      safe.appendCodePoint(isPrintable(c) ? c : REPLACEMENT);
      i += Character.charCount(c);
    }
    return safe.toString();
  }

  /**
   * Returns the text with {@code ***} in place of every occurrence of a secret, also where it is
   * written for a URL, in JSON, in Base64 (alone or as the end of {@code user:password}) or in
   * hexadecimal digits. Empty secrets are passed over.
   */
  public static String masked(String text, Collection<String> secrets) {
    Set<String> written = new LinkedHashSet<>();
    for (String secret : secrets) {
      addForms(secret, written);
    }
    List<String> longestFirst = new ArrayList<>(written);
    longestFirst.sort(Comparator.comparingInt(String::length).reversed());
    String masked = text;
    for (String form : longestFirst) {
      masked = masked.replace(form, MASK);
    }
    return masked;
  }

  /**
   * Returns an address, or a text with addresses in it, that shows no password: {@code
   * user:password@} of a URL becomes {@code ***@}, and the value of a parameter such as {@code
   * accessToken} becomes {@code ***}.
   */
  public static String address(String text) {
    String parameters = SECRET_PARAMETER.matcher(text).replaceAll("$1" + MASK);
    if (parameters.indexOf('@') < 0) {
      return parameters;
    }
    StringBuilder out = new StringBuilder(parameters.length());
    int copied = 0;
    for (int i = 0; i < parameters.length(); ) {
      int end = wordEnd(parameters, i);
      int scheme = parameters.indexOf("://", i);
      int start = scheme >= 0 && scheme < end ? scheme + 3 : i;
      int at = userInfoEnd(parameters, start, end, start != i);
      if (at >= 0) {
        out.append(parameters, copied, start).append(MASK);
        copied = at;
      }
      i = end + 1;
    }
    return out.append(parameters, copied, parameters.length()).toString();
  }

  // Where the word that starts here ends: addresses have no white space, quotes or brackets in
  // them, but for those of IPv6.
  private static int wordEnd(String text, int start) {
    int i = start;
    while (i < text.length() && " \t\r\n\"'<>(),{}|".indexOf(text.charAt(i)) < 0) {
      i++;
    }
    return i;
  }

  // The position of the @ behind user and password, or -1.
  private static int userInfoEnd(String text, int start, int end, boolean hasScheme) {
    int authorityEnd = start;
    while (authorityEnd < end && "/?#".indexOf(text.charAt(authorityEnd)) < 0) {
      authorityEnd++;
    }
    int at = text.lastIndexOf('@', authorityEnd - 1);
    int colon = text.indexOf(':', start);
    if (at >= start && (hasScheme || (colon >= start && colon < at))) {
      return at;
    }
    // A password with a slash in it is no valid URL, and a password all the same.
    int last = text.lastIndexOf('@', end - 1);
    boolean password = colon > start && colon < authorityEnd && !isPort(text, colon, authorityEnd);
    return hasScheme && password && last > colon ? last : -1;
  }

  private static boolean isPort(String text, int colon, int end) {
    for (int i = colon + 1; i < end; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return text.charAt(colon + 1) == ':' || text.indexOf(']', colon) >= 0;
      }
    }
    return true;
  }

  private static void addForms(String secret, Set<String> forms) {
    if (secret.isEmpty()) {
      return;
    }
    forms.add(secret);
    String url = URLEncoder.encode(secret, StandardCharsets.UTF_8);
    forms.add(url);
    forms.add(url.replace("+", "%20"));
    forms.add(lowerCaseEscapes(url));
    forms.add(secret.replace("\\", "\\\\").replace("\"", "\\\""));
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= MIN_ENCODED) {
      addBase64(bytes, forms);
      forms.add(HexFormat.of().formatHex(bytes));
      forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
    }
  }

  private static String lowerCaseEscapes(String url) {
    StringBuilder lower = new StringBuilder(url);
    for (int i = url.indexOf('%'); i >= 0 && i + 2 < url.length(); i = url.indexOf('%', i + 1)) {
      lower.setCharAt(i + 1, Character.toLowerCase(url.charAt(i + 1)));
      lower.setCharAt(i + 2, Character.toLowerCase(url.charAt(i + 2)));
    }
    return lower.toString();
  }

  // Three bytes are four characters, so what a secret looks like depends on how many bytes are
  // before it. The characters that also hold bits of a neighbour are left out.
  private static void addBase64(byte[] secret, Set<String> forms) {
    for (int before = 0; before < 3; before++) {
      byte[] shifted = new byte[before + secret.length];
      System.arraycopy(secret, 0, shifted, before, secret.length);
      int from = before == 0 ? 0 : before + 1;
      int to = shifted.length * 8 / 6;
      for (String encoded :
          List.of(
              Base64.getEncoder().encodeToString(shifted),
              Base64.getUrlEncoder().encodeToString(shifted))) {
        forms.add(encoded.substring(from));
        forms.add(encoded.substring(from, to));
      }
    }
  }

  // How many characters at the start are printable as they are and fit.
  private static int safePrefix(String text, int max) {
    int i = 0;
    while (i < text.length()) {
      int c = text.codePointAt(i);
      if (!isPrintable(c) || i + Character.charCount(c) > max) {
        return i;
      }
      i += Character.charCount(c);
    }
    return i;
  }

  private static String cut(String text, int max) {
    int room = max - end(text.length()).length();
    boolean counted = room >= max / 2;
    if (!counted) {
      room = max - 1;
    }
    StringBuilder out = new StringBuilder(max + 16);
    int i = 0;
    while (i < text.length()) {
      int before = out.length();
      int c = text.codePointAt(i);
      append(out, c);
      if (out.length() > room) {
        out.setLength(before);
        break;
      }
      i += Character.charCount(c);
    }
    return out.append(counted ? end(text.length() - i) : "…").toString();
  }

  private static String end(int leftOut) {
    return "… (" + leftOut + " more characters)";
  }

  private static void append(StringBuilder out, int c) {
    if (isPrintable(c)) {
      out.appendCodePoint(c);
      return;
    }
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        for (char unit : Character.toChars(c)) {
          out.append("\\u").append(HexFormat.of().toHexDigits(unit));
        }
      }
    }
  }

  private static boolean isPrintable(int c) {
    if (c >= ' ' && c < 0x7F) {
      return true;
    }
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
