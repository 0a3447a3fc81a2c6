package io.fairlead.registry.testkit;

import io.fairlead.registry.Hold;
import io.fairlead.registry.Notice;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryLoad;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RegistrySink} that records every call and the resulting state. A breach is, besides
 * those of {@link RecordedCalls}, a service twice in one read, and a hold that goes on under
 * another start or a later end. Thread-safe.
 */
public final class RecordingSink extends RecordedCalls<SinkEvent> implements RegistrySink {
  private static final int MAX_SERVICES_SHOWN = 20;

  private final AtomicInteger reads = new AtomicInteger();

  // The rest is guarded by "this".
  private final TreeMap<ServiceId, Service> state = new TreeMap<>();
  private List<Hold> holds = List.of();
  private List<Notice> notices = List.of();
  private @Nullable RegistryLoad load;

  // ---- Calls ------------------------------------------------------------------------------------

  @Override
  public void resync(ReadOutcome outcome) {
    if (outcome instanceof ReadOutcome.Fresh fresh) {
      record(() -> new SinkEvent.Resynced(fresh));
    } else if (outcome instanceof ReadOutcome.Failed failed) {
      record(() -> new SinkEvent.ReadFailed(failed));
    }
  }

  @Override
  public void changed(Service service) {
    record(() -> new SinkEvent.Changed(service));
  }

  @Override
  public void removed(ServiceId id) {
    record(() -> new SinkEvent.Removed(id));
  }

  @Override
  public void alive() {
    record(SinkEvent.Alive::new);
  }

  @Override
  public void failing(String problem, Throwable cause) {
    record(() -> new SinkEvent.Failing(problem, cause));
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
    record(
        () -> {
          handedOver(newHolds);
          return new SinkEvent.Holding(List.copyOf(newHolds));
        });
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

  @Override
  protected synchronized void apply(SinkEvent event) {
    if (event instanceof SinkEvent.Resynced resynced) {
      markSynced();
      state.clear();
      for (Service service : resynced.outcome().services()) {
        if (state.put(service.id(), service) != null) {
          violation(
              Rule.EACH_ONCE, "resync: " + service.id() + " twice (expected: each service once)");
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

  @Override
  synchronized void forget() {
    super.forget();
    state.clear();
  }

  @Override
  protected Stream<String> messages(SinkEvent event) {
    if (event instanceof SinkEvent.Failing failing) {
      return Stream.of(message(failing.problem(), failing.cause()));
    } else if (event instanceof SinkEvent.ReadFailed failed) {
      return Stream.of(message(failed.outcome().problem(), failed.outcome().cause()));
    } else if (event instanceof SinkEvent.Holding holding) {
      return holding.holds().stream().map(Hold::toString);
    }
    return Stream.of();
  }

  @Override
  protected synchronized String describeState() {
    StringBuilder text = new StringBuilder("state:");
    state.values().stream()
        .limit(MAX_SERVICES_SHOWN)
        .forEach(service -> text.append("\n  ").append(service));
    if (state.size() > MAX_SERVICES_SHOWN) {
      text.append("\n  and ").append(state.size() - MAX_SERVICES_SHOWN).append(" more");
    }
    return text.toString();
  }

  // ---- What was recorded ------------------------------------------------------------------------

  /** Returns the number of requests to the registry whose time was reported. */
  public int reads() {
    return reads.get();
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

  private int count(Predicate<SinkEvent> test) {
    return (int) events().stream().filter(test).count();
  }

  // ---- Waiting ----------------------------------------------------------------------------------

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
  public synchronized Map<ServiceId, Service> awaitState(
      String what, Duration limit, Predicate<Map<ServiceId, Service>> test) {
    await(what, limit, () -> synced() && test.test(Collections.unmodifiableMap(state)));
    return state();
  }

  /** Waits until the present holds pass the test. */
  void awaitHolds(String what, Duration limit, Predicate<List<Hold>> test) {
    await(what, limit, () -> test.test(holds));
  }
}
