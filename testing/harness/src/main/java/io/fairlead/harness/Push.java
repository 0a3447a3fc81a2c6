package io.fairlead.harness;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One push of istiod to its proxies, as its log tells it: the line {@code Push debounce stable} is
 * written once a push, also when no proxy is connected.
 *
 * @param number counts istiod's pushes from 1
 * @param events changes that this push gathers
 * @param cause what changed, in istiod's words
 * @param scope what is pushed
 */
public record Push(long number, int events, String cause, Scope scope) {
  private static final Pattern LINE =
      Pattern.compile(
          "Push debounce stable\\[(\\d+)] (\\d+) for (.*): \\S+ since last change, "
              + "\\S+ since last push, full=(true|false)");

  /** The share of the configuration that a push computes anew. */
  public enum Scope {
    /** {@code full=true}: everything, for every proxy. */
    FULL,
    /** {@code full=false}: only endpoints (EDS), for the proxies that use them. */
    ENDPOINTS
  }

  /** Whether it is a full push. */
  public boolean isFull() {
    return scope == Scope.FULL;
  }

  /** Reads a line of istiod's log; empty if it tells of no push. */
  static Optional<Push> parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.find()) {
      if (line.contains("Push debounce stable")) {
        // A line in other words must not pass for "nothing was pushed".
        throw new AssertionError("push line of an unknown form: " + line);
      }
      return Optional.empty();
    }
    return Optional.of(
        new Push(
            Long.parseLong(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            matcher.group(3),
            "true".equals(matcher.group(4)) ? Scope.FULL : Scope.ENDPOINTS));
  }
}
