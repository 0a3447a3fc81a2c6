package io.fairlead.server;

import io.fairlead.aggregation.Registries;
import io.fairlead.aggregation.RegistryStatus;
import io.fairlead.common.Durations;
import io.fairlead.configs.merge.Configs;
import io.fairlead.server.admin.ReadinessStatus;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.VersionedStore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The readiness of a gateway: whether clients are answered, and what they wait for. It says in the
 * log when they begin to be answered, or that it takes longer than it should. Thread-safe.
 */
final class Readiness implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

  private final CommitLoop loop;
  private final VersionedStore store;
  private final Registries registries;
  private final Configs configs;
  private final CompletableFuture<Void> ready;
  private final long startedNanos = System.nanoTime();
  private volatile boolean serving;
  private volatile Duration limit;
  // Guarded by "this".
  private CompletableFuture<Void> wait;

  /**
   * That of a gateway that begins now.
   *
   * @param limit how long the wait is normal
   */
  Readiness(
      CommitLoop loop,
      VersionedStore store,
      Registries registries,
      Configs configs,
      Duration limit) {
    this.loop = loop;
    this.store = store;
    this.registries = registries;
    this.configs = configs;
    this.ready = loop.ready();
    this.limit = limit;
    this.wait = warnAfter(limit);
  }

  /** Says that clients can connect. */
  @SuppressWarnings("FutureReturnValueIgnored") // Nothing depends on the log line.
  void serving() {
    serving = true;
    ready.thenRun(() -> LOG.info("Ready: clients are answered"));
  }

  /** Whether each registry and config source was read by this process. */
  boolean isAllRead() {
    return registries.statuses().stream().noneMatch(RegistryStatus::isUnread)
        && configs.status().stream().allMatch(source -> source.lastSuccess().isPresent());
  }

  /** Applies another limit, which counts from the start. */
  synchronized void use(Duration newLimit) {
    limit = newLimit;
    wait.cancel(false);
    wait = warnAfter(newLimit);
  }

  /** Returns how it is now. */
  ReadinessStatus status() {
    boolean answered = serving && ready.isDone();
    Duration waited = Duration.ofNanos(System.nanoTime() - startedNanos);
    return new ReadinessStatus(
        answered, waitedFor(), !answered && waited.compareTo(limit) > 0, store.durability());
  }

  /** Whether config sources are waited for; else their documents are served as far as known. */
  boolean awaitsDocuments() {
    return loop.unready().contains(Configs.SOURCE);
  }

  private List<ReadinessStatus.Waiting> waitedFor() {
    Stream<ReadinessStatus.Waiting> unread =
        registries.statuses().stream()
            .filter(registry -> !registry.synced())
            .map(
                registry ->
                    new ReadinessStatus.Waiting(
                        registry.name(), Objects.requireNonNullElse(registry.problem(), "")));
    Stream<ReadinessStatus.Waiting> documents =
        awaitsDocuments()
            ? configs.status().stream()
                .filter(source -> source.lastSuccess().isEmpty())
                .map(
                    source ->
                        new ReadinessStatus.Waiting(
                            Configs.PREFIX + source.name(), source.problem().orElse("")))
            : Stream.empty();
    return Stream.concat(unread, documents).toList();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Nothing depends on the log line.
  private CompletableFuture<Void> warnAfter(Duration time) {
    CompletableFuture<Void> begun = ready.copy();
    long left = time.toNanos() - (System.nanoTime() - startedNanos);
    begun
        .orTimeout(Math.max(0, left), TimeUnit.NANOSECONDS)
        .whenComplete(
            (done, failure) -> {
              if (failure instanceof TimeoutException) {
                LOG.warn(
                    "Clients have not been answered for {}, since these registries were never read"
                        + " and nothing is known of them from before: {}. They go on waiting until"
                        + " each was read or is taken out of the configuration",
                    Durations.format(time),
                    waitedFor().stream().map(Readiness::text).collect(Collectors.joining(", ")));
              }
            });
    return begun;
  }

  private static String text(ReadinessStatus.Waiting one) {
    return one.registry() + (one.problem().isEmpty() ? "" : " (" + one.problem() + ")");
  }

  @Override
  public synchronized void close() {
    wait.cancel(false);
  }
}
