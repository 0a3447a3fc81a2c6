package io.fairlead.server.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * A latch that SIGTERM or SIGINT opens. Signals are handled directly and not in a shutdown hook, so
 * that the gateway stops in order on the main thread, before libraries tear down what it needs, and
 * the process ends with 0. A second signal ends the process at once, and so does the time limit of
 * a stop. Thread-safe.
 */
final class StopSignals {
  private static final int ENDED_BY_SECOND_SIGNAL = 130;
  // Kubernetes ends a process by force after 30 s.
  private static final Duration MAX_STOP = Duration.ofSeconds(28);

  private final CountDownLatch wanted = new CountDownLatch(1);

  private StopSignals() {}

  /** Handles the signals from now on. */
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
    Thread limit = new Thread(StopSignals::endByForce, "stop-limit");
    limit.setDaemon(true);
    limit.start();
    wanted.countDown();
  }

  // Every step of the stop has its own limit; this one covers the rest, such as a start that waits
  // for a file system that does not answer.
  private static void endByForce() {
    try {
      Thread.sleep(MAX_STOP.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    LoggerFactory.getLogger(StopSignals.class)
        .error("The stop did not end within {} s: ended by force", MAX_STOP.toSeconds());
    Runtime.getRuntime().halt(ExitCode.FAILED);
  }

  /** Waits for the first signal. */
  void await() throws InterruptedException {
    wanted.await();
  }
}
