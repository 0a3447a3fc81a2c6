package io.fairlead.conversion;

import io.fairlead.common.Key;

/**
 * The rule that gives the number of a service's one port; endpoints that listen elsewhere are
 * mapped to it.
 */
@Key(
    pattern = "^instance$",
    min = "1",
    max = "65535",
    expected = "instance, or a number from 1 to 65535")
public sealed interface PortRule {

  /**
   * The port that most instances have, whatever their health; where there is none, one that does
   * not depend on which ports they have.
   */
  record MostInstances() implements PortRule {}

  /**
   * Reads {@code instance} or a number.
   *
   * @throws IllegalArgumentException for any other text
   */
  static PortRule parse(String text) {
    if (text.equals("instance")) {
      return new MostInstances();
    }
    try {
      return new Fixed(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(Fixed.refusal(text), e);
    }
  }

  /**
   * A configured number.
   *
   * @param number 1 to 65535
   */
  record Fixed(int number) implements PortRule {
    public Fixed {
      if (!Ports.isLegal(number)) {
        throw new IllegalArgumentException(refusal(Integer.toString(number)));
      }
    }

    private static String refusal(String text) {
      return "port: " + text + " (expected: instance, or a number from 1 to 65535)";
    }
  }
}
