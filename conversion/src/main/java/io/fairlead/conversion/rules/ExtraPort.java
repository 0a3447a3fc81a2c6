package io.fairlead.conversion.rules;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A further port of a service, written {@code PORT[:TARGET][/PROTOCOL]}: requests to it go to the
 * target of each endpoint, or to the endpoint's own port.
 *
 * @param number its number; 0: each port that an instance has
 * @param target a number or {@code meta.KEY}, the metadata that has it; empty: the endpoint's own
 * @param protocol its protocol; empty: that of the first port
 */
@Key(min = "1", max = "65535", expected = ExtraPort.EXPECTED)
public record ExtraPort(int number, String target, String protocol) {
  static final String EXPECTED =
      "instance, or a port such as 9090, 9090/grpc, 9090:7070 or 9090:meta.KEY/grpc";

  private static final Pattern FORM =
      Pattern.compile("(instance|[0-9]{1,5})(?::([0-9]{1,5}|meta\\.[^/]+))?(?:/([A-Za-z0-9-]+))?");

  /**
   * Reads a port.
   *
   * @throws IllegalArgumentException with "value (expected: ...)" if it is none
   */
  public static ExtraPort parse(String text) {
    Matcher form = FORM.matcher(text);
    if (form.matches()) {
      int number = form.group(1).equals("instance") ? 0 : Integer.parseInt(form.group(1));
      String target = form.group(2) == null ? "" : form.group(2);
      String protocol = form.group(3) == null ? "" : form.group(3);
      boolean instance = form.group(1).equals("instance");
      if (instance ? target.isEmpty() : isPort(number) && isTarget(target)) {
        return new ExtraPort(number, target, protocol);
      }
    }
    throw new IllegalArgumentException(ConfigurationKey.refusal(text, EXPECTED));
  }

  /** Whether it stands for each port that an instance has. */
  public boolean isOfInstances() {
    return number == 0;
  }

  private static boolean isPort(int number) {
    return number >= 1 && number <= 65535;
  }

  private static boolean isTarget(String target) {
    return target.isEmpty() || target.startsWith("meta.") || isPort(Integer.parseInt(target));
  }

  /** Returns it as it is written. */
  @Override
  public String toString() {
    return (number == 0 ? "instance" : Integer.toString(number))
        + (target.isEmpty() ? "" : ":" + target)
        + (protocol.isEmpty() ? "" : "/" + protocol);
  }
}
