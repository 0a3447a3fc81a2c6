package io.fairlead.conversion;

/**
 * The rule that gives the number of a service's one port; endpoints that listen elsewhere are
 * mapped to it.
 */
public sealed interface PortRule {

  /**
   * The port that most instances have, whatever their health; where there is none, one that does
   * not depend on which ports they have.
   */
  record MostInstances() implements PortRule {}

  /**
   * A configured number.
   *
   * @param number 1 to 65535
   */
  record Fixed(int number) implements PortRule {
    public Fixed {
      if (!Ports.isLegal(number)) {
        throw new IllegalArgumentException(
            "port: " + number + " (expected: instance, or a number from 1 to 65535)");
      }
    }
  }
}
