package io.fairlead.registry.scripted;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a registry of type {@code scripted}.
 *
 * @param address where the test listens, {@code HOST:PORT}
 * @param timeout silence after which the connection counts as lost; 2 seconds if left out
 * @param retry the longest pause between tries to connect; 500 milliseconds if left out
 */
public record ScriptedConfiguration(
    String address, @Nullable Duration timeout, @Nullable Duration retry) {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration DEFAULT_RETRY = Duration.ofMillis(500);

  public ScriptedConfiguration {
    timeout = timeout == null ? DEFAULT_TIMEOUT : timeout;
    retry = retry == null ? DEFAULT_RETRY : retry;
    if (!address.matches("[^:]+:[0-9]{1,5}")) {
      throw new IllegalArgumentException("address: " + address + " (expected: HOST:PORT)");
    }
    if (timeout.toMillis() <= 0) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: more than 0)");
    }
    if (retry.toMillis() <= 0) {
      throw new IllegalArgumentException("retry: " + retry + " (expected: more than 0)");
    }
  }

  /** Silence after which the connection counts as lost. */
  @Override
  public Duration timeout() {
    return Objects.requireNonNullElse(timeout, DEFAULT_TIMEOUT);
  }

  /** Returns the longest pause between tries to connect. */
  @Override
  public Duration retry() {
    return Objects.requireNonNullElse(retry, DEFAULT_RETRY);
  }

  String host() {
    return address.substring(0, address.indexOf(':'));
  }

  int port() {
    return Integer.parseInt(address.substring(address.indexOf(':') + 1));
  }
}
