package io.fairlead.conversion.rules;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;
import java.util.Locale;

/**
 * The choice of a service's ports by a rule.
 *
 * @param kind how they are chosen
 * @param number the number of {@link Kind#NUMBER}; otherwise 0
 */
@Key(min = "1", max = "65535", expected = PortOfService.EXPECTED)
public record PortOfService(Kind kind, int number) {
  static final String EXPECTED = "instance, all, or a number from 1 to 65535";

  /** The ways of choosing ports. */
  public enum Kind {
    /** The port that most instances have. */
    INSTANCE,
    /** Every port that an instance has. */
    ALL,
    /** A fixed number. */
    NUMBER
  }

  /**
   * Reads a choice.
   *
   * @throws IllegalArgumentException with "value (expected: ...)" if it is none
   */
  public static PortOfService parse(String text) {
    if (text.equals("instance")) {
      return new PortOfService(Kind.INSTANCE, 0);
    }
    if (text.equals("all")) {
      return new PortOfService(Kind.ALL, 0);
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= 65535) {
        return new PortOfService(Kind.NUMBER, number);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(ConfigurationKey.refusal(text, EXPECTED));
  }

  /** Returns it as it is written. */
  @Override
  public String toString() {
    return kind == Kind.NUMBER ? Integer.toString(number) : kind.name().toLowerCase(Locale.ROOT);
  }
}
