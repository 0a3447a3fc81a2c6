package io.fairlead.registry.consul;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A check that the token still exists, made before an empty answer is trusted. Callers during a
 * probe share the next one, so that nobody gets the result of a probe that began before the call.
 * Owned by the loop.
 */
final class TokenProbe {
  private final ConsulClient client;
  private boolean running;
  private List<Consumer<Optional<Answer.Failed<?>>>> callers = new ArrayList<>();

  TokenProbe(ConsulClient client) {
    this.client = client;
  }

  /** Delivers nothing if the token is good or none is configured, else why it is not. */
  void check(Consumer<Optional<Answer.Failed<?>>> then) {
    if (!client.hasToken()) {
      then.accept(Optional.empty());
      return;
    }
    callers.add(then);
    if (!running) {
      ask();
    }
  }

  private void ask() {
    running = true;
    List<Consumer<Optional<Answer.Failed<?>>>> answered = callers;
    callers = new ArrayList<>();
    client.tokenSelf(
        answer -> {
          running = false;
          Optional<Answer.Failed<?>> verdict = verdict(answer);
          answered.forEach(caller -> caller.accept(verdict));
          if (!running && !callers.isEmpty()) {
            ask();
          }
        });
  }

  private static Optional<Answer.Failed<?>> verdict(Answer<TokenLifetime> answer) {
    if (answer instanceof Answer.Failed<?> failed && failed.fault() != Fault.NO_ACLS) {
      return Optional.of(failed);
    }
    return Optional.empty();
  }
}
