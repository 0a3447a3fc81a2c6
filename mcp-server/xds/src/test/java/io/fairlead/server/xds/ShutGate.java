package io.fairlead.server.xds;

import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A readiness that a test brings about, and that knows whether somebody asked for it before. */
final class ShutGate extends CompletableFuture<Void> {
  private final AtomicInteger refused = new AtomicInteger();

  @Override
  public boolean isDone() {
    boolean done = super.isDone();
    if (!done) {
      refused.incrementAndGet();
    }
    return done;
  }

  /** Waits until a stream has found it shut. */
  void awaitRefusal() {
    await().until(() -> refused.get() > 0);
  }

  void open() {
    complete(null);
  }
}
