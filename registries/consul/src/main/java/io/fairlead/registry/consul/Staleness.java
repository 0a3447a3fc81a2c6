package io.fairlead.registry.consul;

import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of the registry that cannot be read at present. The sink is told of failing while there
 * is any, and of being alive once there is none. Owned by the loop.
 */
final class Staleness {
  private static final Logger LOG = LoggerFactory.getLogger(Staleness.class);
  private static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();

  private final Loop loop;
  private final RegistrySink sink;
  private final Set<String> failing = new HashSet<>();
  private boolean synced;
  private long failedAt;

  Staleness(Loop loop, RegistrySink sink) {
    this.loop = loop;
    this.sink = sink;
  }

  /** A part cannot be read, or what was read is not believed. */
  void fail(String part, String problem, Throwable cause) {
    loop.assertOnLoop();
    boolean first = failing.isEmpty();
    boolean added = failing.add(part);
    // Each with its own text: hundreds of parts fail together.
    if (first || loop.now() - failedAt >= QUIET_NANOS) {
      failedAt = loop.now();
      if (first) {
        LOG.debug("registry {}: {}", loop.registry(), problem);
      }
      if (synced) {
        sink.failing(problem, cause);
      } else {
        sink.resync(new ReadOutcome.Failed(problem, cause));
      }
    } else if (added) {
      LOG.debug("registry {}: {}", loop.registry(), problem);
    }
  }

  void fail(String part, Answer.Failed<?> failed) {
    fail(part, failed.problem(), failed.cause());
  }

  /** What was read of a part is not believed. */
  void fail(String part, String doubt) {
    fail(part, doubt, new ConsulCallException(Fault.DENIED, doubt));
  }

  /**
   * A part could not be read: told at once, or, where the next try may well succeed, from the
   * second time on.
   *
   * @param inARow how many failures there have been since it was last read
   * @return whether it was told
   */
  boolean report(String part, Answer.Failed<?> failed, int inARow) {
    boolean due = inARow > 1 || !failed.fault().mayPass();
    if (due) {
      fail(part, failed);
    }
    return due;
  }

  /** A part was read. */
  void works(String part) {
    loop.assertOnLoop();
    if (failing.remove(part) && failing.isEmpty()) {
      LOG.debug("registry {}: readable again", loop.registry());
    }
    if (synced && failing.isEmpty()) {
      sink.alive();
    }
  }

  /** A part is no longer mirrored. */
  void forget(String part) {
    if (failing.contains(part)) {
      works(part);
    }
  }

  /** Whether the sink ever got everything. */
  boolean isSynced() {
    return synced;
  }

  /** Everything was read: gives it to the sink as a whole. */
  void synced(List<Service> services) {
    loop.assertOnLoop();
    sink.resync(new ReadOutcome.Fresh(services));
    synced = true;
  }
}
