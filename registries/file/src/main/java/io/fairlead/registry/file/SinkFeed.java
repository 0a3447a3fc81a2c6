package io.fairlead.registry.file;

import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the sink what differs from what it was told last. Confined to the adapter's thread, which
 * makes the order of the calls.
 */
final class SinkFeed {
  // More differences go as one resync, which is one transaction and is seen by the deletion guard.
  // The guard looks at ten removals or more.
  private static final int MOST_SINGLE_CHANGES = 8;
  private static final long ALIVE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RegistrySink sink;
  private final LongSupplier nanoTime;
  private @Nullable Map<ServiceId, Service> sent;
  private @Nullable String problem;
  private long lastToldNanos;

  /**
   * @param nanoTime a monotonic clock
   */
  SinkFeed(RegistrySink sink, LongSupplier nanoTime) {
    this.sink = sink;
    this.nanoTime = nanoTime;
  }

  /**
   * The files were read as a whole.
   *
   * @param services unmodifiable; kept
   */
  void whole(Map<ServiceId, Service> services) {
    Map<ServiceId, Service> before = sent;
    if (before == null || problem != null) {
      resync(services);
    } else if (!before.equals(services)) {
      differences(before, services);
    } else if (nanoTime.getAsLong() - lastToldNanos >= ALIVE_NANOS) {
      sink.alive();
    } else {
      return;
    }
    lastToldNanos = nanoTime.getAsLong();
    // Only now: if the sink threw, the next look starts with a resync.
    sent = services;
    problem = null;
  }

  /** Whether these lack a service that the sink was told of. */
  boolean misses(Map<ServiceId, Service> services) {
    return sent != null && !services.keySet().containsAll(sent.keySet());
  }

  /** The files cannot be used as a whole. The same problem is told once. */
  void failed(String text, Throwable cause) {
    if (!text.equals(problem)) {
      problem = text;
      sink.resync(new ReadOutcome.Failed(text, cause));
    }
  }

  /** The next whole read is told as a resync, whatever was told before. */
  void forget() {
    sent = null;
  }

  private void differences(Map<ServiceId, Service> before, Map<ServiceId, Service> services) {
    List<Service> changed = new ArrayList<>();
    for (Map.Entry<ServiceId, Service> entry : services.entrySet()) {
      if (!entry.getValue().equals(before.get(entry.getKey()))) {
        changed.add(entry.getValue());
      }
    }
    List<ServiceId> removed = new ArrayList<>();
    for (ServiceId id : before.keySet()) {
      if (!services.containsKey(id)) {
        removed.add(id);
      }
    }
    if (changed.size() + removed.size() > MOST_SINGLE_CHANGES) {
      resync(services);
    } else {
      changed.forEach(sink::changed);
      removed.forEach(sink::removed);
    }
  }

  private void resync(Map<ServiceId, Service> services) {
    sink.resync(new ReadOutcome.Fresh(List.copyOf(services.values())));
  }
}
