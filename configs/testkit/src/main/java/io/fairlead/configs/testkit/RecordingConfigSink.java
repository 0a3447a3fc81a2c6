package io.fairlead.configs.testkit;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ConfigSink} that records every call and the resulting documents, and each breach of the
 * sink's rules as a violation: calls that overlap, changes before the first whole report, a key
 * twice in one report, a collection that is changed afterwards, calls after {@link
 * #expectNoMoreCalls()}. Thread-safe.
 */
public final class RecordingConfigSink implements ConfigSink {
  // Calls take a moment, as reading of texts does, so that calls that can overlap do overlap.
  private static final long CALL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final int MAX_SHOWN = 20;

  private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
  private final AtomicReference<@Nullable Runnable> duringNextCall = new AtomicReference<>();

  // The rest is guarded by "this"; waiters are notified of each call.
  private final List<ConfigEvent> events = new ArrayList<>();
  private final List<Violation> violations = new ArrayList<>();
  private final List<HandedOver> handedOver = new ArrayList<>();
  private final TreeMap<String, String> texts = new TreeMap<>();
  private String problem = "";
  private boolean synced;
  private boolean closed;

  private record Violation(ConfigRule rule, String text) {}

  /** A collection as it was when it was handed over, and itself, which must stay so. */
  private record HandedOver(List<?> then, Collection<?> itself) {}

  @Override
  public void resync(Collection<ConfigDocument> all) {
    record(() -> new ConfigEvent.Resynced(byKey("resync", all)));
  }

  @Override
  public void changed(Collection<ConfigDocument> put, Collection<String> removed) {
    record(
        () -> {
          handedOver(removed);
          return new ConfigEvent.Changed(byKey("changed", put), Set.copyOf(removed));
        });
  }

  @Override
  public void alive() {
    record(ConfigEvent.Alive::new);
  }

  @Override
  public void failing(String what, Throwable cause) {
    record(() -> new ConfigEvent.Failing(what, cause));
  }

  /** A call that makes its event while no other one is under way, but for a breach. */
  private interface Call {
    ConfigEvent event();
  }

  private void record(Call call) {
    Thread me = Thread.currentThread();
    Thread other = inside.compareAndExchange(null, me);
    try {
      ConfigEvent event = call.event();
      if (other != null) {
        violation(
            ConfigRule.ONE_CALL_AT_A_TIME,
            "overlap: " + event + " on " + me + " during a call on " + other);
      }
      LockSupport.parkNanos(CALL_NANOS);
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

  private synchronized Map<String, String> byKey(
      String call, Collection<ConfigDocument> documents) {
    handedOver(documents);
    Map<String, String> byKey = new TreeMap<>();
    for (ConfigDocument document : documents) {
      if (byKey.put(document.key(), document.text()) != null) {
        violation(
            ConfigRule.EACH_KEY_ONCE,
            call + ": " + document.key() + " twice (expected: each key once)");
      }
    }
    return byKey;
  }

  private synchronized void handedOver(Collection<?> collection) {
    handedOver.add(new HandedOver(List.copyOf(collection), collection));
  }

  private synchronized void violation(ConfigRule rule, String text) {
    violations.add(new Violation(rule, text));
  }

  private synchronized void apply(ConfigEvent event) {
    if (closed) {
      violation(ConfigRule.NO_CALL_AFTER_CLOSE, "after close: " + event + " (expected: no call)");
    }
    events.add(event);
    if (event instanceof ConfigEvent.Resynced resynced) {
      synced = true;
      texts.clear();
      texts.putAll(resynced.all());
    } else if (event instanceof ConfigEvent.Changed changed) {
      if (!synced) {
        violation(
            ConfigRule.RESYNC_FIRST,
            "before the first resync: " + event + " (expected: a resync with everything)");
      }
      texts.keySet().removeAll(changed.removed());
      texts.putAll(changed.put());
    }
    problem = event instanceof ConfigEvent.Failing failing ? failing.problem() : "";
    notifyAll();
  }

  /** Makes each later call a violation: the source was closed. */
  public synchronized void expectNoMoreCalls() {
    closed = true;
  }

  /** Does something within the next call. */
  void duringNextCall(Runnable task) {
    duringNextCall.set(task);
  }

  /** Returns the breaches of one rule so far. */
  synchronized List<String> violations(ConfigRule rule) {
    lookAtWhatWasHandedOver();
    return violations.stream().filter(one -> one.rule() == rule).map(Violation::text).toList();
  }

  /** Fails if a rule of the sink was broken so far. */
  public synchronized void assertNoViolations() {
    lookAtWhatWasHandedOver();
    if (!violations.isEmpty()) {
      throw new AssertionError(
          "the config source broke the sink's rules:\n"
              + String.join("\n", violations.stream().map(Violation::text).toList()));
    }
  }

  private synchronized void lookAtWhatWasHandedOver() {
    for (HandedOver one : handedOver) {
      List<?> now = copy(one.itself());
      if (!now.equals(one.then())) {
        violation(
            ConfigRule.NOT_CHANGED_AFTERWARDS,
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

  // ---- What was recorded ------------------------------------------------------------------------

  /** Returns the texts that the source has given and not taken back, by key. */
  public synchronized Map<String, String> texts() {
    return new TreeMap<>(texts);
  }

  /** Returns what the source failed with last; empty if it has succeeded since. */
  public synchronized String problem() {
    return problem;
  }

  /** Returns all calls so far, in order. */
  public synchronized List<ConfigEvent> events() {
    return List.copyOf(events);
  }

  /** Returns all calls so far that changed documents, in order. */
  public List<ConfigEvent> reports() {
    return events().stream()
        .filter(it -> it instanceof ConfigEvent.Resynced || it instanceof ConfigEvent.Changed)
        .toList();
  }

  /** Returns the number of calls so far, a mark for {@link #eventsSince}. */
  public synchronized int mark() {
    return events.size();
  }

  /** Returns the calls since a mark, in order. */
  public synchronized List<ConfigEvent> eventsSince(int mark) {
    return List.copyOf(events.subList(mark, events.size()));
  }

  /** Returns the keys that calls since a mark took away. */
  Set<String> lostSince(int mark, Set<String> before) {
    Set<String> lost = new TreeSet<>();
    for (ConfigEvent event : eventsSince(mark)) {
      if (event instanceof ConfigEvent.Changed changed) {
        lost.addAll(changed.removed());
      } else if (event instanceof ConfigEvent.Resynced resynced) {
        before.stream().filter(key -> !resynced.all().containsKey(key)).forEach(lost::add);
      }
    }
    lost.retainAll(before);
    return lost;
  }

  /** Returns all texts for people that the source gave. */
  synchronized List<String> problems() {
    List<String> problems = new ArrayList<>();
    for (ConfigEvent event : events) {
      if (event instanceof ConfigEvent.Failing failing) {
        StringWriter stack = new StringWriter();
        failing.cause().printStackTrace(new PrintWriter(stack));
        problems.add(failing.problem() + "\n" + stack);
      }
    }
    return problems;
  }

  // ---- Waiting ----------------------------------------------------------------------------------

  /** Waits until the source has been read and its texts are these. */
  public void awaitTexts(Map<String, String> expected, Duration limit) {
    await("the texts " + expected, limit, () -> synced && texts.equals(expected));
  }

  /** Waits until the source is shown as failing with a problem that has this part. */
  public void awaitProblem(String part, Duration limit) {
    await("a problem with " + part, limit, () -> !problem.isEmpty() && problem.contains(part));
  }

  /** Waits until the source is not shown as failing. */
  public void awaitNoProblem(Duration limit) {
    await("no problem", limit, () -> synced && problem.isEmpty());
  }

  /** Waits for a call since a mark that passes the test. */
  public void awaitEvent(int mark, String what, Duration limit, Predicate<ConfigEvent> test) {
    await(what, limit, () -> events.subList(mark, events.size()).stream().anyMatch(test));
  }

  private synchronized void await(String what, Duration limit, BooleanSupplier condition) {
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
    StringBuilder text = new StringBuilder("texts: ").append(texts).append("\nlast calls:");
    for (ConfigEvent event :
        events.subList(Math.max(0, events.size() - MAX_SHOWN), events.size())) {
      String line = event.toString();
      text.append("\n  ").append(line, 0, Math.min(line.length(), 500));
    }
    return text.toString();
  }
}
