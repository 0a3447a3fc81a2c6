package io.fairlead.registry;

/**
 * A running conversation with one registry.
 *
 * <p>{@link #start()} returns without waiting for the registry; from then on the adapter calls its
 * sink: first {@link RegistrySink#resync} once it has read everything (as often as it takes, with
 * jittered back-off between failures), then single changes as they happen. {@link #close()} stops
 * all of it, waits for a call in flight and releases threads and connections; it is idempotent.
 */
public interface RegistryAdapter extends AutoCloseable {
  /** Begins to read and to watch. Called once. */
  void start();

  @Override
  void close();
}
