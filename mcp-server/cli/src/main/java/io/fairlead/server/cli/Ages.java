package io.fairlead.server.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Formats times as the distance from now, for narrow columns of tables. */
final class Ages {
  private Ages() {}

  /** Returns how long ago a time was, such as {@code 5m}; empty for no time. */
  static String before(String time) {
    return time.isEmpty() ? "" : text(time, Instant.now(), 1);
  }

  /** Returns how long it is until a time, such as {@code 3m}; {@code no limit} for none. */
  static String until(String time) {
    return time.isEmpty() ? "no limit" : text(time, Instant.now(), -1);
  }

  /** Returns a time cut to the second. */
  static String seconds(String time) {
    return time.replaceFirst("\\.[0-9]+Z$", "Z");
  }

  private static String text(String time, Instant now, int sign) {
    try {
      return text(Duration.between(Instant.parse(time), now).multipliedBy(sign));
    } catch (DateTimeParseException e) {
      return time;
    }
  }

  /** Returns a duration in its one or two largest units. */
  static String text(Duration age) {
    if (age.isNegative()) {
      return "0s";
    }
    if (age.toDays() > 0) {
      return age.toDays() + "d" + age.toHoursPart() + "h";
    }
    if (age.toHours() > 0) {
      return age.toHours() + "h" + age.toMinutesPart() + "m";
    }
    return age.toMinutes() > 9
        ? age.toMinutes() + "m"
        : age.toMinutes() > 0
            ? age.toMinutes() + "m" + age.toSecondsPart() + "s"
            : age.toSeconds() + "s";
  }
}
