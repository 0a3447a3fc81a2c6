package io.fairlead.registry.consul;

import io.fairlead.registry.Secret;
import java.time.Duration;
import java.util.Optional;

/**
 * The ACL token to send: read anew each second at most, and after Consul refused it. Owned by the
 * loop.
 */
final class Tokens {
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final Loop loop;
  private final Optional<Secret> secret;
  private Optional<String> value = Optional.empty();
  private long readAt;

  Tokens(Loop loop, Optional<Secret> secret) {
    this.loop = loop;
    this.secret = secret;
  }

  boolean present() {
    return secret.isPresent();
  }

  /**
   * The token, empty where none is configured.
   *
   * @throws io.fairlead.registry.SecretUnavailableException if it cannot be read
   */
  String current() {
    loop.check();
    if (secret.isEmpty()) {
      return "";
    }
    if (value.isEmpty() || loop.now() - readAt > FRESH_NANOS) {
      value = Optional.of(secret.get().read());
      readAt = loop.now();
    }
    return value.get();
  }

  /** Consul refused the token: the next call reads it anew. */
  void forget() {
    value = Optional.empty();
  }
}
