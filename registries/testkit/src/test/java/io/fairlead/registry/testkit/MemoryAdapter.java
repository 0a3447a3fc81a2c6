package io.fairlead.registry.testkit;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Polls a {@link MemoryRegistry} on a thread of its own, with a fault if one is asked for. */
final class MemoryAdapter implements RegistryAdapter {
  /** The fault that the adapter has on purpose. */
  enum Fault {
    NONE,
    OUTAGE_LOOKS_EMPTY,
    OUTAGE_REMOVES,
    OUTAGE_IS_SILENT,
    CHANGES_BEFORE_THE_FIRST_RESYNC,
    NEVER_REMOVES,
    KEEPS_ITS_THREAD,
    CALLS_AFTER_CLOSE,
    OVERLAPPING_CALLS,
    IGNORES_WEIGHTS
  }

  private static final long PERIOD_MILLIS = 5;

  private final MemoryRegistry registry;
  private final Fault fault;
  private final RegistrySink sink;
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch calling = new CountDownLatch(1);
  private volatile boolean closed;

  MemoryAdapter(AdapterContext context, MemoryRegistry registry, Fault fault) {
    this.registry = registry;
    this.fault = fault;
    this.sink = context.sink();
    threads.add(thread(this::poll, context));
    if (fault == Fault.OVERLAPPING_CALLS) {
      threads.add(thread(this::callOnAndOn, context));
    } else {
      calling.countDown();
    }
  }

  private static Thread thread(Runnable task, AdapterContext context) {
    Thread thread = new Thread(task, "memory-" + context.registry());
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void start() {
    threads.forEach(Thread::start);
  }

  // Within the sink nearly all of the time, so that whatever else is called overlaps with it.
  private void callOnAndOn() {
    while (!closed) {
      sink.alive();
      calling.countDown();
    }
  }

  private void poll() {
    Map<ServiceId, Service> sent = null;
    try {
      calling.await();
      while (!closed) {
        sent = once(sent);
        Thread.sleep(PERIOD_MILLIS);
      }
      if (fault == Fault.CALLS_AFTER_CLOSE) {
        Thread.sleep(300);
        sink.alive();
      }
      while (fault == Fault.KEEPS_ITS_THREAD) {
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Map<ServiceId, Service> once(@Nullable Map<ServiceId, Service> sent) {
    Map<ServiceId, Service> now = new TreeMap<>();
    long begin = System.nanoTime();
    try {
      registry.read().forEach(service -> now.put(service.id(), seen(service)));
      sink.readTook(Duration.ofNanos(System.nanoTime() - begin));
    } catch (IOException e) {
      if (fault == Fault.OUTAGE_LOOKS_EMPTY) {
        sink.resync(new ReadOutcome.Fresh(List.of()));
        return Map.of();
      }
      if (fault == Fault.OUTAGE_REMOVES && sent != null) {
        sent.keySet().forEach(sink::removed);
      }
      if (fault != Fault.OUTAGE_IS_SILENT) {
        sink.resync(new ReadOutcome.Failed("memory: cut off (expected: a registry)", e));
      }
      return sent;
    }
    if (sent == null) {
      if (fault == Fault.CHANGES_BEFORE_THE_FIRST_RESYNC) {
        now.values().forEach(sink::changed);
      }
      sink.resync(new ReadOutcome.Fresh(List.copyOf(now.values())));
      return now;
    }
    for (Service service : now.values()) {
      if (!service.equals(sent.get(service.id()))) {
        sink.changed(service);
      }
    }
    for (ServiceId id : sent.keySet()) {
      if (!now.containsKey(id) && fault != Fault.NEVER_REMOVES) {
        sink.removed(id);
      }
    }
    sink.alive();
    return now;
  }

  private Service seen(Service service) {
    if (fault != Fault.IGNORES_WEIGHTS) {
      return service;
    }
    return Contracts.with(
        service,
        service.instances().stream()
            .map(
                it ->
                    new Instance(
                        it.id(),
                        it.address(),
                        it.port(),
                        1,
                        it.availability(),
                        it.locality(),
                        it.metadata()))
            .toList());
  }

  @Override
  public void close() {
    closed = true;
    if (fault == Fault.KEEPS_ITS_THREAD || fault == Fault.CALLS_AFTER_CLOSE) {
      return;
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
