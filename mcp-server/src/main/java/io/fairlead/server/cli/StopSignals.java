package io.fairlead.server.cli;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * The wish to stop, as SIGTERM or SIGINT. It is taken as a signal and not in a shutdown hook, so
 * that the gateway stops in order on the main thread, before libraries tear down what it needs, and
 * the process ends with 0. A second signal ends it at once. Thread-safe.
 */
final class StopSignals {
  private static final int ENDED_BY_SECOND_SIGNAL = 130;

  private final CountDownLatch wanted = new CountDownLatch(1);

  private StopSignals() {}

  /** Takes the signals from now on. */
  static StopSignals install() {
    StopSignals signals = new StopSignals();
    for (String name : new String[] {"TERM", "INT"}) {
      Signal.handle(new Signal(name), signal -> signals.received());
    }
    return signals;
  }

  private void received() {
    if (wanted.getCount() == 0) {
      Runtime.getRuntime().halt(ENDED_BY_SECOND_SIGNAL);
    }
    wanted.countDown();
  }

  /** Waits for the first signal. */
  void await() throws InterruptedException {
    wanted.await();
  }
}
