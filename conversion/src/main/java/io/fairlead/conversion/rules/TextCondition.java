package io.fairlead.conversion.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A condition on one text: the text itself, a glob with {@code *}, a pattern of RE2 between
 * slashes, or whether there is a text at all. Patterns match whole texts, in time linear in their
 * length. Immutable.
 */
@Key(
    expected =
        "a text, a glob such as user-*, /a pattern/ or {exists: true}; quote what looks like a"
            + " number")
public sealed interface TextCondition {
  /** The longest text of a condition. */
  int MAX_LENGTH = 512;

  /** The longest text that a pattern matches; a longer one has no meaning to anybody. */
  int MAX_MATCHED = 4096;

  /** Whether a text meets the condition; the empty text stands for none. */
  boolean matches(String text);

  /**
   * Reads a condition.
   *
   * @throws IllegalArgumentException with "value (expected: ...)" if it is none
   */
  static TextCondition parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          ConfigurationKey.refusal(text, "at most " + MAX_LENGTH + " characters"));
    }
    if (text.length() > 1 && text.startsWith("/") && text.endsWith("/")) {
      return new Matching(text, compiled(text, text.substring(1, text.length() - 1)));
    }
    return text.indexOf('*') < 0 ? new Equal(text) : new Matching(text, glob(text));
  }

  private static Pattern compiled(String text, String pattern) {
    if (Repeats.product(pattern) > Repeats.MAX) {
      throw new IllegalArgumentException(
          ConfigurationKey.refusal(
              text, "a pattern whose counted repeats come to at most " + Repeats.MAX));
    }
    try {
      return Pattern.compile(pattern, Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          ConfigurationKey.refusal(text, "a pattern of RE2: " + e.getDescription()), e);
    }
  }

  private static Pattern glob(String text) {
    String pattern =
        Arrays.stream(text.split("\\*+", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    return Pattern.compile(pattern, Pattern.DOTALL);
  }

  /** A condition on there being a text. */
  record Exists(@Key("whether there has to be one, or must not be one") boolean exists)
      implements TextCondition {
    @Override
    public boolean matches(String text) {
      return exists != text.isEmpty();
    }
  }

  /** A text to be equal to. */
  record Equal(String text) implements TextCondition {
    @Override
    public boolean matches(String other) {
      return text.equals(other);
    }
  }

  /**
   * A glob or a pattern.
   *
   * @param text as it was written
   * @param pattern its compiled form
   */
  record Matching(String text, Pattern pattern) implements TextCondition {
    @Override
    public boolean matches(String other) {
      return other.length() <= MAX_MATCHED && pattern.matches(other);
    }

    @Override
    public boolean equals(Object object) {
      return object instanceof Matching other && text.equals(other.text);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }
  }
}
