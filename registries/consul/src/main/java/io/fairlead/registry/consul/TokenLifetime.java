package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * The lifetime of an ACL token, by Consul's clock. Immutable.
 *
 * @param created when it was made; empty if Consul does not say
 * @param expires when Consul refuses it; empty if never
 */
record TokenLifetime(Optional<Instant> created, Optional<Instant> expires) {
  /** The last part of a token's life, one in so many, in which it should have been renewed. */
  private static final int SHARE = 4;

  private static final Duration MAX_WARNING = Duration.ofDays(7);

  static TokenLifetime of(JsonNode token) {
    return new TokenLifetime(
        time(token.path("CreateTime").asText()), time(token.path("ExpirationTime").asText()));
  }

  /** Returns a time; empty for none, and for what is no time, as it is only shown. */
  private static Optional<Instant> time(String text) {
    try {
      Instant time = OffsetDateTime.parse(text).toInstant();
      // Go's zero time stands for none.
      return time.isAfter(Instant.EPOCH) ? Optional.of(time) : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  boolean isOver(Instant now) {
    return expires.isPresent() && !now.isBefore(expires.get());
  }

  /** Whether it ends soon: a quarter of it is left, and 7 days at most. */
  boolean endsSoon(Instant now) {
    if (expires.isEmpty()) {
      return false;
    }
    Duration warning =
        created
            .map(since -> Duration.between(since, expires.get()).dividedBy(SHARE))
            .filter(share -> share.compareTo(MAX_WARNING) < 0)
            .orElse(MAX_WARNING);
    return !now.isBefore(expires.get().minus(warning));
  }
}
