package io.fairlead.conversion.rules;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;

/**
 * A condition on the port of an instance: a number, or a range of them.
 *
 * @param from the lowest number
 * @param to the highest number
 */
@Key(min = "1", max = "65535", expected = PortCondition.EXPECTED)
public record PortCondition(int from, int to) {
  static final String EXPECTED = "a port from 1 to 65535, or a range such as 8000-8999";

  /**
   * Reads a condition.
   *
   * @throws IllegalArgumentException with "value (expected: ...)" if it is none
   */
  public static PortCondition parse(String text) {
    int dash = text.indexOf('-');
    try {
      int from = Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
      int to = dash < 0 ? from : Integer.parseInt(text.substring(dash + 1));
      if (from >= 1 && from <= to && to <= 65535) {
        return new PortCondition(from, to);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(ConfigurationKey.refusal(text, EXPECTED));
  }

  boolean matches(int port) {
    return port >= from && port <= to;
  }
}
