package io.fairlead.server.cli;

import io.fairlead.common.ForeignText;
import io.fairlead.registry.ForwardingSink;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A sink that passes everything on and completes a future with the outcome of the first whole read.
 * Called as the sink's contract says; any thread may wait for the future.
 */
final class FirstRead extends ForwardingSink {
  private final Consumer<Service> seen;
  private final CompletableFuture<ReadOutcome> outcome = new CompletableFuture<>();
  private final AtomicInteger services = new AtomicInteger();
  private volatile String problem = "";

  /**
   * @param sink receives everything
   * @param seen receives each service as well, on the adapter's threads
   */
  FirstRead(RegistrySink sink, Consumer<Service> seen) {
    super(sink);
    this.seen = seen;
  }

  /** Returns the future of the first outcome. */
  CompletableFuture<ReadOutcome> outcome() {
    return outcome;
  }

  /** Returns how many services were seen so far. */
  int services() {
    return services.get();
  }

  /** Whether the first outcome is there, and is no failure. */
  boolean isRead() {
    return outcome.getNow(null) instanceof ReadOutcome.Fresh;
  }

  /** Returns the problem that the adapter last reported; empty if none. */
  String problem() {
    return problem;
  }

  @Override
  public void resync(ReadOutcome read) {
    if (read instanceof ReadOutcome.Fresh fresh) {
      services.addAndGet(fresh.services().size());
      fresh.services().forEach(seen);
    }
    super.resync(read);
    outcome.complete(read);
  }

  @Override
  public void changed(Service service) {
    services.incrementAndGet();
    seen.accept(service);
    super.changed(service);
  }

  @Override
  public void failing(String said, Throwable cause) {
    problem = ForeignText.problem(said);
    super.failing(said, cause);
  }
}
