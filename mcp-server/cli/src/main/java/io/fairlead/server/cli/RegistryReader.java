package io.fairlead.server.cli;

import io.fairlead.common.Counts;
import io.fairlead.common.Durations;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.server.Closing;
import io.fairlead.server.config.RegistryConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A reader of each registry's first whole view. Confined to the command's thread. */
final class RegistryReader {
  private final List<RegistryConfig> registries;
  private final long startedNanos = System.nanoTime();
  // Read by whoever shows the progress.
  private final Map<String, FirstRead> reads = new ConcurrentHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  RegistryReader(List<RegistryConfig> registries) {
    this.registries = registries;
  }

  /** Reads the registries, all at a time. */
  void read(Duration limit) throws InterruptedException {
    Map<String, RegistryAdapter> adapters = new LinkedHashMap<>();
    try {
      for (RegistryConfig registry : registries) {
        FirstRead read = new FirstRead();
        reads.put(registry.name(), read);
        adapters.put(
            registry.name(), registry.createAdapter(new AdapterContext(registry.name(), read)));
      }
      adapters.values().forEach(RegistryAdapter::start);
      long deadline = System.nanoTime() + limit.toNanos();
      for (RegistryConfig registry : registries) {
        FirstRead read = Objects.requireNonNull(reads.get(registry.name()));
        failure(read, limit, deadline - System.nanoTime())
            .ifPresent(failure -> failures.put(registry.name(), failure));
      }
    } finally {
      Closing.within(Duration.ofSeconds(8), adapters);
    }
  }

  private static Optional<String> failure(FirstRead read, Duration limit, long nanos)
      throws InterruptedException {
    try {
      ReadOutcome outcome = read.outcome().get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
      return outcome instanceof ReadOutcome.Failed failed
          ? Optional.of(Printable.of(failed.problem()))
          : Optional.empty();
    } catch (TimeoutException e) {
      return Optional.of(
          "not read completely within "
              + Durations.format(limit)
              + (read.problem().isEmpty() ? "" : ": " + Printable.of(read.problem()))
              + " (--timeout gives it longer)");
    } catch (ExecutionException e) {
      throw new IllegalStateException("an outcome does not fail", e);
    }
  }

  /** Returns why registries could not be read, by name. */
  Map<String, String> failures() {
    return failures;
  }

  /** Returns the services of each registry that was read, by its name. */
  Map<String, List<Service>> services() {
    Map<String, List<Service>> services = new LinkedHashMap<>();
    for (RegistryConfig registry : registries) {
      FirstRead read = reads.get(registry.name());
      if (read != null
          && !failures.containsKey(registry.name())
          && read.outcome().getNow(null) instanceof ReadOutcome.Fresh fresh) {
        services.put(registry.name(), new ArrayList<>(fresh.services()));
      }
    }
    return services;
  }

  /** Returns what goes on, for any thread. */
  String progress() {
    List<String> waiting =
        registries.stream()
            .map(RegistryConfig::name)
            .filter(name -> !reads.containsKey(name) || !reads.get(name).outcome().isDone())
            .toList();
    long seconds = Duration.ofNanos(System.nanoTime() - startedNanos).toSeconds();
    int services = reads.values().stream().mapToInt(FirstRead::services).sum();
    return "reading "
        + (waiting.isEmpty() ? "config sources" : String.join(", ", waiting))
        + ": "
        + seconds
        + " s"
        + (services == 0 ? "" : ", " + Counts.of(services, "service") + " so far");
  }
}
