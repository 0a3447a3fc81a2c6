package io.fairlead.registry.consul;

import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.support.StalenessReporter;
import java.util.List;

/**
 * The parts of Consul that cannot be read at present, or whose answers are not trusted, as reported
 * to the sink. Owned by the loop.
 */
final class Staleness {
  private final Loop loop;
  private final StalenessReporter reporter;

  Staleness(Loop loop, RegistrySink sink) {
    this.loop = loop;
    this.reporter = new StalenessReporter(loop.registry(), sink, loop::now);
  }

  /** Marks a part as failing: it cannot be read. */
  void fail(String part, Answer.Failed<?> failed) {
    fail(part, failed.problem(), failed.cause());
  }

  /** Marks a part as failing because its answer is not trusted. */
  void fail(String part, String doubt) {
    fail(part, doubt, new ConsulCallException(Fault.DENIED, doubt));
  }

  private void fail(String part, String problem, Throwable cause) {
    loop.assertOnLoop();
    reporter.fail(part, problem, cause);
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
    reporter.works(part);
  }

  /** Drops a part that is no longer mirrored. */
  void forget(String part) {
    reporter.forget(part);
  }

  /** Whether the sink has had a whole view. */
  boolean isSynced() {
    return reporter.isSynced();
  }

  /** Gives the sink a whole view. */
  void synced(List<Service> services) {
    loop.assertOnLoop();
    reporter.synced(services);
  }
}
