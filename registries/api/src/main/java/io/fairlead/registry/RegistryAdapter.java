package io.fairlead.registry;

import java.util.Optional;

/**
 * A connection to one registry that reports its services, and their changes, to a sink.
 *
 * <p>{@link #start()} returns without waiting for the registry; from then on the adapter calls its
 * sink: first {@link RegistrySink#resync} once it has read everything (retried with jittered
 * back-off until it succeeds), then single changes as they happen. No failure ends the adapter:
 * problems are reported to the sink, and reading goes on.
 *
 * <p>Threading: {@link #start()} is called once, {@link #close()} and {@link #reported} from any
 * thread, also from within a call of the sink.
 */
public interface RegistryAdapter extends AutoCloseable {
  /**
   * Starts to read and to watch, and returns without waiting for the registry. Called once.
   *
   * @throws IllegalStateException if it was started before
   */
  void start();

  /**
   * Returns a service as the sink was last told of it, for the page that shows what became of each
   * instance; empty for one that it does not know, or not any more as it has no instance, and by an
   * adapter that does not remember what it told. Any thread calls it at any time; it neither waits
   * nor asks the registry.
   */
  default Optional<Service> reported(ServiceId id) {
    return Optional.empty();
  }

  /**
   * Stops the adapter: waits for a call of the sink under way, unless it is called within that
   * call, and releases threads and connections. Idempotent; nothing is thrown.
   */
  @Override
  void close();
}
