package io.fairlead.configs;

/**
 * A connection to one place that keeps Istio configuration. It reports all that is there to its
 * {@link ConfigSink}, then each change. No failure ends it: problems are reported, and reading goes
 * on.
 *
 * <p>Threading: {@link #start()} is called once, {@link #close()} from any thread, also from within
 * a call of the sink.
 */
public interface ConfigSource extends AutoCloseable {
  /**
   * Starts to read and to watch, and returns without waiting. Called once.
   *
   * @throws IllegalStateException if it was started before
   */
  void start();

  /**
   * Stops the source: waits for a call of the sink under way, unless it is called within that call,
   * and releases threads, connections and files. Idempotent; nothing is thrown.
   */
  @Override
  void close();
}
