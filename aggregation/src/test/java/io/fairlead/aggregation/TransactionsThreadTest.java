package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.RegistrySink;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.TransactionStatus;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transactions on a real commit thread, with adapters that report all the time. */
@Timeout(60)
class TransactionsThreadTest {
  private static final ResourceKey WATCHED =
      new ResourceKey(CompactEntry.TYPE, "mesh/watched.test");

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final CommitLoop loop =
      new CommitLoop(store, new Batching(Duration.ZERO, Duration.ZERO), CommitObserver.NONE);
  private final Registries registries =
      new Registries(
          loop,
          AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8"))
              .with(GuardPolicy.OFF)
              .with(DampingPolicy.OFF),
          Clock.systemUTC());

  @AfterEach
  void close() {
    registries.close();
    loop.close();
  }

  private List<String> endpoints() {
    Resource resource = store.current().find(WATCHED);
    return resource == null
        ? List.of()
        : World.entry(resource).getEndpointsList().stream().map(WorkloadEntry::getAddress).toList();
  }

  @Test
  void open_nothingReportedAfterItReturnedSlipsOut() throws Exception {
    loop.configure(Map.of(CommitLoop.FIRST_SOURCE, registries.source()));
    RegistrySink sink = registries.register(Given.registry("a", 1));
    RegistrySink noisy = registries.register(Given.registry("noisy", 1));
    AtomicBoolean ended = new AtomicBoolean();
    AtomicInteger resyncs = new AtomicInteger();
    // Whole views commit at once: the commit thread is about to commit nearly all the time.
    Thread noise =
        new Thread(
            () -> {
              while (!ended.get()) {
                int n = resyncs.incrementAndGet();
                noisy.resync(fresh(service("noise", "10.1.0." + (1 + n % 200))));
                sink.changed(service("other", "10.2.0." + (1 + n % 200)));
              }
            });
    sink.resync(fresh(service("watched", "10.0.0.250")));
    await().until(() -> !endpoints().isEmpty());
    noise.start();
    try {
      for (int i = 0; i < 400; i++) {
        String address = "10.0." + i / 250 + "." + (1 + i % 249);
        TransactionStatus transaction = loop.transactions().open(Duration.ofMinutes(5));
        sink.changed(service("watched", address));
        // The noise is taken in meanwhile, and would be committed a number of times.
        int seen = resyncs.get();
        while (resyncs.get() < seen + 3) {
          Thread.onSpinWait();
        }
        assertThat(endpoints()).doesNotContain(address);
        assertThat(loop.transactions().release(transaction.id())).isTrue();
        if (i % 50 == 0) {
          await().until(() -> endpoints().equals(List.of(address)));
        }
      }
    } finally {
      ended.set(true);
      noise.join();
    }
  }
}
