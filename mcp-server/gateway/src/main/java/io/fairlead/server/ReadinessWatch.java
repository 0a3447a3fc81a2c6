package io.fairlead.server;

import io.fairlead.server.admin.ReadinessStatus;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log when clients begin to be answered, or once that the wait for it is longer than
 * configured. Thread-safe.
 */
final class ReadinessWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadinessWatch.class);

  private final ScheduledExecutorService thread = Timers.daemon("readiness-watch");

  private ReadinessWatch() {}

  /** Begins to wait. */
  @SuppressWarnings("FutureReturnValueIgnored") // Nothing depends on the log line.
  static ReadinessWatch start(GatewayStatus status, ReadinessGate gate, Duration limit) {
    ReadinessWatch watch = new ReadinessWatch();
    watch.thread.schedule(
        () -> {
          if (!gate.isOpen()) {
            status.overdue();
            LOG.warn(
                "Clients have not been answered for {} s, since these registries were never read"
                    + " and nothing is known of them from before: {}",
                limit.toSeconds(),
                waiting(status.readiness()));
          }
        },
        limit.toMillis(),
        TimeUnit.MILLISECONDS);
    gate.onOpen(() -> LOG.info("Ready: clients are answered"));
    return watch;
  }

  private static String waiting(ReadinessStatus status) {
    return status.waitingFor().stream()
        .map(
            registry ->
                registry.registry()
                    + (registry.problem().isEmpty() ? "" : " (" + registry.problem() + ")"))
        .collect(Collectors.joining(", "));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
