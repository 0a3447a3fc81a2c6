package io.fairlead.server;

import io.fairlead.registry.ForwardingSink;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryLoad;
import io.fairlead.registry.RegistrySink;
import io.fairlead.server.admin.RegistryReads;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The metrics of the reads of registries: how long they take, and how often they fail. A registry
 * has them from its first sink until it leaves the configuration. Thread-safe.
 */
final class ReadMetrics {
  // Each bucket is a series for each registry: few of them.
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(5),
    Duration.ofMillis(50),
    Duration.ofMillis(500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30)
  };

  private final MeterRegistry meters;
  // By registry; guarded by itself.
  private final Map<String, Reads> byRegistry = new HashMap<>();

  private record Reads(Timer durations, Counter errors, LoadMetrics load) {}

  ReadMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  /** Returns a sink that counts what is told of the reads of a registry, and passes on the rest. */
  RegistrySink counted(String registry, RegistrySink sink) {
    synchronized (byRegistry) {
      return new CountingSink(sink, byRegistry.computeIfAbsent(registry, this::reads));
    }
  }

  private Reads reads(String registry) {
    return new Reads(
        Timer.builder("fairlead_registry_read_duration")
            .description(
                "Time of answered requests to a registry, but for those that wait for a change")
            .tag("registry", registry)
            .serviceLevelObjectives(BUCKETS)
            .register(meters),
        Counter.builder("fairlead_registry_read_errors")
            .description("Times that a registry, or a part of it, could not be read")
            .tag("registry", registry)
            .register(meters),
        new LoadMetrics(registry, meters, System::nanoTime));
  }

  /** Returns what was read of a registry since the start. */
  RegistryReads of(String registry) {
    synchronized (byRegistry) {
      Reads reads = byRegistry.get(registry);
      return reads == null
          ? RegistryReads.NONE
          : new RegistryReads(
              reads.durations().count(),
              (long) reads.errors().count(),
              Duration.ofNanos((long) reads.durations().totalTime(TimeUnit.NANOSECONDS)),
              Duration.ofNanos((long) reads.durations().max(TimeUnit.NANOSECONDS)),
              reads.load().latest(),
              reads.load().requestsPerSecond());
    }
  }

  /** Drops the metrics of a registry that left the configuration. */
  void forget(String registry) {
    synchronized (byRegistry) {
      Reads reads = byRegistry.remove(registry);
      if (reads != null) {
        meters.remove(reads.durations());
        meters.remove(reads.errors());
        reads.load().close();
      }
    }
  }

  /** A sink that counts what goes through it. */
  private static final class CountingSink extends ForwardingSink {
    private final Reads reads;

    CountingSink(RegistrySink sink, Reads reads) {
      super(sink);
      this.reads = reads;
    }

    @Override
    public void resync(ReadOutcome outcome) {
      if (outcome instanceof ReadOutcome.Failed) {
        reads.errors().increment();
      }
      super.resync(outcome);
    }

    @Override
    public void failing(String problem, Throwable cause) {
      reads.errors().increment();
      super.failing(problem, cause);
    }

    @Override
    public void readTook(Duration took) {
      reads.durations().record(took);
      super.readTook(took);
    }

    @Override
    public void load(RegistryLoad load) {
      reads.load().take(load);
      super.load(load);
    }
  }
}
