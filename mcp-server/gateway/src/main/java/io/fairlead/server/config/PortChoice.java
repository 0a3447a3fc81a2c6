package io.fairlead.server.config;

/**
 * Which number the port of a service gets.
 *
 * @param number 1 to 65535, or 0 for the port that most instances have
 */
public record PortChoice(int number) {
  /** The port that most instances have, the lower of equals. */
  public static final PortChoice INSTANCE = new PortChoice(0);

  private static final String EXPECTED = " (expected: instance, or a number from 1 to 65535)";

  public PortChoice {
    if (number < 0 || number > 65_535) {
      throw new IllegalArgumentException(number + EXPECTED);
    }
  }

  /** Reads {@code instance} or a number. */
  static PortChoice parse(String text) {
    if (text.equals("instance")) {
      return INSTANCE;
    }
    try {
      int number = Integer.parseInt(text);
      if (number > 0) {
        return new PortChoice(number);
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(text + EXPECTED, e);
    }
    throw new IllegalArgumentException(text + EXPECTED);
  }

  /** Whether the instances decide. */
  public boolean isInstance() {
    return number == 0;
  }

  @Override
  public String toString() {
    return isInstance() ? "instance" : Integer.toString(number);
  }
}
