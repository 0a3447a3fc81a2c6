package io.fairlead.conversion;

import java.util.Locale;
import java.util.Set;

/**
 * The rule for metadata that differs at each start of an instance: times, process ids, and what a
 * framework derives from them.
 */
final class StartMarks {
  /** The keys of frameworks: Dubbo ({@code pid}) and Spring Boot Admin ({@code startup}). */
  private static final Set<String> KEYS = Set.of("pid", "startup", "startup.date");

  /** The end of keys such as Dubbo's {@code timestamp} and {@code remote.timestamp}. */
  private static final String TIMESTAMP = "timestamp";

  // Of a time in milliseconds from September 2001 to 2033.
  private static final int DIGITS = 13;

  private StartMarks() {}

  /** Whether an entry of the metadata is such a mark, by its key, or as its value is a time. */
  static boolean isOne(String key, String value) {
    return KEYS.contains(key)
        || key.toLowerCase(Locale.ROOT).endsWith(TIMESTAMP)
        || isMillis(value);
  }

  private static boolean isMillis(String value) {
    return value.length() == DIGITS
        && value.charAt(0) == '1'
        && value.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
