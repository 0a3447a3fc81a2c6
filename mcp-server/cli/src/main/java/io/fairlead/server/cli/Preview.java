package io.fairlead.server.cli;

import io.fairlead.aggregation.AggregationOptions;
import io.fairlead.aggregation.Registries;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.common.Durations;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.server.Closing;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.RegistryConfig;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.server.render.Yaml;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A single read of registries by the components that also serve: adapters, conversion, the merge, a
 * store in memory. Confined to the command's thread.
 */
final class Preview {
  private final GatewayConfig config;
  private final List<RegistryConfig> registries;
  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final Map<String, List<ServiceReport>> reports = new LinkedHashMap<>();
  private final Map<String, OriginIndex> origins = new LinkedHashMap<>();
  private final long startedNanos = System.nanoTime();
  // Read by whoever shows the progress.
  private final Map<String, FirstRead> reads = new ConcurrentHashMap<>();

  Preview(GatewayConfig config, List<RegistryConfig> registries) {
    this.config = config;
    this.registries = registries;
  }

  /** Reads the registries; returns a sentence for each one that could not be read. */
  List<String> read(Duration limit) throws InterruptedException {
    CommitLoop loop = new CommitLoop(store, Batching.DEFAULT, CommitObserver.NONE);
    Registries services =
        new Registries(loop, AggregationOptions.of(config.virtualIps()), Clock.systemUTC());
    loop.configure(Map.of(CommitLoop.FIRST_SOURCE, services.source()));
    List<RegistryAdapter> adapters = new ArrayList<>();
    try {
      for (RegistryConfig registry : registries) {
        OriginIndex origin = new OriginIndex(registry.policy());
        origins.put(registry.name(), origin);
        FirstRead read = new FirstRead(services.register(registry.settings()), origin::note);
        reads.put(registry.name(), read);
        adapters.add(registry.createAdapter(new AdapterContext(registry.name(), read)));
      }
      services.allRegistered();
      adapters.forEach(RegistryAdapter::start);
      long deadline = System.nanoTime() + limit.toNanos();
      List<String> failures = new ArrayList<>();
      for (RegistryConfig registry : registries) {
        FirstRead read = Objects.requireNonNull(reads.get(registry.name()));
        failure(read, limit, deadline - System.nanoTime())
            .ifPresent(failure -> failures.add(registry.name() + ": " + failure));
      }
      return failures;
    } finally {
      close(adapters);
      services.close();
      loop.close();
      registries.forEach(
          registry -> reports.put(registry.name(), services.reports(registry.name())));
    }
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
        + String.join(", ", waiting)
        + ": "
        + seconds
        + " s"
        + (services == 0 ? "" : ", " + services + " services so far");
  }

  /** Returns the registries that were read, with the number of their services. */
  Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    for (RegistryConfig registry : registries) {
      FirstRead read = reads.get(registry.name());
      if (read != null && read.isRead()) {
        sizes.put(registry.name(), reports.getOrDefault(registry.name(), List.of()).size());
      }
    }
    return sizes;
  }

  private static void close(List<RegistryAdapter> adapters) {
    Map<String, RegistryAdapter> parts = new LinkedHashMap<>();
    adapters.forEach(adapter -> parts.put("adapter " + (parts.size() + 1), adapter));
    Closing.within(Duration.ofSeconds(8), parts);
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

  /**
   * Prints the resources as YAML documents, by type and name, each with a comment that says where
   * its protocol and port come from.
   */
  void print(PrintWriter out) {
    Map<String, String> comments = comments();
    for (ResourceType type : new TreeSet<>(store.current().types())) {
      store.current().resources(type).stream()
          .sorted(Comparator.comparing(Resource::key))
          .forEach(
              resource ->
                  out.print(
                      "---\n"
                          + comments.getOrDefault(resource.key().name(), "")
                          + Yaml.write(ResourceDocument.of(resource))));
    }
    out.flush();
  }

  /** Returns the comments by name of the resource. */
  private Map<String, String> comments() {
    Map<String, String> comments = new HashMap<>();
    reports.forEach(
        (registry, ofRegistry) -> {
          for (ServiceReport report : ofRegistry) {
            String origin = origins.getOrDefault(registry, OriginIndex.NONE).of(report.service());
            if (report.status() != ServiceStatus.SHADOWED && !origin.isEmpty()) {
              comments.putIfAbsent(
                  report.resource(),
                  "# "
                      + Printable.of(registry)
                      + " "
                      + Printable.of(report.service().toString())
                      + ": "
                      + origin
                      + "\n");
            }
          }
        });
    return comments;
  }

  /** Prints each refusal, omission and repair as a line, then their numbers. */
  void explain(PrintWriter err) {
    Map<Reason, Integer> sums = new TreeMap<>();
    int shadowed = 0;
    for (Map.Entry<String, List<ServiceReport>> registry : reports.entrySet()) {
      for (ServiceReport report : registry.getValue()) {
        String subject = registry.getKey() + " " + Printable.of(report.service().toString()) + ": ";
        if (report.status() == ServiceStatus.SHADOWED) {
          shadowed++;
          err.println(
              subject
                  + "shadowed: "
                  + report.host()
                  + " belongs to the registry "
                  + report.shadowedBy()
                  + " by priority");
        }
        for (Finding finding : report.findings()) {
          sums.merge(finding.reason(), finding.count(), Integer::sum);
          if (finding.reason().status().isFault()) {
            err.println(subject + line(finding));
          }
        }
      }
    }
    summary(err, sums, shadowed);
  }

  private static String line(Finding finding) {
    return finding.reason().status().label().replace('_', ' ')
        + ": "
        + finding.reason().text()
        + (finding.detail().isEmpty() ? "" : ": " + Printable.of(finding.detail()))
        + " ("
        + (finding.count() > 1 ? finding.count() + " times, first " : "")
        + Printable.of(finding.subject())
        + (finding.reason().advice().isEmpty() ? "" : "; " + finding.reason().advice())
        + ")";
  }

  private void summary(PrintWriter err, Map<Reason, Integer> sums, int shadowed) {
    int services = reports.values().stream().mapToInt(List::size).sum();
    int resources =
        store.current().types().stream().mapToInt(type -> store.current().size(type)).sum();
    err.println(services + " services read, " + resources + " resources");
    sums.forEach(
        (reason, count) ->
            err.println("  " + lower(reason) + " (" + reason.status().label() + "): " + count));
    if (shadowed > 0) {
      err.println("  shadowed: " + shadowed);
    }
    err.flush();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
