package io.fairlead.server;

import io.fairlead.aggregation.Aggregation;
import io.fairlead.aggregation.RegistrySettings;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.server.config.RegistryConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The adapters that run. Each registry is started, changed and withdrawn alone: the others do not
 * notice. State is guarded by this object's lock, which is held while adapters start and stop;
 * adapters never call back into it.
 */
final class RegistryFleet implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryFleet.class);

  /** A registry with its adapter; none if the adapter could not be made. */
  private record Running(RegistryConfig config, @Nullable RegistryAdapter adapter) {}

  private final Aggregation aggregation;
  private final Map<String, Running> running = new LinkedHashMap<>();
  private boolean started;
  private boolean closed;

  RegistryFleet(Aggregation aggregation) {
    this.aggregation = aggregation;
  }

  /** Makes the adapters and registers their registries, without starting any. */
  synchronized void prepare(List<RegistryConfig> registries) {
    registries.forEach(this::add);
    aggregation.allRegistered();
  }

  /** Starts the adapters. */
  synchronized void start() {
    started = true;
    running.values().forEach(RegistryFleet::start);
  }

  /** The configurations of what runs, in the order of their start. */
  synchronized List<RegistryConfig> registries() {
    return running.values().stream().map(Running::config).toList();
  }

  /**
   * Goes over to another set: registries that are equal run on untouched, those that changed get a
   * new adapter while what they had stays served, those that are gone are withdrawn.
   */
  synchronized void apply(List<RegistryConfig> next) {
    if (closed) {
      return;
    }
    Set<String> names = next.stream().map(RegistryConfig::name).collect(Collectors.toSet());
    for (String name : new ArrayList<>(running.keySet())) {
      if (!names.contains(name)) {
        stop(name);
        aggregation.unregister(name);
        LOG.info("Registry {}: withdrawn", name);
      }
    }
    for (RegistryConfig config : next) {
      Running before = running.get(config.name());
      if (before == null || !before.config().equals(config)) {
        stop(config.name());
        Running added = add(config);
        start(added);
        LOG.info("Registry {}: {}", config.name(), before == null ? "added" : "changed");
      }
    }
  }

  private Running add(RegistryConfig config) {
    RegistrySink sink =
        aggregation.register(
            new RegistrySettings(
                config.name(),
                config.shared().priority(),
                config.policy(),
                config.shared().keepEmpty()));
    Running added = new Running(config, adapter(config, sink));
    running.put(config.name(), added);
    return added;
  }

  // One registry that cannot even begin must not keep the others from the mesh.
  private @Nullable RegistryAdapter adapter(RegistryConfig config, RegistrySink sink) {
    try {
      return config.createAdapter(new AdapterContext(config.name(), sink));
    } catch (RuntimeException e) {
      if (!started) {
        throw e;
      }
      sink.failing("the adapter could not be made: " + e.getMessage(), e);
      return null;
    }
  }

  private static void start(Running registry) {
    if (registry.adapter() != null) {
      registry.adapter().start();
    }
  }

  private void stop(String name) {
    Running stopped = running.remove(name);
    if (stopped != null && stopped.adapter() != null) {
      close(name, stopped.adapter());
    }
  }

  private static void close(String name, RegistryAdapter adapter) {
    try {
      adapter.close();
    } catch (RuntimeException e) {
      LOG.warn("Registry {}: its adapter did not close in order", name, e);
    }
  }

  /** Stops all adapters; what they contributed stays. */
  @Override
  public synchronized void close() {
    closed = true;
    new ArrayList<>(running.keySet()).forEach(this::stop);
  }
}
