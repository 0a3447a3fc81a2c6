package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.conversion.Handling;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.BorrowedThread;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * Tests of the hand-over of an adapter's reports to the commit thread, under every order of steps.
 */
class InboxConcurrencyTest {
  private static final int INVOCATIONS = 200;

  // Nothing is committed to it: what is looked at is what the commit thread takes over.
  private static final VersionedStore STORE =
      new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private static final ServiceId A = ServiceId.of("a");
  private static final ServiceId B = ServiceId.of("b");

  /** A registry whose commit thread keeps, of each service, the state that it was told last. */
  private static final class Registry {
    private final BorrowedThread thread = new BorrowedThread();
    private final Inbox inbox = new Inbox();
    private final Runnable wake =
        new CommitLoop(
                STORE,
                new Batching(Duration.ofMillis(1), Duration.ofMillis(1)),
                CommitObserver.NONE,
                thread)
            .coalesced(this::take);
    // Owned by the commit thread.
    private final Map<ServiceId, Integer> known = new HashMap<>();

    private void take() {
      Inbox.Batch batch = inbox.take();
      batch
          .whole()
          .ifPresent(
              whole -> {
                known.clear();
                whole.forEach((service, taken) -> known.put(service, taken.instances()));
              });
      batch
          .changes()
          .forEach((service, taken) -> known.put(service, taken.orElseThrow().instances()));
    }

    void put(ServiceId service, int state) {
      inbox.put(List.of(taken(service, state)));
      wake.run();
    }

    void replaceAll(ServiceId service, int state) {
      inbox.replaceAll(Map.of(service, taken(service, state)));
      wake.run();
    }

    private static ConvertedService taken(ServiceId service, int state) {
      return new ConvertedService(
          service, Optional.empty(), Handling.NONE, ServiceStatus.REFUSED, List.of(), state);
    }

    /** The commit thread takes over while the adapter speaks, and once more when it has spoken. */
    void takeWhile(Runnable adapter) {
      thread.runWhile(adapter);
      thread.runWaiting();
    }

    void check(Map<ServiceId, Integer> expected) {
      if (!known.equals(expected)) {
        throw new IllegalStateException("known: " + known + " (expected: " + expected + ")");
      }
    }
  }

  private static void changesOfServices() {
    Registry registry = new Registry();
    registry.takeWhile(
        () -> {
          registry.put(A, 1);
          registry.put(B, 1);
          registry.put(A, 2);
        });
    registry.check(Map.of(A, 2, B, 1));
  }

  private static void wholeViewBetweenChanges() {
    Registry registry = new Registry();
    registry.takeWhile(
        () -> {
          registry.put(A, 1);
          registry.replaceAll(B, 1);
          registry.put(B, 2);
        });
    registry.check(Map.of(B, 2));
  }

  @Test
  void put_whileOthersAreTaken_losesNothingAndTheNewestCounts() {
    Lincheck.runConcurrentTest(INVOCATIONS, InboxConcurrencyTest::changesOfServices);
  }

  @Test
  void replaceAll_whileOthersAreTaken_replacesWhatWasSaidBeforeAndNothingAfter() {
    Lincheck.runConcurrentTest(INVOCATIONS, InboxConcurrencyTest::wholeViewBetweenChanges);
  }

  // Needs no order of steps but one: the commit thread may be done with a wake-up before the sink
  // goes on.
  @Test
  void sink_wakesWhenTheInboxHasWhatItWasTold() {
    Inbox inbox = new Inbox();
    List<Inbox.Batch> taken = new ArrayList<>();
    AdapterSink sink =
        new AdapterSink(
            new RegistryView(Given.registry("registry", 0)),
            inbox,
            () -> taken.add(inbox.take()),
            () -> Instant.EPOCH,
            () -> 0);
    sink.resync(new ReadOutcome.Fresh(List.of(Given.service("a", "10.0.0.1"))));
    sink.changed(Given.service("b", "10.0.0.1"));
    sink.removed(A);
    assertThat(taken).hasSize(3);
    assertThat(taken.get(0).whole()).hasValueSatisfying(all -> assertThat(all).containsOnlyKeys(A));
    assertThat(taken.get(1).changes().get(B)).isPresent();
    assertThat(taken.get(2).changes()).containsExactly(Map.entry(A, Optional.empty()));
  }
}
