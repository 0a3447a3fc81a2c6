package io.fairlead.registry.consul;

import io.fairlead.registry.RegistryLoad;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The connection pools of all configured addresses, with the choice between them. Owned by the
 * loop.
 */
final class ConnectionPools {
  private final Loop loop;
  private List<ConnectionPool> all = List.of();
  private List<Runnable> parked = new ArrayList<>();

  ConnectionPools(Loop loop) {
    this.loop = loop;
  }

  void start(List<ConnectionPool> pools, Prober.Probe probe) {
    loop.assertOnLoop();
    all = List.copyOf(pools);
    all.forEach(pool -> pool.prober().start(probe));
  }

  boolean anyUp() {
    return all.stream().anyMatch(ConnectionPool::isUp);
  }

  /** Whether no address can be used and each has been tried. */
  boolean allDown() {
    return !anyUp() && all.stream().allMatch(pool -> pool.prober().isTried());
  }

  int count() {
    return all.size();
  }

  /** Returns the present load on all addresses. */
  RegistryLoad load() {
    return new RegistryLoad(
        all.stream().mapToInt(ConnectionPool::connections).sum(),
        all.stream().mapToInt(ConnectionPool::maxConnections).sum(),
        all.stream().mapToLong(ConnectionPool::requests).sum());
  }

  /** Runs a task as soon as an address can be used, at once if one can be used now. */
  void whenUp(Runnable task) {
    loop.assertOnLoop();
    if (anyUp()) {
      task.run();
    } else {
      parked.add(task);
    }
  }

  /** Runs the tasks that waited for an address. */
  void resume() {
    loop.assertOnLoop();
    List<Runnable> tasks = parked;
    parked = new ArrayList<>();
    tasks.forEach(Runnable::run);
  }

  /** Returns how many blocking queries all usable addresses can carry. */
  int watchSlots() {
    return all.stream().filter(ConnectionPool::isUp).mapToInt(ConnectionPool::watchSlots).sum();
  }

  /** Whether a usable address has connections that carry several queries. */
  boolean multiplexes() {
    return all.stream().anyMatch(pool -> pool.isUp() && pool.multiplexes());
  }

  /** Returns the pool of the usable address with the most room for a query. */
  Optional<ConnectionPool> choose(Query query) {
    if (query.blocks()) {
      return all.stream()
          .filter(pool -> pool.isUp() && pool.watches() < pool.watchSlots())
          .min(Comparator.comparingDouble(pool -> pool.watches() / (double) pool.watchSlots()));
    }
    return all.stream()
        .filter(ConnectionPool::isUp)
        .min(Comparator.comparingInt(ConnectionPool::reads));
  }

  /** Returns why no address takes the query. */
  <T> Answer.Failed<T> refusal(Query query) {
    if (query.blocks() && anyUp()) {
      String text = "no connection is free for another blocking query";
      return new Answer.Failed<>(Fault.LIMITED, text, new ConsulCallException(Fault.LIMITED, text));
    }
    List<Answer.Failed<?>> problems = new ArrayList<>();
    all.forEach(pool -> problems.add(pool.prober().problem()));
    Answer.Failed<?> first = problems.get(0);
    String text = String.join("; ", problems.stream().map(Answer.Failed::problem).toList());
    return new Answer.Failed<>(first.fault(), text, first.cause());
  }
}
