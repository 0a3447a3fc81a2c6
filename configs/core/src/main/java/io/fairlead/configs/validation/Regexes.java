package io.fairlead.configs.validation;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Regular expressions of RE2, the only ones that istiod and Envoy know. */
final class Regexes {
  /** The longest expression, in bytes. */
  static final int MAX_LENGTH = 1024;

  /** The most repetitions that Go allows, those around others multiplied. */
  private static final int MAX_REPETITIONS = 1000;

  private static final int MAX_COUNT = 32;
  private static final Pattern COUNT = Pattern.compile("\\{[0-9]+(?:,[0-9]*)?\\}");

  private Regexes() {}

  /** Checks an expression that istiod limits in length. */
  static void check(String regex, Spot at) {
    if (regex.isEmpty()) {
      at.refuse("an empty regex", "a regular expression");
    } else if (regex.getBytes(StandardCharsets.UTF_8).length > MAX_LENGTH) {
      at.refuse("a regex of " + regex.length() + " characters", "at most " + MAX_LENGTH + " bytes");
    } else {
      checkSyntax(regex, at);
    }
  }

  static void checkSyntax(String regex, Spot at) {
    if (regex.length() > 8 * MAX_LENGTH) {
      at.refuse("a regex of " + regex.length() + " characters", "a shorter one");
      return;
    }
    Counted counted = count(regex);
    if (counted.repetitions() > MAX_REPETITIONS) {
      at.refuse(regex, "repetitions that come to at most " + MAX_REPETITIONS);
      return;
    }
    try {
      Pattern.compile(counted.reduced());
    } catch (PatternSyntaxException e) {
      at.refuse(e.getDescription() + " in " + regex, "RE2 syntax, which has no lookaround or \\1");
    }
  }

  /**
   * The counted repetitions of an expression. Found before compiling: a compiler writes them out,
   * which for a few characters may be all memory.
   *
   * @param repetitions what those of the worst place come to
   * @param reduced an expression that is right where this one is, with counts of at most two
   */
  private record Counted(long repetitions, String reduced) {}

  private static Counted count(String regex) {
    StringBuilder reduced = new StringBuilder();
    int copied = 0;
    // For each open group, the most that something within it comes to.
    Deque<Long> groups = new ArrayDeque<>();
    long worst = 1;
    long inGroup = 1;
    long lastItem = 1;
    boolean inClass = false;
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c == '\\') {
        i = endOfEscape(regex, i);
        lastItem = 1;
      } else if (inClass) {
        inClass = c != ']';
      } else if (c == '[') {
        inClass = true;
        lastItem = 1;
        // A bracket that stands first is one of the class.
        int first = i + 1 < regex.length() && regex.charAt(i + 1) == '^' ? i + 2 : i + 1;
        i = first < regex.length() && regex.charAt(first) == ']' ? first : i;
      } else if (c == '(') {
        groups.push(inGroup);
        inGroup = 1;
        lastItem = 1;
      } else if (c == ')') {
        lastItem = inGroup;
        inGroup = Math.max(groups.isEmpty() ? 1 : groups.pop(), lastItem);
      } else if (c == '{'
          && COUNT
              .matcher(regex.substring(i, Math.min(i + MAX_COUNT, regex.length())))
              .lookingAt()) {
        int close = regex.indexOf('}', i);
        reduced.append(regex, copied, i).append(reduced(regex.substring(i + 1, close)));
        copied = close + 1;
        lastItem = Math.min(lastItem * count(regex, i), Integer.MAX_VALUE);
        inGroup = Math.max(inGroup, lastItem);
        worst = Math.max(worst, lastItem);
        i = close;
      } else if (c != '*' && c != '+' && c != '?') {
        lastItem = 1;
      }
    }
    return new Counted(worst, reduced.append(regex, copied, regex.length()).toString());
  }

  /** Returns the repetition of this count, or range, with smaller ones. */
  private static String reduced(String count) {
    int comma = count.indexOf(',');
    long min = number(comma < 0 ? count : count.substring(0, comma));
    String max = comma < 0 ? "" : count.substring(comma + 1);
    if (!max.isEmpty() && number(max) < min) {
      return "{" + count + "}";
    }
    String least = Long.toString(Math.min(min, 1));
    if (comma < 0) {
      return "{" + least + "}";
    }
    return "{" + least + "," + (max.isEmpty() ? "" : Math.min(number(max), 2)) + "}";
  }

  private static long number(String digits) {
    return digits.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(digits);
  }

  // The braces of a character, as \x{263A}, hold no count.
  private static int endOfEscape(String regex, int backslash) {
    boolean hasBraces =
        regex.startsWith("x{", backslash + 1)
            || regex.startsWith("p{", backslash + 1)
            || regex.startsWith("P{", backslash + 1);
    int close = hasBraces ? regex.indexOf('}', backslash) : -1;
    return close < 0 ? backslash + 1 : close;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static long count(String regex, int open) {
    long most = 1;
    long number = 0;
    for (int i = open + 1; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (isDigit(c)) {
        number = Math.min(number * 10 + (c - '0'), Integer.MAX_VALUE);
      } else if (c == ',') {
        most = Math.max(most, number);
        number = 0;
      } else {
        return c == '}' ? Math.max(most, number) : 1;
      }
    }
    return 1;
  }
}
