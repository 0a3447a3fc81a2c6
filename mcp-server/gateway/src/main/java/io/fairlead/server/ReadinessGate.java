package io.fairlead.server;

import io.fairlead.server.xds.XdsGate;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens once, when every registry has been read or was known before, and stays open: what is known
 * then is served whatever becomes of a registry. Thread-safe; listeners run outside the lock, on
 * the thread that opens.
 */
final class ReadinessGate implements XdsGate {
  private final Object lock = new Object();

  // Both guarded by the lock.
  private boolean open;
  private final List<Runnable> waiting = new ArrayList<>();

  /** Opens it; later calls do nothing. */
  void open() {
    List<Runnable> called;
    synchronized (lock) {
      if (open) {
        return;
      }
      open = true;
      called = List.copyOf(waiting);
      waiting.clear();
    }
    called.forEach(Runnable::run);
  }

  @Override
  public boolean isOpen() {
    synchronized (lock) {
      return open;
    }
  }

  @Override
  public void onOpen(Runnable listener) {
    synchronized (lock) {
      if (!open) {
        waiting.add(listener);
        return;
      }
    }
    listener.run();
  }
}
