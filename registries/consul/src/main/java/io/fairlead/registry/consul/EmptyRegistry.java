package io.fairlead.registry.consul;

import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A confirmation that a registry is empty, which takes the strongest evidence: a catalog read in
 * mode {@code consistent}, and a token that still exists. Owned by the loop.
 */
final class EmptyRegistry {
  private final ConsulClient client;
  private final TokenProbe probe;
  private final Trust trust;
  private boolean running;

  EmptyRegistry(ConsulClient client, TokenProbe probe, Trust trust) {
    this.client = client;
    this.probe = probe;
    this.trust = trust;
  }

  /**
   * Starts a confirmation, unless one is under way.
   *
   * @param names the folded names that the catalog may have, none of them with an instance
   * @param then gets nothing if the registry is empty, else why that is not certain
   */
  void confirm(Set<String> names, Consumer<Optional<Answer.Failed<?>>> then) {
    if (running) {
      return;
    }
    running = true;
    Set<String> expected = Set.copyOf(names);
    Consumer<Optional<Answer.Failed<?>>> end =
        problem -> {
          running = false;
          then.accept(problem);
        };
    client.catalog(
        Query.CONFIRM,
        answer -> {
          Optional<Answer.Failed<?>> problem = problem(answer, expected);
          if (problem.isPresent()) {
            end.accept(problem);
          } else {
            probe.check(verdict -> end.accept(verdict.map(failed -> failed)));
          }
        });
  }

  private Optional<Answer.Failed<?>> problem(Answer<Catalog> answer, Set<String> expected) {
    if (answer instanceof Answer.Failed<Catalog> failed) {
      return Optional.of(failed);
    }
    Answer.Read<Catalog> read = (Answer.Read<Catalog>) answer;
    Optional<String> doubt = trust.reasonToDistrust(read);
    if (doubt.isEmpty() && !expected.containsAll(read.value().names())) {
      doubt = Optional.of("catalog: services appeared while an empty one was confirmed");
    }
    return doubt.map(
        text ->
            new Answer.Failed<>(Fault.DENIED, text, new ConsulCallException(Fault.DENIED, text)));
  }
}
