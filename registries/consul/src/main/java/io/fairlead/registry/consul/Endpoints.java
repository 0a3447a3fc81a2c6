package io.fairlead.registry.consul;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** All configured addresses: which one takes the next query. Owned by the loop. */
final class Endpoints {
  private final Loop loop;
  private List<Endpoint> all = List.of();
  private List<Runnable> parked = new ArrayList<>();

  Endpoints(Loop loop) {
    this.loop = loop;
  }

  void start(List<Endpoint> endpoints, Prober.Probe probe) {
    loop.check();
    all = List.copyOf(endpoints);
    all.forEach(endpoint -> endpoint.prober().start(probe));
  }

  boolean anyUp() {
    return all.stream().anyMatch(Endpoint::isUp);
  }

  /** Whether no address can be used, and each has been tried. */
  boolean allDown() {
    return !anyUp() && all.stream().allMatch(endpoint -> endpoint.prober().isTried());
  }

  int count() {
    return all.size();
  }

  /** Runs a task as soon as an address can be used: now, if one can. */
  void whenUp(Runnable task) {
    loop.check();
    if (anyUp()) {
      task.run();
    } else {
      parked.add(task);
    }
  }

  /** An address came back: whoever waited for one goes on. */
  void resume() {
    loop.check();
    List<Runnable> tasks = parked;
    parked = new ArrayList<>();
    tasks.forEach(Runnable::run);
  }

  /** Blocking queries that all usable addresses can hold. */
  int watchSlots() {
    return all.stream().filter(Endpoint::isUp).mapToInt(Endpoint::watchSlots).sum();
  }

  /** Whether a usable address has connections that carry many queries. */
  boolean multiplexes() {
    return all.stream().anyMatch(endpoint -> endpoint.isUp() && endpoint.multiplexes());
  }

  /** The usable address with the most room for a query. */
  Optional<Endpoint> choose(Query query) {
    if (query.blocks()) {
      return all.stream()
          .filter(endpoint -> endpoint.isUp() && endpoint.watches() < endpoint.watchSlots())
          .min(
              Comparator.comparingDouble(
                  endpoint -> endpoint.watches() / (double) endpoint.watchSlots()));
    }
    return all.stream().filter(Endpoint::isUp).min(Comparator.comparingInt(Endpoint::reads));
  }

  /** Why no address takes the query. */
  <T> Answer.Failed<T> refusal(Query query) {
    if (query.blocks() && anyUp()) {
      String text = "no connection is free for another blocking query";
      return new Answer.Failed<>(Fault.LIMITED, text, new ConsulCallException(Fault.LIMITED, text));
    }
    List<Answer.Failed<?>> problems = new ArrayList<>();
    all.forEach(endpoint -> problems.add(endpoint.prober().problem()));
    Answer.Failed<?> first = problems.get(0);
    String text = String.join("; ", problems.stream().map(Answer.Failed::problem).toList());
    return new Answer.Failed<>(first.fault(), text, first.cause());
  }
}
