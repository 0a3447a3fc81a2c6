package io.fairlead.registry.support;

import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reporter that tells the sink whether a registry can be read: failing while any part of it
 * cannot, alive once all can. A report is passed on at most once a second. Confined to one thread,
 * or guarded by the owner's lock.
 */
public final class StalenessReporter {
  private static final Logger LOG = LoggerFactory.getLogger(StalenessReporter.class);
  private static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();
  // Hundreds of parts fail together, each with its own text; a few are enough to name another one
  // when the first works again.
  private static final int MAX_PROBLEMS = 16;

  private final String registry;
  private final RegistrySink sink;
  private final LongSupplier nanoTime;
  private final Set<String> failing = new HashSet<>();
  private final Map<String, ReadOutcome.Failed> problems = new LinkedHashMap<>();
  private String shown = "";
  private boolean synced;
  private boolean quiet;
  private long toldAt;

  /**
   * @param registry the registry's configured name, for the log
   * @param nanoTime the monotonic time in nanoseconds
   */
  public StalenessReporter(String registry, RegistrySink sink, LongSupplier nanoTime) {
    this.registry = registry;
    this.sink = sink;
    this.nanoTime = nanoTime;
  }

  /**
   * Marks a part as failing: it cannot be read, or its answer is not trusted.
   *
   * @param part any name, empty for the registry itself
   * @param problem what happened and what the operator can do, in one sentence with the address
   * @return whether it worked before
   */
  public boolean fail(String part, String problem, Throwable cause) {
    boolean first = failing.isEmpty();
    boolean added = failing.add(part);
    if (added) {
      LOG.debug("registry {}: {}", registry, problem);
    }
    ReadOutcome.Failed failed = new ReadOutcome.Failed(problem, cause);
    if (problems.size() < MAX_PROBLEMS || problems.containsKey(part)) {
      problems.put(part, failed);
    }
    if (first || nanoTime.getAsLong() - toldAt >= QUIET_NANOS) {
      tell(part, failed);
    }
    return added;
  }

  private void tell(String part, ReadOutcome.Failed failed) {
    shown = part;
    toldAt = nanoTime.getAsLong();
    quiet = false;
    if (synced) {
      sink.failing(failed.problem(), failed.cause());
    } else {
      sink.resync(failed);
    }
  }

  /** Marks a part as readable: an answer was trusted. */
  public void works(String part) {
    boolean removed = failing.remove(part);
    problems.remove(part);
    if (removed && failing.isEmpty()) {
      LOG.debug("registry {}: readable again", registry);
    }
    if (failing.isEmpty()) {
      alive(removed);
    } else if (part.equals(shown)) {
      problems.entrySet().stream()
          .findFirst()
          .ifPresent(next -> tell(next.getKey(), next.getValue()));
    }
  }

  private void alive(boolean again) {
    long now = nanoTime.getAsLong();
    if (synced && (again || !quiet || now - toldAt >= QUIET_NANOS)) {
      quiet = true;
      toldAt = now;
      sink.alive();
    }
  }

  /** Drops a part that is no longer read. */
  public void forget(String part) {
    if (failing.contains(part)) {
      works(part);
    }
  }

  /** Whether any part is failing. */
  public boolean isFailing() {
    return !failing.isEmpty();
  }

  /** Whether a part is failing. */
  public boolean isFailing(String part) {
    return failing.contains(part);
  }

  /** Whether the sink has had a whole view. */
  public boolean isSynced() {
    return synced;
  }

  /** Gives the sink a whole view; parts that are failing stay so. */
  public void synced(List<Service> services) {
    sink.resync(new ReadOutcome.Fresh(services));
    synced = true;
    problems.entrySet().stream()
        .findFirst()
        .ifPresent(next -> tell(next.getKey(), next.getValue()));
  }
}
