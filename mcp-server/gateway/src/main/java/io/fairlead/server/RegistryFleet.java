package io.fairlead.server;

import io.fairlead.aggregation.Registries;
import io.fairlead.common.Causes;
import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.Converter;
import io.fairlead.conversion.Explanation;
import io.fairlead.conversion.InstanceOutcome;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.server.config.RegistryConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The adapters that run. Each registry is started, changed and withdrawn alone: the others do not
 * notice. State but {@code shown} is guarded by this object's lock, which is held while adapters
 * start and stop, for a limited time; adapters never call back into it.
 */
final class RegistryFleet implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryFleet.class);

  // Less than a step of the gateway's stop may take.
  private static final Duration MAX_CLOSING = Duration.ofSeconds(8);

  /** A registry with its adapter; none if the adapter could not be made. */
  private record Running(RegistryConfig config, @Nullable RegistryAdapter adapter) {}

  private final Registries registries;
  private final ReadMetrics reads;
  private final Map<String, Running> running = new LinkedHashMap<>();
  // Changed as a whole: who looks at it must not wait for an adapter that ends.
  private volatile List<Running> shown = List.of();
  private boolean started;
  private boolean closed;

  RegistryFleet(Registries registries, ReadMetrics reads) {
    this.registries = registries;
    this.reads = reads;
  }

  /** Makes the adapters and registers their registries, without starting any. */
  synchronized void prepare(List<RegistryConfig> configs) {
    configs.forEach(this::add);
    show();
    registries.allRegistered();
  }

  /** Starts the adapters. */
  synchronized void start() {
    started = true;
    running.values().forEach(RegistryFleet::start);
  }

  /** The configurations of what runs, in the order of their start. For any thread, never waits. */
  List<RegistryConfig> registries() {
    return shown.stream().map(Running::config).toList();
  }

  /**
   * Returns what becomes of each instance of a service; empty if the registry's adapter does not
   * know it, or not any more. For any thread, never waits.
   */
  Optional<List<InstanceOutcome>> outcomes(String registry, ServiceId id) {
    return reported(registry, id, (policy, service) -> new Converter(policy).outcomes(service));
  }

  /**
   * Returns the steps by which a service becomes what is served of it; empty if the registry's
   * adapter does not know it, or not any more. For any thread, never waits.
   */
  List<Explanation.Step> steps(String registry, ServiceId id) {
    return reported(registry, id, Explanation::of).map(Explanation::steps).orElse(List.of());
  }

  private <T> Optional<T> reported(
      String registry, ServiceId id, BiFunction<ConversionPolicy, Service, T> question) {
    return shown.stream()
        .filter(each -> each.config().name().equals(registry))
        .findFirst()
        .flatMap(
            each ->
                Optional.ofNullable(each.adapter())
                    .flatMap(adapter -> adapter.reported(id))
                    .map(service -> question.apply(each.config().policy(), service)));
  }

  /**
   * Goes over to another set: registries that are equal run on untouched, the others are changed in
   * one step. What they had stays served until those that came have been read.
   */
  synchronized void apply(List<RegistryConfig> next) {
    if (closed) {
      return;
    }
    RegistryChanges changes =
        RegistryChanges.of(running.values().stream().map(Running::config).toList(), next);
    List<String> leaving = changes.leaving();
    List<RegistryConfig> toStart =
        next.stream()
            .filter(each -> changes.changed().contains(each) || changes.arriving().contains(each))
            .toList();
    for (RegistryConfig config : toStart) {
      LOG.info(
          "registry {}: {}",
          config.name(),
          running.containsKey(config.name()) ? "changed" : "added");
    }
    List<String> ending = new ArrayList<>(leaving);
    toStart.forEach(config -> ending.add(config.name()));
    stop(ending);
    leaving.forEach(
        name -> {
          reads.forget(name);
          LOG.info("registry {}: left the configuration", name);
        });
    if (leaving.isEmpty() && toStart.isEmpty()) {
      return;
    }
    Map<String, RegistrySink> sinks =
        registries.reload(
            leaving,
            changes.changed().stream().map(RegistryConfig::settings).toList(),
            changes.arriving().stream().map(RegistryConfig::settings).toList());
    List<Running> made = new ArrayList<>();
    for (RegistryConfig config : toStart) {
      RegistrySink sink = Objects.requireNonNull(sinks.get(config.name()));
      made.add(run(config, sink));
    }
    show();
    made.forEach(RegistryFleet::start);
  }

  private void show() {
    shown = List.copyOf(running.values());
  }

  private void add(RegistryConfig config) {
    run(config, registries.register(config.settings()));
  }

  private Running run(RegistryConfig config, RegistrySink sink) {
    Running added = new Running(config, adapter(config, sink));
    running.put(config.name(), added);
    return added;
  }

  // One registry that cannot even begin must not keep the others from the mesh.
  private @Nullable RegistryAdapter adapter(RegistryConfig config, RegistrySink sink) {
    try {
      return config.createAdapter(
          new AdapterContext(config.name(), reads.counted(config.name(), sink)));
    } catch (RuntimeException e) {
      if (!started) {
        throw e;
      }
      sink.failing("the adapter could not be made: " + Causes.of(e), e);
      return null;
    }
  }

  private static void start(Running registry) {
    if (registry.adapter() != null) {
      registry.adapter().start();
    }
  }

  // What an adapter does after its time does no harm: nobody listens to its sink any more.
  private void stop(Collection<String> names) {
    Map<String, RegistryAdapter> adapters = new LinkedHashMap<>();
    for (String name : names) {
      Running stopped = running.remove(name);
      if (stopped != null && stopped.adapter() != null) {
        adapters.put("registry " + name, stopped.adapter());
      }
    }
    Closing.within(MAX_CLOSING, adapters);
  }

  /** Stops all adapters, each left behind that does not end in time; what they gave stays. */
  @Override
  public synchronized void close() {
    closed = true;
    stop(List.copyOf(running.keySet()));
  }
}
