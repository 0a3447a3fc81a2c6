package io.fairlead.aggregation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listeners that wait for all registries to be synced; each is told once. Guarded by its own lock;
 * listeners run outside of it.
 */
final class SyncGate {
  private static final Logger log = LoggerFactory.getLogger(SyncGate.class);

  private final BooleanSupplier open;
  private final List<Runnable> waiting = new ArrayList<>();

  SyncGate(BooleanSupplier open) {
    this.open = open;
  }

  void add(Runnable listener) {
    synchronized (this) {
      waiting.add(listener);
    }
    // Looked at after adding: whoever opens the gate meanwhile either sees the listener or is seen.
    fireIfOpen();
  }

  void fireIfOpen() {
    if (!open.getAsBoolean()) {
      return;
    }
    List<Runnable> told;
    synchronized (this) {
      told = List.copyOf(waiting);
      waiting.clear();
    }
    for (Runnable listener : told) {
      try {
        listener.run();
      } catch (RuntimeException e) {
        log.error("A listener for the sync failed", e);
      }
    }
  }
}
