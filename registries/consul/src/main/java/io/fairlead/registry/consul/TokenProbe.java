package io.fairlead.registry.consul;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Asks Consul whether the token still exists, before an empty answer is believed. Those who ask
 * while a probe is under way share the next one, so that no one gets the result of a probe begun
 * before the question. Owned by the loop.
 */
final class TokenProbe {
  private final ConsulClient client;
  private boolean running;
  private List<Consumer<Optional<Answer.Failed<Boolean>>>> askers = new ArrayList<>();

  TokenProbe(ConsulClient client) {
    this.client = client;
  }

  /** Gives nothing if the token is good, or there is none to lose, and else why it is not. */
  void check(Consumer<Optional<Answer.Failed<Boolean>>> then) {
    if (!client.hasToken()) {
      then.accept(Optional.empty());
      return;
    }
    askers.add(then);
    if (!running) {
      ask();
    }
  }

  private void ask() {
    running = true;
    List<Consumer<Optional<Answer.Failed<Boolean>>>> answered = askers;
    askers = new ArrayList<>();
    client.tokenSelf(
        answer -> {
          running = false;
          Optional<Answer.Failed<Boolean>> verdict = verdict(answer);
          answered.forEach(asker -> asker.accept(verdict));
          if (!running && !askers.isEmpty()) {
            ask();
          }
        });
  }

  private static Optional<Answer.Failed<Boolean>> verdict(Answer<Boolean> answer) {
    if (answer instanceof Answer.Failed<Boolean> failed && failed.fault() != Fault.NO_ACLS) {
      return Optional.of(failed);
    }
    return Optional.empty();
  }
}
