package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether one Consul address can be used: it answers, and knows a leader. While it cannot, nothing
 * but this prober asks it, with back-off, so that ten thousand watches do not. Owned by the loop.
 */
final class Prober {
  private static final Logger LOG = LoggerFactory.getLogger(Prober.class);
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final int MISSES = 2;

  private final Loop loop;
  private final Endpoint endpoint;
  private final Backoff backoff;
  private final Runnable onProbe;
  private Optional<Probe> probe = Optional.empty();
  private boolean up;
  private boolean tried;
  private boolean probing;
  private boolean scheduled;
  private int misses;
  private Answer.Failed<?> problem;

  Prober(Loop loop, Endpoint endpoint, Backoff backoff, Runnable onProbe) {
    this.loop = loop;
    this.endpoint = endpoint;
    this.backoff = backoff;
    this.onProbe = onProbe;
    String untried = endpoint.address() + ": not reached yet";
    this.problem =
        new Answer.Failed<>(
            Fault.UNREACHABLE, untried, new ConsulCallException(Fault.UNREACHABLE, untried));
  }

  /** Asks the address whether it knows a leader. */
  interface Probe {
    void ask(Endpoint endpoint, Consumer<Answer<Boolean>> then);
  }

  void start(Probe asked) {
    loop.check();
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

  /** Why it is down; only of use while it is. */
  Answer.Failed<?> problem() {
    return problem;
  }

  /** A call failed in a way that may concern the whole address: look now. */
  void suspect() {
    loop.check();
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
        .ask(
            endpoint,
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
        String text = endpoint.address() + ": Consul has no leader";
        down(new Answer.Failed<>(Fault.SERVER, text, new ConsulCallException(Fault.SERVER, text)));
      }
    } else if (answer instanceof Answer.Failed<Boolean> failed) {
      misses++;
      if (up && failed.fault() == Fault.UNREACHABLE && misses >= MISSES) {
        // Nothing came for two probes: what waits on these connections waits in vain.
        down(failed);
        endpoint.closeLines();
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
      LOG.info("{}: Consul answers", endpoint.address());
    }
    onProbe.run();
  }

  /** Stops using the address until a probe succeeds. */
  void down(Answer.Failed<?> why) {
    loop.check();
    problem = why;
    if (up) {
      LOG.warn("{}; it is not used until it answers again", why.problem());
    }
    up = false;
    misses = 0;
    endpoint.failWaiting(why);
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
