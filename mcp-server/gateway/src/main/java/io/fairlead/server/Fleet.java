package io.fairlead.server;

import io.fairlead.common.Causes;
import io.fairlead.server.config.ReadFrom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running readers of the registries, or of the config sources. Each is started, changed and
 * withdrawn alone: the others do not notice. State but {@code shown} is guarded by this object's
 * lock, which is held while they start and stop, for a limited time; they never call back into it.
 *
 * @param <C> the configuration of one of them
 * @param <S> what it reports to
 * @param <R> what reads it
 */
final class Fleet<C extends ReadFrom<C>, S, R extends AutoCloseable> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);

  // Less than a step of the gateway's stop may take.
  private static final Duration MAX_CLOSING = Duration.ofSeconds(8);

  /** The part of a fleet that is particular to registries, or to config sources. */
  interface Kind<C extends ReadFrom<C>, S, R> {
    /** Returns what people call one of them, such as {@code registry}. */
    String noun();

    /** Registers the first ones; returns what each reports to, by name. */
    Map<String, S> register(List<C> configs);

    /** Replaces the set; returns what those report to that changed or arrive, by name. */
    Map<String, S> reload(FleetChanges<C> changes);

    /** Makes the reader of one; it is not started. */
    R make(C config, S sink);

    /** Starts a reader, once. */
    void start(R reader);

    /** Told that one could not be made while the gateway runs. */
    void failed(S sink, String problem, RuntimeException cause);

    /** Told that one has left the configuration. */
    default void left(String name) {}
  }

  /** One of them with its reader; none if that could not be made. */
  record Running<C, R>(C config, @Nullable R reader) {}

  private final Kind<C, S, R> kind;
  private final Map<String, Running<C, R>> running = new LinkedHashMap<>();
  // Changed as a whole: who looks at it must not wait for one that ends.
  private volatile List<Running<C, R>> shown = List.of();
  private boolean started;
  private boolean closed;

  Fleet(Kind<C, S, R> kind) {
    this.kind = kind;
  }

  /** Makes and registers the first ones, without starting any. */
  synchronized void prepare(List<C> configs) {
    Map<String, S> sinks = kind.register(configs);
    configs.forEach(config -> run(config, sinks));
    show();
  }

  /** Starts them. */
  synchronized void start() {
    started = true;
    running.values().forEach(this::start);
  }

  private void start(Running<C, R> one) {
    if (one.reader() != null) {
      kind.start(one.reader());
    }
  }

  /** Returns what runs, in the order of its start. For any thread, never waits. */
  List<Running<C, R>> running() {
    return shown;
  }

  /**
   * Replaces the set: those that are equal run on untouched, the others are changed in one step.
   * What they had stays served until those that came have been read.
   */
  synchronized void apply(List<C> next) {
    if (closed) {
      return;
    }
    FleetChanges<C> changes =
        FleetChanges.of(running.values().stream().map(Running::config).toList(), next);
    List<String> leaving = changes.leaving();
    List<C> toStart =
        next.stream()
            .filter(each -> changes.changed().contains(each) || changes.arriving().contains(each))
            .toList();
    for (C config : toStart) {
      LOG.info(
          "{} {}: {}",
          kind.noun(),
          config.name(),
          running.containsKey(config.name()) ? "changed" : "added");
    }
    List<String> ending = new ArrayList<>(leaving);
    toStart.forEach(config -> ending.add(config.name()));
    stop(ending);
    leaving.forEach(
        name -> {
          kind.left(name);
          LOG.info("{} {}: left the configuration", kind.noun(), name);
        });
    if (leaving.isEmpty() && toStart.isEmpty()) {
      return;
    }
    Map<String, S> sinks = kind.reload(changes);
    List<Running<C, R>> made = toStart.stream().map(config -> run(config, sinks)).toList();
    show();
    made.forEach(this::start);
  }

  private void show() {
    shown = List.copyOf(running.values());
  }

  private Running<C, R> run(C config, Map<String, S> sinks) {
    String name = config.name();
    Running<C, R> added =
        new Running<>(config, reader(config, Objects.requireNonNull(sinks.get(name))));
    running.put(name, added);
    return added;
  }

  // One that cannot even begin must not keep the others from the mesh.
  private @Nullable R reader(C config, S sink) {
    try {
      return kind.make(config, sink);
    } catch (RuntimeException e) {
      if (!started) {
        throw e;
      }
      kind.failed(sink, Causes.of(e), e);
      return null;
    }
  }

  // What one does after its time does no harm: nobody listens to its sink any more.
  private void stop(Collection<String> names) {
    Map<String, AutoCloseable> readers = new LinkedHashMap<>();
    for (String name : names) {
      Running<C, R> stopped = running.remove(name);
      if (stopped != null && stopped.reader() != null) {
        readers.put(kind.noun() + " " + name, stopped.reader());
      }
    }
    Closing.within(MAX_CLOSING, readers);
  }

  /** Stops all, each left behind that does not end in time; what they gave stays. */
  @Override
  public synchronized void close() {
    closed = true;
    stop(List.copyOf(running.keySet()));
  }
}
