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
 * The parts of the registry that cannot be read at present, as reported to the sink: failing while
 * there is any, alive once there is none. Owned by the loop.
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

  /** Marks a part as failing: it cannot be read, or its answer is not trusted. */
  void fail(String part, String problem, Throwable cause) {
    loop.assertOnLoop();
    boolean first = failing.isEmpty();
    boolean added = failing.add(part);
    // Not each problem, since hundreds of parts fail together, each with its own text.
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

  /** Marks a part as failing because its answer is not trusted. */
  void fail(String part, String doubt) {
    fail(part, doubt, new ConsulCallException(Fault.DENIED, doubt));
  }

  /**
   * Marks a part as failing at once, or, where the next attempt is likely to succeed, from the
   * second failure on.
   *
   * @param inARow the number of failures since it was last read
   * @return whether it was reported
   */
  boolean report(String part, Answer.Failed<?> failed, int inARow) {
    boolean due = inARow > 1 || !failed.fault().mayPass();
    if (due) {
      fail(part, failed);
    }
    return due;
  }

  /** Marks a part as readable. */
  void works(String part) {
    loop.assertOnLoop();
    if (failing.remove(part) && failing.isEmpty()) {
      LOG.debug("registry {}: readable again", loop.registry());
    }
    if (synced && failing.isEmpty()) {
      sink.alive();
    }
  }

  /** Drops a part that is no longer mirrored. */
  void forget(String part) {
    if (failing.contains(part)) {
      works(part);
    }
  }

  /** Whether the sink has had a whole view. */
  boolean isSynced() {
    return synced;
  }

  /** Gives the sink a whole view. */
  void synced(List<Service> services) {
    loop.assertOnLoop();
    sink.resync(new ReadOutcome.Fresh(services));
    synced = true;
  }
}
