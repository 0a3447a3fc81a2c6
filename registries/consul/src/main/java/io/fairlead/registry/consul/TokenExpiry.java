package io.fairlead.registry.consul;

import io.fairlead.registry.Notice;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.SecretUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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
  private final RegistrySink sink;
  private Optional<String> asked = Optional.empty();
  private long askedAt;
  private List<Notice> told = List.of();

  TokenExpiry(Loop loop, ConsulClient client, Tokens tokens, RegistrySink sink) {
    this.loop = loop;
    this.client = client;
    this.tokens = tokens;
    this.sink = sink;
  }

  void start() {
    loop.assertOnLoop();
    sink.notices(told);
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
    tell(tokens.lifetime().flatMap(lifetime -> notice(lifetime, Instant.now())));
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

  private void tell(Optional<Notice> notice) {
    List<Notice> now = notice.map(List::of).orElse(List.of());
    if (!now.equals(told)) {
      told = now;
      sink.notices(told);
    }
  }
}
