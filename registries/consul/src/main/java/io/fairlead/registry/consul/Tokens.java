package io.fairlead.registry.consul;

import io.fairlead.common.ForeignText;
import io.fairlead.registry.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ACL token to send: read again once a second at most, and after Consul refused it. Owned by
 * the loop.
 */
final class Tokens {
  // A late answer may still quote an earlier token.
  private static final int REMEMBERED = 4;
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final Loop loop;
  private final Optional<Secret> secret;
  private Optional<String> value = Optional.empty();
  private final List<String> sent = new ArrayList<>();
  private String latest = "";
  private Optional<TokenLifetime> lifetime = Optional.empty();
  private long readAt;

  Tokens(Loop loop, Optional<Secret> secret) {
    this.loop = loop;
    this.secret = secret;
  }

  boolean present() {
    return secret.isPresent();
  }

  /**
   * Returns the token; empty if none is configured.
   *
   * @throws io.fairlead.registry.SecretUnavailableException if it cannot be read
   * @throws ConsulCallException if it cannot be a token
   */
  String current() {
    loop.assertOnLoop();
    if (secret.isEmpty()) {
      return "";
    }
    if (value.isEmpty() || loop.now() - readAt > FRESH_NANOS) {
      String read = checked(secret.get().read());
      if (!read.equals(latest)) {
        latest = read;
        lifetime = Optional.empty();
      }
      value = Optional.of(read);
      readAt = loop.now();
      if (!sent.contains(value.get())) {
        sent.add(value.get());
        while (sent.size() > REMEMBERED) {
          sent.remove(0);
        }
      }
    }
    return value.get();
  }

  private static String checked(String token) {
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new ConsulCallException(
          Fault.DENIED,
          "empty, or with white space, a control character or one outside ASCII in it (expected:"
              + " the SecretID of a Consul token alone, in one line)");
    }
    return token;
  }

  /** Takes the lifetime of a token; that of an earlier one is ignored. */
  void lives(String token, TokenLifetime learned) {
    if (token.equals(latest)) {
      lifetime = Optional.of(learned);
    }
  }

  /** Returns how long the present token lives; empty while that is not known. */
  Optional<TokenLifetime> lifetime() {
    return lifetime;
  }

  /** Returns where the token is from. */
  String source() {
    return secret.map(Secret::toString).orElse("the key token");
  }

  /** Drops a token that Consul refused: the next call reads it again. */
  void forget() {
    value = Optional.empty();
  }

  /**
   * Returns a text from outside fit to be shown: one short line without the tokens that were sent.
   */
  String shown(String text) {
    return ForeignText.clean(ForeignText.masked(text, sent));
  }
}
