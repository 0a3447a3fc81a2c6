package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/**
 * The restarts of servers in the course of a soak: one at a time, twice each in a long one. A
 * server that is away is not changed, the others are. Confined to one thread, but for the restart
 * itself.
 */
final class Restarts implements AutoCloseable {
  private static final Duration LONG = Duration.ofMinutes(20);

  private final List<SoakedRegistry> registries;
  private final SteadyChurn churn;
  private final BiConsumer<MirroredRegistry, Duration> away;
  private final int planned;
  private final Duration period;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "soak-restart"));
  private Optional<Restart> underWay = Optional.empty();
  private int begun;

  private record Restart(SoakedRegistry registry, long begin, Future<?> end) {
    Duration time() {
      return Duration.ofNanos(System.nanoTime() - begin);
    }
  }

  /**
   * @param away is told how long a server has been away, again and again while it is
   */
  Restarts(
      List<SoakedRegistry> registries,
      Duration length,
      SteadyChurn churn,
      BiConsumer<MirroredRegistry, Duration> away) {
    this.registries = registries;
    this.churn = churn;
    this.away = away;
    this.planned = registries.size() * (length.compareTo(LONG) < 0 ? 1 : 2);
    this.period = length.dividedBy(planned + 1L);
  }

  /** Begins the next restart if it is time for it. */
  void look(Duration elapsed) throws ExecutionException, InterruptedException {
    underWay.ifPresent(one -> away.accept(one.registry().mirrored(), one.time()));
    if (underWay.isPresent() && underWay.get().end().isDone()) {
      end();
    }
    if (underWay.isEmpty()
        && begun < planned
        && elapsed.compareTo(period.multipliedBy(begun + 1L)) >= 0) {
      SoakedRegistry registry = registries.get(begun % registries.size());
      churn.leave(registry.mirrored());
      underWay =
          Optional.of(new Restart(registry, System.nanoTime(), thread.submit(registry.restart())));
      begun++;
    }
  }

  private void end() throws ExecutionException, InterruptedException {
    Restart restart = underWay.orElseThrow();
    restart.end().get();
    underWay = Optional.empty();
    Duration time = restart.time();
    away.accept(restart.registry().mirrored(), time);
    churn.resume(restart.registry().mirrored());
    Soak.say("%s was killed and started anew, away for %d s", restart.registry(), time.toSeconds());
  }

  /** Waits for the last one. */
  void finish() throws ExecutionException, InterruptedException {
    if (underWay.isPresent()) {
      end();
    }
    assertThat(begun).as("restarts").isEqualTo(planned);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
