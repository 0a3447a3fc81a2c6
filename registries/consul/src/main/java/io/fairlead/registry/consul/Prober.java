package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A health check of one Consul address: it can be used if it answers and knows a leader. Otherwise
 * nothing but this prober asks it, with back-off, so that ten thousand watches do not. Owned by the
 * loop.
 */
final class Prober {
  private static final Logger LOG = LoggerFactory.getLogger(Prober.class);
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final int MISSES = 2;

  private final Loop loop;
  private final ConnectionPool pool;
  private final Backoff backoff;
  private final Runnable onProbe;
  private Optional<Probe> probe = Optional.empty();
  private boolean up;
  private boolean tried;
  private boolean probing;
  private boolean scheduled;
  private int misses;
  private Answer.Failed<?> problem;

  Prober(Loop loop, ConnectionPool pool, Backoff backoff, Runnable onProbe) {
    this.loop = loop;
    this.pool = pool;
    this.backoff = backoff;
    this.onProbe = onProbe;
    String untried = pool.address() + ": not reached yet";
    this.problem =
        new Answer.Failed<>(
            Fault.UNREACHABLE, untried, new ConsulCallException(Fault.UNREACHABLE, untried));
  }

  /** The question to an address whether it knows a leader. */
  interface Probe {
    void send(ConnectionPool pool, Consumer<Answer<Boolean>> then);
  }

  void start(Probe asked) {
    loop.assertOnLoop();
    probe = Optional.of(asked);
    probe();
    loop.every(PERIOD, this::tick);
  }

  boolean isUp() {
    return up;
  }

  /** Whether the first probe is over. */
  boolean isTried() {
    return tried;
  }

  /** Returns why the address is down; meaningful only while it is. */
  Answer.Failed<?> problem() {
    return problem;
  }

  /** Probes at once, since a call failed in a way that may concern the whole address. */
  void suspect() {
    loop.assertOnLoop();
    if (up) {
      probe();
    }
  }

  private void tick() {
    if (up) {
      probe();
    }
  }

  private void probe() {
    if (probing || probe.isEmpty()) {
      return;
    }
    probing = true;
    probe
        .get()
        .send(
            pool,
            answer -> {
              probing = false;
              tried = true;
              answered(answer);
            });
  }

  private void answered(Answer<Boolean> answer) {
    if (answer instanceof Answer.Read<Boolean> read) {
      if (read.value()) {
        works();
      } else {
        String text = pool.address() + ": Consul has no leader";
        down(new Answer.Failed<>(Fault.SERVER, text, new ConsulCallException(Fault.SERVER, text)));
      }
    } else if (answer instanceof Answer.Failed<Boolean> failed) {
      misses++;
      if (up && failed.fault() == Fault.UNREACHABLE && misses >= MISSES) {
        // Two probes without an answer: nothing that waits on these connections will get one.
        down(failed);
        pool.closeConnections();
      } else if (!up || failed.fault() == Fault.SERVER) {
        down(failed);
      }
    }
  }

  private void works() {
    misses = 0;
    backoff.reset();
    if (!up) {
      up = true;
      LOG.info("registry {}: Consul at {} answers", loop.registry(), pool.address());
    }
    onProbe.run();
  }

  /** Stops using the address until a probe succeeds. */
  void down(Answer.Failed<?> why) {
    loop.assertOnLoop();
    problem = why;
    if (up) {
      LOG.warn(
          "registry {}: {}; this address is not used until it answers again",
          loop.registry(),
          why.problem());
    }
    up = false;
    misses = 0;
    pool.failWaiting(why);
    onProbe.run();
    if (!scheduled) {
      scheduled = true;
      loop.after(
          backoff.next(),
          () -> {
            scheduled = false;
            probe();
          });
    }
  }
}
