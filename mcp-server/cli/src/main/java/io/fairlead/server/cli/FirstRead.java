package io.fairlead.server.cli;

import io.fairlead.common.ForeignText;
import io.fairlead.registry.Hold;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A sink that keeps the outcome of the first whole read and nothing else. Called as the sink's
 * contract says; any thread may wait for the outcome.
 */
final class FirstRead implements RegistrySink {
  private final CompletableFuture<ReadOutcome> outcome = new CompletableFuture<>();
  private final AtomicInteger services = new AtomicInteger();
  private volatile String problem = "";

  /** Returns the future of the first outcome. */
  CompletableFuture<ReadOutcome> outcome() {
    return outcome;
  }

  /** Returns how many services were seen so far. */
  int services() {
    return services.get();
  }

  /** Returns the problem that the adapter last reported; empty if none. */
  String problem() {
    return problem;
  }

  @Override
  public void resync(ReadOutcome read) {
    if (read instanceof ReadOutcome.Fresh fresh) {
      services.addAndGet(fresh.services().size());
    }
    outcome.complete(read);
  }

  @Override
  public void changed(Service service) {
    services.incrementAndGet();
  }

  @Override
  public void removed(ServiceId id) {}

  @Override
  public void alive() {}

  @Override
  public void failing(String said, Throwable cause) {
    problem = ForeignText.problem(said);
  }

  @Override
  public void holding(List<Hold> holds) {}
}
