package io.fairlead.server.xds;

import io.fairlead.versioning.VersionedStore;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The collaborators that every stream of a server shares.
 *
 * @param store where snapshots come from
 * @param ready done once clients may be answered
 * @param currentLimits what a client may ask now
 * @param metrics what is counted
 * @param authorization who may have what, at present
 * @param denied the clients that were turned away
 * @param workers does the streams' work
 * @param bulk does the work that takes long, so that the other does not wait for it
 * @param timers wakes streams later
 * @param onClosed called once by each stream that ended
 */
record XdsContext(
    VersionedStore store,
    Future<?> ready,
    Supplier<XdsLimits> currentLimits,
    XdsMetrics metrics,
    Supplier<Authorization> authorization,
    DeniedClients denied,
    Executor workers,
    BulkExecutor bulk,
    Timers timers,
    Consumer<ClientStream> onClosed) {

  /** Runs something after a time, on a thread that must not be held. */
  @FunctionalInterface
  interface Timers {
    void schedule(Runnable task, Duration delay);
  }

  /** Returns what a client may ask now; it may be less than before. */
  XdsLimits limits() {
    return currentLimits.get();
  }

  void closed(ClientStream stream) {
    onClosed.accept(stream);
  }

  void wakeAfter(ClientStream stream, Duration delay) {
    timers.schedule(stream::wake, delay);
  }
}
