package io.fairlead.server;

import io.fairlead.registry.RegistryLoad;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections and requests of one registry, from what its adapter tells. There are no metrics
 * of them until it tells something, as most adapters count neither. Thread-safe.
 */
final class LoadMetrics implements AutoCloseable {
  private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();

  private final String registry;
  private final MeterRegistry meters;
  private final LongSupplier nanoTime;
  // Written under the lock; the meters read it without, as they are asked under locks of their own.
  private volatile @Nullable RegistryLoad latest;
  private volatile long total;
  // The rest is guarded by this.
  private final List<Meter> registered = new ArrayList<>();
  // Of earlier adapters: one that is started anew counts from 0 again.
  private long former;
  private long windowBegan;
  private long windowRequests;
  private double rate;
  private boolean closed;

  LoadMetrics(String registry, MeterRegistry meters, LongSupplier nanoTime) {
    this.registry = registry;
    this.meters = meters;
    this.nanoTime = nanoTime;
  }

  synchronized void take(RegistryLoad load) {
    if (closed) {
      return;
    }
    RegistryLoad before = latest;
    if (before == null) {
      register();
      windowBegan = nanoTime.getAsLong();
      windowRequests = load.requests();
    } else if (load.requests() < before.requests()) {
      former += before.requests();
    }
    latest = load;
    total = former + load.requests();
    long now = nanoTime.getAsLong();
    if (now - windowBegan >= WINDOW_NANOS) {
      rate = (total - windowRequests) * 1e9 / (now - windowBegan);
      windowBegan = now;
      windowRequests = total;
    }
  }

  private void register() {
    registered.add(
        Gauge.builder("fairlead_registry_connections", this, LoadMetrics::connections)
            .description("Connections to a registry that are open")
            .tag("registry", registry)
            .register(meters));
    registered.add(
        FunctionCounter.builder("fairlead_registry_requests", this, one -> one.total)
            .description("Requests to a registry, those that wait for a change included")
            .tag("registry", registry)
            .register(meters));
  }

  private int connections() {
    RegistryLoad load = latest;
    return load == null ? 0 : load.connections();
  }

  /** Returns what the adapter told last; null if it told nothing. */
  @Nullable RegistryLoad latest() {
    return latest;
  }

  /** Returns the rate of the last whole ten seconds; 0 before. */
  synchronized double requestsPerSecond() {
    return rate;
  }

  /** Removes the metrics. */
  @Override
  public synchronized void close() {
    closed = true;
    registered.forEach(meters::remove);
  }
}
