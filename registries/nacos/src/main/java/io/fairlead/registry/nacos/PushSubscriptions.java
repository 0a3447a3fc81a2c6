package io.fairlead.registry.nacos;

import com.alibaba.nacos.api.exception.NacosException;
import io.fairlead.common.Causes;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions to pushes of services, made in the background, a few at a time, and retried if
 * they fail. Pushes are only hints, so nothing waits for a subscription. Thread-safe.
 */
final class PushSubscriptions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PushSubscriptions.class);
  private static final int THREADS = 4;
  private static final long RETRY_MILLIS = 5_000;
  private static final Duration WARN_EVERY = Duration.ofMinutes(5);

  private final String registry;
  private final NamingClients clients;
  private final BiConsumer<ServiceId, List<InstanceRecord>> onPush;
  // A service always has the same one, so that its tasks keep their order.
  private final List<ScheduledThreadPoolExecutor> workers;
  private final Set<ServiceId> wanted = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean tooMany = new AtomicBoolean();
  private final AtomicLong warnedAt = new AtomicLong(System.nanoTime() - WARN_EVERY.toNanos());

  /**
   * @param onPush called on a thread of its own or one of a client; must not block
   */
  PushSubscriptions(
      String registry, NamingClients clients, BiConsumer<ServiceId, List<InstanceRecord>> onPush) {
    this.registry = registry;
    this.clients = clients;
    this.onPush = onPush;
    this.workers = IntStream.range(0, THREADS).mapToObj(this::worker).toList();
  }

  private ScheduledThreadPoolExecutor worker(int number) {
    ScheduledThreadPoolExecutor worker =
        new ScheduledThreadPoolExecutor(
            1, task -> new Thread(task, "nacos-" + registry + "-subscribe-" + number));
    worker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return worker;
  }

  /** Subscribes to a service, in the background. */
  void add(ServiceId id) {
    if (wanted.add(id)) {
      execute(id, () -> subscribe(id), 0);
    }
  }

  /** Ends a subscription, in the background. */
  void remove(ServiceId id) {
    if (wanted.remove(id)) {
      execute(id, () -> unsubscribe(id), 0);
    }
  }

  private void execute(ServiceId id, Runnable task, long delayMillis) {
    try {
      Future<?> unused =
          workers
              .get(Math.floorMod(id.hashCode(), THREADS))
              .schedule(task, delayMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.trace("registry {}: closed", registry, e);
    }
  }

  private void subscribe(ServiceId id) {
    if (!wanted.contains(id)) {
      return;
    }
    if (!clients.mayPush(id.namespace())) {
      if (tooMany.compareAndSet(false, true)) {
        LOG.warn(
            "registry {}: more than {} namespaces: those beyond, {} among them, get no pushes, so"
                + " changes that no count shows (weights, metadata) are seen by whole reads only"
                + " (expected: fewer namespaces in a registry, or a smaller reconcileInterval)",
            registry,
            NamingClients.MAX_PUSHED,
            id.namespace());
      }
      return;
    }
    try {
      clients.of(id.namespace()).subscribe(id, instances -> onPush.accept(id, instances));
    } catch (Throwable e) {
      // Everything is caught: the executor would swallow it.
      if (!workers.get(0).isShutdown()) {
        warn(id, e);
        long wait = RETRY_MILLIS + ThreadLocalRandom.current().nextLong(RETRY_MILLIS);
        execute(id, () -> subscribe(id), wait);
      }
    }
  }

  private void unsubscribe(ServiceId id) {
    if (!clients.mayPush(id.namespace())) {
      return;
    }
    try {
      clients.of(id.namespace()).unsubscribe(id);
    } catch (Throwable e) {
      // Pushes of a service that is not mirrored are ignored.
      LOG.debug("registry {}: cannot unsubscribe from {}", registry, id, e);
    }
  }

  private void warn(ServiceId id, Throwable e) {
    long now = System.nanoTime();
    long last = warnedAt.get();
    boolean due = now - last >= WARN_EVERY.toNanos() && warnedAt.compareAndSet(last, now);
    if (due) {
      LOG.warn(
          "registry {}: cannot subscribe to {}, its changes are seen by polling only (expected: the"
              + " gRPC port, 1000 above the HTTP port, can be reached): {}",
          registry,
          id,
          clients.shown(
              e instanceof NacosException vendor
                  ? String.valueOf(vendor.getErrMsg())
                  : Causes.of(e)));
    } else {
      LOG.debug("registry {}: cannot subscribe to {}", registry, id, e);
    }
  }

  @Override
  public void close() {
    wanted.clear();
    workers.forEach(ScheduledThreadPoolExecutor::shutdownNow);
  }
}
