package io.fairlead.registry.consul;

import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A scheduler of non-blocking reads of single services: urgent ones as fast as a bound on their
 * number in flight allows, the others at the sweep's pace. A failed read is retried with back-off.
 * Owned by the loop.
 */
final class Reads {
  private static final Logger LOG = LoggerFactory.getLogger(Reads.class);
  // More would not help: 16 connections read 10,000 services as fast as 100 do.
  private static final int IN_FLIGHT = 32;
  private static final int MAX_CONFIRMING_READS = 5;
  private static final Duration TICK = Duration.ofMillis(50);

  private final Loop loop;
  private final ConnectionPools pools;
  private final ConsulClient client;
  private final Receiver receiver;
  private final Set<TrackedService> urgent = new LinkedHashSet<>();
  private final Set<TrackedService> paced = new LinkedHashSet<>();
  private final Set<TrackedService> inFlight = new HashSet<>();
  private final TokenBucket pace;
  private Optional<Loop.Timer> tick = Optional.empty();

  Reads(Loop loop, ConnectionPools pools, ConsulClient client, int sweepRate, Receiver receiver) {
    this.loop = loop;
    this.pools = pools;
    this.client = client;
    this.receiver = receiver;
    this.pace =
        new TokenBucket(
            Math.max(1, sweepRate / 10), Duration.ofSeconds(1).dividedBy(sweepRate), loop.now());
  }

  /** The receiver of what was read. */
  interface Receiver {
    /**
     * Takes an answer.
     *
     * @param query the query that was sent
     * @return whether it is accepted; a rejected one is read again after a back-off
     */
    boolean read(TrackedService tracked, Answer.Read<ServiceHealth> read, Query query);

    /** Takes a failure; the read is retried. */
    void failed(TrackedService tracked, Answer.Failed<ServiceHealth> failed);
  }

  /** Reads a service as soon as possible. */
  void urgent(TrackedService tracked) {
    loop.assertOnLoop();
    paced.remove(tracked);
    if (urgent.add(tracked)) {
      startReads();
    }
  }

  /** Reads services when their turn comes. */
  void paced(Iterable<TrackedService> trackedServices) {
    loop.assertOnLoop();
    trackedServices.forEach(this::queue);
    if (!paced.isEmpty() && tick.isEmpty()) {
      tick = Optional.of(loop.every(TICK, this::startReads));
      startReads();
    }
  }

  private void queue(TrackedService tracked) {
    if (!urgent.contains(tracked)) {
      paced.add(tracked);
    }
  }

  boolean isSweeping() {
    return !paced.isEmpty();
  }

  /** Stops reading a service; its receiver ignores an answer that is under way. */
  void forget(TrackedService tracked) {
    urgent.remove(tracked);
    paced.remove(tracked);
  }

  private void startReads() {
    if (!pools.anyUp()) {
      if (!urgent.isEmpty() && inFlight.isEmpty()) {
        pools.whenUp(this::startReads);
      }
      return;
    }
    take(urgent, Integer.MAX_VALUE);
    take(paced, pace.available(loop.now()));
    if (paced.isEmpty()) {
      tick.ifPresent(Loop.Timer::cancel);
      tick = Optional.empty();
    }
  }

  private void take(Set<TrackedService> queue, int most) {
    int taken = 0;
    for (Iterator<TrackedService> trackedServices = queue.iterator();
        trackedServices.hasNext() && inFlight.size() < IN_FLIGHT && taken < most; ) {
      TrackedService tracked = trackedServices.next();
      if (inFlight.add(tracked)) {
        trackedServices.remove();
        taken++;
        if (queue == paced) {
          pace.take(loop.now());
        }
        read(tracked);
      }
    }
  }

  private void read(TrackedService tracked) {
    // Where consistent reads keep failing, an ordinary one counts after a while.
    boolean confirm = tracked.confirming && tracked.failures < MAX_CONFIRMING_READS;
    Query query = confirm ? Query.CONFIRM : Query.NOW;
    Consumer<Answer<ServiceHealth>> then =
        answer -> {
          inFlight.remove(tracked);
          if (!tracked.forgotten) {
            answered(tracked, answer, query);
          }
          startReads();
        };
    client.health(tracked.key, query, then);
  }

  private void answered(TrackedService tracked, Answer<ServiceHealth> answer, Query query) {
    if (answer instanceof Answer.Read<ServiceHealth> read) {
      if (believed(tracked, read, query)) {
        tracked.backoff.reset();
        tracked.failures = 0;
        return;
      }
    } else if (answer instanceof Answer.Failed<ServiceHealth> failed) {
      tracked.failures++;
      receiver.failed(tracked, failed);
    }
    again(tracked);
  }

  private boolean believed(TrackedService tracked, Answer.Read<ServiceHealth> read, Query query) {
    try {
      return receiver.read(tracked, read, query);
    } catch (RuntimeException e) {
      // A fault of the gateway must not end the reads: it is reported, and the service is read
      // again.
      LOG.error(
          "registry {}: service {}: what was read could not be processed",
          loop.registry(),
          tracked.id,
          e);
      receiver.failed(tracked, Answer.Failed.notApplied(e));
      return false;
    }
  }

  /** Reads a service again after its back-off. */
  void again(TrackedService tracked) {
    loop.after(
        tracked.backoff.next(),
        () -> {
          if (!tracked.forgotten) {
            urgent(tracked);
          }
        });
  }
}
