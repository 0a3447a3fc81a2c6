package io.fairlead.configs.validation;

import com.google.protobuf.Duration;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them, which is how istiod reads them: {@code 1h30m}, {@code 100ms}. */
final class GoDuration {
  /** The form of a duration, for people. */
  static final String FORM = "a duration such as 100ms, 5s or 1h30m";

  private static final int MAX_LENGTH = 64;
  private static final Pattern PART =
      Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);
  private static final BigInteger SECOND = BigInteger.valueOf(1_000_000_000);

  private GoDuration() {}

  static Optional<Duration> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    boolean negative = text.startsWith("-");
    String parts = negative || text.startsWith("+") ? text.substring(1) : text;
    if (parts.equals("0")) {
      return Optional.of(Duration.getDefaultInstance());
    }
    BigInteger nanos = BigInteger.ZERO;
    Matcher part = PART.matcher(parts);
    int end = 0;
    while (part.find() && part.start() == end) {
      BigDecimal unit = BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L));
      nanos =
          nanos.add(
              new BigDecimal(part.group(1))
                  .multiply(unit)
                  .setScale(0, RoundingMode.DOWN)
                  .toBigInteger());
      end = part.end();
    }
    if (end == 0 || end != parts.length() || nanos.bitLength() > 63) {
      return Optional.empty();
    }
    BigInteger[] split = (negative ? nanos.negate() : nanos).divideAndRemainder(SECOND);
    return Optional.of(
        Duration.newBuilder()
            .setSeconds(split[0].longValueExact())
            .setNanos(split[1].intValueExact())
            .build());
  }
}
