package io.fairlead.registry.testkit;

import io.fairlead.registry.Hold;
import io.fairlead.registry.Notice;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryLoad;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RegistrySink} that records every call and the resulting state, and each breach of the
 * sink's rules as a violation: calls that overlap, single changes before the first whole read, a
 * service twice in one read, a hold that goes on under another start or a later end, calls after
 * {@link #expectNoMoreCalls()}. Thread-safe.
 */
public final class RecordingSink implements RegistrySink {
  // Calls take a moment, as a conversion does, so that calls that can overlap do overlap.
  private static final long HOLD_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicReference<@Nullable Runnable> duringNextCall = new AtomicReference<>();
  private volatile long callNanos = HOLD_NANOS;

  // The rest is guarded by "this"; waiters are notified of each call.
  private final List<SinkEvent> events = new ArrayList<>();
  private final List<Violation> violations = new ArrayList<>();
  private final List<HandedOver> handedOver = new ArrayList<>();
  private final TreeMap<ServiceId, Service> state = new TreeMap<>();
  private List<Hold> holds = List.of();
  private List<Notice> notices = List.of();
  private @Nullable RegistryLoad load;
  private boolean synced;
  private boolean closed;
  private boolean forgetful;

  private record Violation(Rule rule, String text) {}

  /** A list as it was when it was handed over, and the list itself, which must stay so. */
  private record HandedOver(List<Hold> then, List<Hold> itself) {}

  @Override
  public void resync(ReadOutcome outcome) {
    if (outcome instanceof ReadOutcome.Fresh fresh) {
      record(new SinkEvent.Resynced(fresh));
    } else if (outcome instanceof ReadOutcome.Failed failed) {
      record(new SinkEvent.ReadFailed(failed));
    }
  }

  @Override
  public void changed(Service service) {
    record(new SinkEvent.Changed(service));
  }

  @Override
  public void removed(ServiceId id) {
    record(new SinkEvent.Removed(id));
  }

  @Override
  public void alive() {
    record(new SinkEvent.Alive());
  }

  @Override
  public void failing(String problem, Throwable cause) {
    record(new SinkEvent.Failing(problem, cause));
  }

  @Override
  public void readTook(Duration took) {
    if (took.isNegative()) {
      violation(Rule.SANE_TIMES, "readTook: " + took + " (expected: not negative)");
    }
    reads.incrementAndGet();
  }

  @Override
  public void holding(List<Hold> newHolds) {
    List<Hold> then = List.copyOf(newHolds);
    synchronized (this) {
      handedOver.add(new HandedOver(then, newHolds));
    }
    record(new SinkEvent.Holding(then));
  }

  @Override
  public synchronized void notices(List<Notice> newNotices) {
    notices = List.copyOf(newNotices);
    notifyAll();
  }

  @Override
  public synchronized void load(RegistryLoad newLoad) {
    RegistryLoad before = load;
    if (before != null && newLoad.requests() < before.requests()) {
      violation(
          Rule.SANE_TIMES,
          "load: " + newLoad + " after " + before + " (expected: no fewer requests)");
    }
    load = newLoad;
    notifyAll();
  }

  private void record(SinkEvent event) {
    Thread me = Thread.currentThread();
    Thread other = inside.compareAndExchange(null, me);
    try {
      if (other != null) {
        violation(
            Rule.ONE_CALL_AT_A_TIME,
            "overlap: " + event + " on " + me + " during a call on " + other);
      }
      LockSupport.parkNanos(callNanos);
      // Before anybody is notified of this call, and may mean the next one.
      Runnable task = duringNextCall.getAndSet(null);
      apply(event);
      if (task != null) {
        task.run();
      }
    } finally {
      inside.compareAndSet(me, null);
    }
  }

  private synchronized void violation(Rule rule, String text) {
    violations.add(new Violation(rule, text));
  }

  private synchronized void apply(SinkEvent event) {
    if (closed) {
      violation(Rule.NO_CALL_AFTER_CLOSE, "after close: " + event + " (expected: no call)");
    }
    if (!forgetful) {
      events.add(event);
    }
    if (event instanceof SinkEvent.Resynced resynced) {
      synced = true;
      state.clear();
      for (Service service : resynced.outcome().services()) {
        if (state.put(service.id(), service) != null) {
          violation(
              Rule.EACH_SERVICE_ONCE,
              "resync: " + service.id() + " twice (expected: each service once)");
        }
      }
    } else if (event instanceof SinkEvent.Changed changed) {
      requireSynced(event);
      state.put(changed.service().id(), changed.service());
    } else if (event instanceof SinkEvent.Removed removed) {
      requireSynced(event);
      state.remove(removed.id());
    } else if (event instanceof SinkEvent.Holding holding) {
      holding.holds().forEach(this::requireSameCeiling);
      holds = holding.holds();
    }
    notifyAll();
  }

  /** Checks that a hold that goes on neither restarts nor ends later. */
  private void requireSameCeiling(Hold hold) {
    for (Hold before : holds) {
      if (before.subject().equals(hold.subject())
          && before.reason() == hold.reason()
          && (!before.since().equals(hold.since()) || hold.until().isAfter(before.until()))) {
        violation(
            Rule.SAME_CEILING,
            "holding: " + hold + " after " + before + " (expected: the same ceiling)");
      }
    }
  }

  private void requireSynced(SinkEvent event) {
    if (!synced) {
      violation(
          Rule.RESYNC_FIRST,
          "before the first resync: " + event + " (expected: a resync with everything)");
    }
  }

  /** Returns the number of requests to the registry whose time was reported. */
  public int reads() {
    return reads.get();
  }

  /** Makes each later call a violation: the adapter was closed. */
  public synchronized void expectNoMoreCalls() {
    closed = true;
  }

  /** Returns the breaches of the sink's rules so far; empty for a correct adapter. */
  public synchronized List<String> violations() {
    lookAtWhatWasHandedOver();
    return violations.stream().map(Violation::text).toList();
  }

  /** Returns the breaches of one rule so far. */
  synchronized List<String> violations(Rule rule) {
    lookAtWhatWasHandedOver();
    return violations.stream().filter(one -> one.rule() == rule).map(Violation::text).toList();
  }

  private synchronized void lookAtWhatWasHandedOver() {
    for (HandedOver one : handedOver) {
      List<Hold> now = copy(one.itself());
      if (!now.equals(one.then())) {
        violation(
            Rule.NOT_CHANGED_AFTERWARDS,
            "holding: the list was changed after the call from " + one.then() + " to " + now);
      }
    }
    handedOver.clear();
  }

  private static List<Hold> copy(List<Hold> list) {
    try {
      return new ArrayList<>(list);
    } catch (ConcurrentModificationException e) {
      // It is being changed.
      return List.of();
    }
  }

  /** Lets each call take this long from now on, as one that converts a large service. */
  void slowDown(Duration call) {
    callNanos = call.toNanos();
  }

  /** Does something within the next call. */
  void duringNextCall(Runnable task) {
    duringNextCall.set(task);
  }

  /** Drops what was recorded but for breaches, which are noted still. */
  synchronized void forget() {
    lookAtWhatWasHandedOver();
    forgetful = true;
    events.clear();
    state.clear();
  }

  /** Returns all texts for people that the adapter gave. */
  synchronized List<String> texts() {
    List<String> texts = new ArrayList<>();
    for (SinkEvent event : events) {
      if (event instanceof SinkEvent.Failing failing) {
        texts.add(failing.problem() + "\n" + stackTrace(failing.cause()));
      } else if (event instanceof SinkEvent.ReadFailed failed) {
        texts.add(failed.outcome().problem() + "\n" + stackTrace(failed.outcome().cause()));
      } else if (event instanceof SinkEvent.Holding holding) {
        holding.holds().forEach(hold -> texts.add(hold.toString()));
      }
    }
    return texts;
  }

  private static String stackTrace(Throwable cause) {
    StringWriter text = new StringWriter();
    cause.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  /** Fails if a rule of the sink was broken so far. */
  public void assertNoViolations() {
    List<String> found = violations();
    if (!found.isEmpty()) {
      throw new AssertionError("the adapter broke the sink's rules:\n" + String.join("\n", found));
    }
  }

  /** Whether a whole read has arrived. */
  public synchronized boolean synced() {
    return synced;
  }

  /** Returns the state of the registry after the calls so far; a copy in order of the ids. */
  public synchronized Map<ServiceId, Service> state() {
    return Collections.unmodifiableMap(new TreeMap<>(state));
  }

  /** Returns the present holds of the adapter. */
  public synchronized List<Hold> holds() {
    return holds;
  }

  /** Returns the present notices of the adapter. */
  public synchronized List<Notice> notices() {
    return notices;
  }

  /** Returns the load that the adapter told last; null if it told none. */
  public synchronized @Nullable RegistryLoad load() {
    return load;
  }

  /** Returns all calls so far, in order. */
  public synchronized List<SinkEvent> events() {
    return List.copyOf(events);
  }

  /** Returns the calls since a mark, in order. */
  public synchronized List<SinkEvent> eventsSince(int mark) {
    return List.copyOf(events.subList(mark, events.size()));
  }

  /**
   * Returns the number of calls so far, a mark for {@link #eventsSince} and {@link #awaitEvent}.
   */
  public synchronized int mark() {
    return events.size();
  }

  /** Returns the number of whole reads that succeeded. */
  public int resyncs() {
    return count(SinkEvent.Resynced.class::isInstance);
  }

  /** Returns the number of failed whole reads and reported problems. */
  public int failures() {
    return count(SinkEvent::isFailure);
  }

  /** Returns the number of calls of {@code alive}. */
  public int alives() {
    return count(SinkEvent.Alive.class::isInstance);
  }

  private synchronized int count(Predicate<SinkEvent> test) {
    return (int) events.stream().filter(test).count();
  }

  /** Waits for a failure since a mark as long as the limit allows; it need not come. */
  void awaitFailureIfAny(int mark, Duration limit) {
    try {
      awaitEvent(mark, "a failure", limit, SinkEvent::isFailure);
    } catch (AssertionError e) {
      // Another test demands it.
      return;
    }
  }

  /**
   * Waits until a whole read has arrived and the state passes.
   *
   * @param what the state, for the message
   * @throws AssertionError with the present state and the last calls, if it does not come in time
   */
  public Map<ServiceId, Service> awaitState(
      String what, Duration limit, Predicate<Map<ServiceId, Service>> test) {
    synchronized (this) {
      await(what, limit, () -> synced && test.test(Collections.unmodifiableMap(state)));
      return state();
    }
  }

  /**
   * Waits for a call since a mark that passes the test, and returns the first one.
   *
   * @param what the call, for the message
   * @throws AssertionError with the present state and the last calls, if it does not come in time
   */
  public SinkEvent awaitEvent(int mark, String what, Duration limit, Predicate<SinkEvent> test) {
    synchronized (this) {
      await(what, limit, () -> events.subList(mark, events.size()).stream().anyMatch(test));
      return events.subList(mark, events.size()).stream().filter(test).findFirst().orElseThrow();
    }
  }

  /** Waits until the present holds pass the test. */
  void awaitHolds(String what, Duration limit, Predicate<List<Hold>> test) {
    await(what, limit, () -> test.test(holds));
  }

  private synchronized void await(String what, Duration limit, Condition condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (millis <= 0) {
        throw new AssertionError("not seen within " + limit + ": " + what + "\n" + describe());
      }
      try {
        wait(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for: " + what, e);
      }
    }
  }

  private synchronized String describe() {
    StringBuilder text = new StringBuilder("synced: ").append(synced).append("\nstate:");
    state.values().stream().limit(20).forEach(service -> text.append("\n  ").append(service));
    if (state.size() > 20) {
      text.append("\n  and ").append(state.size() - 20).append(" more");
    }
    text.append("\nlast calls:");
    for (SinkEvent event : events.subList(Math.max(0, events.size() - 20), events.size())) {
      String line = event.toString();
      text.append("\n  ").append(line, 0, Math.min(line.length(), 500));
      if (event instanceof SinkEvent.Failing failing) {
        text.append(": ").append(failing.cause());
      }
    }
    return text.toString();
  }

  /** A condition to wait for; evaluated with the lock held. */
  private interface Condition {
    boolean holds();
  }
}
