package io.fairlead.registry.testkit;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The record of the calls of a sink, with each breach of the rules of sinks as a violation: calls
 * that overlap, single changes before the first whole read, a collection that is changed after it
 * was handed over, calls after {@link #expectNoMoreCalls()}. A subclass is the sink, and keeps the
 * state that the calls result in. Thread-safe.
 *
 * @param <E> what a call is recorded as
 */
public abstract class RecordedCalls<E> {
  // Calls take a moment, as a conversion does, so that calls that can overlap do overlap.
  private static final long CALL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final int MAX_SHOWN = 20;
  private static final int MAX_SHOWN_OF_A_CALL = 500;

  private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
  private final AtomicReference<@Nullable Runnable> duringNextCall = new AtomicReference<>();
  private volatile long callNanos = CALL_NANOS;

  // The rest, and the state of subclasses, is guarded by "this"; waiters are notified of each call.
  private final List<E> events = new ArrayList<>();
  private final List<Violation> violations = new ArrayList<>();
  private final List<HandedOver> handedOver = new ArrayList<>();
  private boolean synced;
  private boolean closed;
  private boolean forgetful;

  private record Violation(Rule rule, String text) {}

  /** A collection as it was when it was handed over, and itself, which must stay so. */
  private record HandedOver(List<?> then, Collection<?> itself) {}

  // ---- For subclasses ---------------------------------------------------------------------------

  /** Changes the state as a call says. Called with the lock held. */
  protected abstract void apply(E event);

  /** Returns the state for people. Called with the lock held. */
  protected abstract String describeState();

  /** Returns the texts for people that a call gave. */
  protected abstract Stream<String> messages(E event);

  /** Returns a problem with the stack of its cause, where a secret may be, too. */
  protected static String message(String problem, Throwable cause) {
    StringWriter stack = new StringWriter();
    cause.printStackTrace(new PrintWriter(stack));
    return problem + "\n" + stack;
  }

  /**
   * Records a call.
   *
   * @param call makes what it is recorded as, while no other call is under way but for a breach
   */
  protected final void record(Supplier<E> call) {
    Thread me = Thread.currentThread();
    Thread other = inside.compareAndExchange(null, me);
    try {
      E event = call.get();
      if (other != null) {
        violation(
            Rule.ONE_CALL_AT_A_TIME,
            "overlap: " + event + " on " + me + " during a call on " + other);
      }
      LockSupport.parkNanos(callNanos);
      // Before anybody is notified of this call, and may mean the next one.
      Runnable task = duringNextCall.getAndSet(null);
      add(event);
      if (task != null) {
        task.run();
      }
    } finally {
      inside.compareAndSet(me, null);
    }
  }

  private synchronized void add(E event) {
    if (closed) {
      violation(Rule.NO_CALL_AFTER_CLOSE, "after close: " + event + " (expected: no call)");
    }
    if (!forgetful) {
      events.add(event);
    }
    apply(event);
    notifyAll();
  }

  /** Notes that a whole read has arrived. */
  protected final synchronized void markSynced() {
    synced = true;
  }

  /** Notes a breach if a single change comes before the first whole read. */
  protected final synchronized void requireSynced(E event) {
    if (!synced) {
      violation(
          Rule.RESYNC_FIRST,
          "before the first resync: " + event + " (expected: a resync with everything)");
    }
  }

  /** Remembers a collection that a call handed over, which must stay as it is. */
  protected final synchronized void handedOver(Collection<?> collection) {
    handedOver.add(new HandedOver(List.copyOf(collection), collection));
  }

  /** Notes a breach of a rule. */
  protected final synchronized void violation(Rule rule, String text) {
    violations.add(new Violation(rule, text));
  }

  /** Waits for a condition, which is evaluated with the lock held. */
  protected final synchronized void await(String what, Duration limit, BooleanSupplier condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
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
    StringBuilder text = new StringBuilder("synced: ").append(synced).append('\n');
    text.append(describeState()).append("\nlast calls:");
    for (E event : events.subList(Math.max(0, events.size() - MAX_SHOWN), events.size())) {
      String line = event.toString();
      text.append("\n  ").append(line, 0, Math.min(line.length(), MAX_SHOWN_OF_A_CALL));
    }
    return text.toString();
  }

  // ---- Rules ------------------------------------------------------------------------------------

  /** Makes each later call a violation: what calls was closed. */
  public final synchronized void expectNoMoreCalls() {
    closed = true;
  }

  /** Returns the breaches of the sink's rules so far; empty if all were kept. */
  public final synchronized List<String> violations() {
    lookAtWhatWasHandedOver();
    return violations.stream().map(Violation::text).toList();
  }

  /** Returns the breaches of one rule so far. */
  final synchronized List<String> violations(Rule rule) {
    lookAtWhatWasHandedOver();
    return violations.stream().filter(one -> one.rule() == rule).map(Violation::text).toList();
  }

  /** Fails if a rule of the sink was broken so far. */
  public final void assertNoViolations() {
    List<String> found = violations();
    if (!found.isEmpty()) {
      throw new AssertionError("the sink's rules were broken:\n" + String.join("\n", found));
    }
  }

  private synchronized void lookAtWhatWasHandedOver() {
    for (HandedOver one : handedOver) {
      List<?> now = copy(one.itself());
      if (!now.equals(one.then())) {
        violation(
            Rule.NOT_CHANGED_AFTERWARDS,
            "a collection was changed after the call from " + one.then() + " to " + now);
      }
    }
    handedOver.clear();
  }

  private static List<?> copy(Collection<?> collection) {
    try {
      return new ArrayList<>(collection);
    } catch (ConcurrentModificationException e) {
      // It is being changed.
      return List.of();
    }
  }

  // ---- Calls ------------------------------------------------------------------------------------

  /** Lets each call take this long from now on, as one that converts a large service. */
  final void slowDown(Duration call) {
    callNanos = call.toNanos();
  }

  /** Does something within the next call. */
  public final void duringNextCall(Runnable task) {
    duringNextCall.set(task);
  }

  /** Drops what was recorded but for breaches, which are noted still. */
  synchronized void forget() {
    lookAtWhatWasHandedOver();
    forgetful = true;
    events.clear();
  }

  /** Returns all texts for people that calls gave. */
  final synchronized List<String> messages() {
    return events.stream().flatMap(this::messages).toList();
  }

  /** Whether a whole read has arrived. */
  public final synchronized boolean synced() {
    return synced;
  }

  /** Returns all calls so far, in order. */
  public final synchronized List<E> events() {
    return List.copyOf(events);
  }

  /** Returns the calls since a mark, in order. */
  public final synchronized List<E> eventsSince(int mark) {
    return List.copyOf(events.subList(mark, events.size()));
  }

  /**
   * Returns the number of calls so far, a mark for {@link #eventsSince} and {@link #awaitEvent}.
   */
  public final synchronized int mark() {
    return events.size();
  }

  /**
   * Waits for a call since a mark that passes the test, and returns the first one.
   *
   * @param what the call, for the message
   * @throws AssertionError with the present state and the last calls, if it does not come in time
   */
  public final synchronized E awaitEvent(
      int mark, String what, Duration limit, Predicate<? super E> test) {
    await(what, limit, () -> events.subList(mark, events.size()).stream().anyMatch(test));
    return events.subList(mark, events.size()).stream().filter(test).findFirst().orElseThrow();
  }
}
