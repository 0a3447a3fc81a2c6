package io.fairlead.server.xds;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A gate that a test opens, and that knows whether somebody stood before it. Thread-safe. */
final class ShutGate implements XdsGate {
  private final List<Runnable> waiting = new CopyOnWriteArrayList<>();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean open;

  @Override
  public boolean isOpen() {
    if (!open) {
      refused.incrementAndGet();
    }
    return open;
  }

  @Override
  public void onOpen(Runnable listener) {
    waiting.add(listener);
  }

  /** Waits until a stream has found it shut. */
  void awaitRefusal() {
    await().until(() -> refused.get() > 0);
  }

  void open() {
    open = true;
    waiting.forEach(Runnable::run);
  }
}
