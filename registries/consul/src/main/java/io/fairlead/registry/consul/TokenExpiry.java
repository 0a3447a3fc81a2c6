package io.fairlead.registry.consul;

import io.fairlead.registry.Notice;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.registry.support.NoticeReporter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A look at how long the token lives: Consul is asked once for each token, and the operator is told
 * before it ends. Owned by the loop.
 */
final class TokenExpiry {
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final long RETRY_NANOS = Duration.ofSeconds(30).toNanos();

  private final Loop loop;
  private final ConsulClient client;
  private final Tokens tokens;
  private final NoticeReporter notices;
  private Optional<String> asked = Optional.empty();
  private long askedAt;

  TokenExpiry(Loop loop, ConsulClient client, Tokens tokens, NoticeReporter notices) {
    this.loop = loop;
    this.client = client;
    this.tokens = tokens;
    this.notices = notices;
  }

  void start() {
    loop.assertOnLoop();
    if (tokens.present()) {
      loop.every(INTERVAL, this::look);
    }
  }

  private void look() {
    String token;
    try {
      token = tokens.current();
    } catch (SecretUnavailableException | ConsulCallException e) {
      // Every read fails for it and says so.
      return;
    }
    boolean known = tokens.lifetime().isPresent();
    boolean same = asked.equals(Optional.of(token));
    if (!known && (!same || loop.now() - askedAt > RETRY_NANOS)) {
      asked = Optional.of(token);
      askedAt = loop.now();
      client.tokenSelf(answer -> learn(token, answer));
    }
    tokens
        .lifetime()
        .flatMap(lifetime -> notice(lifetime, Instant.now()))
        .ifPresentOrElse(notices::report, () -> notices.end(Notice.Kind.CREDENTIAL_EXPIRES));
  }

  private void learn(String token, Answer<TokenLifetime> answer) {
    if (answer instanceof Answer.Read<TokenLifetime> read) {
      tokens.lives(token, read.value());
    }
  }

  private Optional<Notice> notice(TokenLifetime lifetime, Instant now) {
    if (!lifetime.endsSoon(now)) {
      return Optional.empty();
    }
    String when = lifetime.expires().orElseThrow().truncatedTo(ChronoUnit.SECONDS).toString();
    return Optional.of(
        new Notice(
            Notice.Kind.CREDENTIAL_EXPIRES,
            "token",
            lifetime.isOver(now)
                ? "The Consul token expired at " + when + "."
                : "The Consul token expires at " + when + ".",
            "Write a new one into "
                + tokens.source()
                + ", and look why it was not renewed; it is taken without a restart. Without one"
                + " what is known stays in the mesh and gets older."));
  }
}
