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
 * Reads of single services that answer at once: urgent ones as fast as a bound on their number in
 * flight allows, the others at the sweep's pace. A failed one is tried again with back-off. Owned
 * by the loop.
 */
final class Reads {
  private static final Logger LOG = LoggerFactory.getLogger(Reads.class);
  // The server is the limit: 16 connections read 10,000 services as fast as 100 do.
  private static final int IN_FLIGHT = 32;
  private static final int MOST_CONFIRMS = 5;
  private static final Duration TICK = Duration.ofMillis(50);

  private final Loop loop;
  private final Endpoints endpoints;
  private final ConsulClient client;
  private final Taker taker;
  private final Set<Entry> urgent = new LinkedHashSet<>();
  private final Set<Entry> paced = new LinkedHashSet<>();
  private final Set<Entry> inFlight = new HashSet<>();
  private final TokenBucket pace;
  private Optional<Loop.Timer> tick = Optional.empty();

  Reads(Loop loop, Endpoints endpoints, ConsulClient client, int sweepRate, Taker taker) {
    this.loop = loop;
    this.endpoints = endpoints;
    this.client = client;
    this.taker = taker;
    this.pace =
        new TokenBucket(
            Math.max(1, sweepRate / 10), Duration.ofSeconds(1).dividedBy(sweepRate), loop.now());
  }

  /** Takes what was read. */
  interface Taker {
    /**
     * Takes an answer.
     *
     * @param query how it was asked
     * @return whether it is believed; if not, it is read again after a while
     */
    boolean read(Entry entry, Answer.Read<ServiceHealth> read, Query query);

    /** Takes a failure; the read is tried again. */
    void failed(Entry entry, Answer.Failed<ServiceHealth> failed);
  }

  /** Reads a service as soon as possible. */
  void urgent(Entry entry) {
    loop.check();
    paced.remove(entry);
    if (urgent.add(entry)) {
      pump();
    }
  }

  /** Reads services when their turn comes. */
  void paced(Iterable<Entry> entries) {
    loop.check();
    entries.forEach(this::queue);
    if (!paced.isEmpty() && tick.isEmpty()) {
      tick = Optional.of(loop.every(TICK, this::pump));
      pump();
    }
  }

  private void queue(Entry entry) {
    if (!urgent.contains(entry)) {
      paced.add(entry);
    }
  }

  boolean isSweeping() {
    return !paced.isEmpty();
  }

  /** No longer reads a service; an answer under way is dropped by whoever takes it. */
  void forget(Entry entry) {
    urgent.remove(entry);
    paced.remove(entry);
  }

  private void pump() {
    if (!endpoints.anyUp()) {
      if (!urgent.isEmpty() && inFlight.isEmpty()) {
        endpoints.whenUp(this::pump);
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

  private void take(Set<Entry> queue, int most) {
    int taken = 0;
    for (Iterator<Entry> entries = queue.iterator();
        entries.hasNext() && inFlight.size() < IN_FLIGHT && taken < most; ) {
      Entry entry = entries.next();
      if (inFlight.add(entry)) {
        entries.remove();
        taken++;
        if (queue == paced) {
          pace.take(loop.now());
        }
        read(entry);
      }
    }
  }

  private void read(Entry entry) {
    // Where the strongest word cannot be had, the ordinary one counts after a while.
    boolean confirm = entry.confirming && entry.failures < MOST_CONFIRMS;
    Query query = confirm ? Query.CONFIRM : Query.NOW;
    Consumer<Answer<ServiceHealth>> then =
        answer -> {
          inFlight.remove(entry);
          if (!entry.forgotten) {
            answered(entry, answer, query);
          }
          pump();
        };
    client.health(entry.key, query, then);
  }

  private void answered(Entry entry, Answer<ServiceHealth> answer, Query query) {
    if (answer instanceof Answer.Read<ServiceHealth> read) {
      if (believed(entry, read, query)) {
        entry.backoff.reset();
        entry.failures = 0;
        return;
      }
    } else if (answer instanceof Answer.Failed<ServiceHealth> failed) {
      entry.failures++;
      taker.failed(entry, failed);
    }
    again(entry);
  }

  private boolean believed(Entry entry, Answer.Read<ServiceHealth> read, Query query) {
    try {
      return taker.read(entry, read, query);
    } catch (RuntimeException e) {
      // A fault of ours must not end the reading: it is told, and the answer is taken again later.
      LOG.error("service {}: what was read could not be taken over", entry.id, e);
      taker.failed(entry, Answer.Failed.notTaken(e));
      return false;
    }
  }

  /** Reads a service again after its back-off. */
  void again(Entry entry) {
    loop.after(
        entry.backoff.next(),
        () -> {
          if (!entry.forgotten) {
            urgent(entry);
          }
        });
  }
}
