package io.fairlead.registry.consul;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A round of small requests, few at a time and at a bounded rate, so that Consul has room for
 * others. One round runs at a time. Owned by the loop.
 */
final class ProbeRound {
  private static final int IN_FLIGHT = 4;
  // A change that comes alone is found at full speed; the rate bounds what comes all the time.
  private static final int BURST_SECONDS = 10;
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Loop loop;
  private final TokenBucket pace;
  private final Deque<Probe> left = new ArrayDeque<>();
  private Optional<Runnable> end = Optional.empty();
  private int inFlight;
  private boolean pausing;

  /**
   * @param rate requests a second
   */
  ProbeRound(Loop loop, int rate) {
    this.loop = loop;
    this.pace =
        new TokenBucket(BURST_SECONDS * rate, Duration.ofSeconds(1).dividedBy(rate), loop.now());
  }

  /** One request of a round. */
  interface Probe {
    /**
     * Sends it.
     *
     * @param over takes the probe that has to follow at once, or nothing
     */
    void send(Consumer<Optional<Probe>> over);
  }

  boolean isRunning() {
    return end.isPresent();
  }

  /** Starts a round; the task runs when each request was answered. */
  void start(List<Probe> probes, Runnable then) {
    loop.assertOnLoop();
    left.clear();
    left.addAll(probes);
    end = Optional.of(then);
    proceed();
  }

  private void proceed() {
    while (inFlight < IN_FLIGHT && !left.isEmpty() && !pausing) {
      if (pace.available(loop.now()) == 0) {
        pausing = true;
        loop.after(
            PAUSE,
            () -> {
              pausing = false;
              proceed();
            });
        return;
      }
      pace.take(loop.now());
      inFlight++;
      left.remove().send(this::over);
    }
    if (left.isEmpty() && inFlight == 0 && end.isPresent()) {
      Runnable then = end.get();
      end = Optional.empty();
      then.run();
    }
  }

  private void over(Optional<Probe> next) {
    inFlight--;
    next.ifPresent(left::addFirst);
    proceed();
  }
}
