package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CommitLoopThreadTest {
  @Test
  void manyThreads_everyChangeIsCommittedInItsOrder() throws Exception {
    VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
    List<Resource> gathered = new ArrayList<>();
    AtomicInteger committed = new AtomicInteger();
    ChangeSource source =
        () -> {
          ChangeSet changes = ChangeSet.NONE;
          for (Resource put : gathered) {
            changes = changes.then(ChangeSet.of(List.of(put), List.of()));
          }
          gathered.clear();
          return changes;
        };
    CommitObserver observer =
        new CommitObserver() {
          @Override
          public void committed(CommitSummary commit) {
            committed.incrementAndGet();
          }
        };
    Batching batching = new Batching(Duration.ofMillis(1), Duration.ofMillis(5));
    CommitLoop loop = new CommitLoop(store, batching, observer);
    loop.configure(Map.of(CommitLoop.FIRST_SOURCE, source));
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> producers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String name = "service-" + i;
      Thread producer =
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  return;
                }
                for (int n = 1; n <= 500; n++) {
                  Resource put = Resources.of(name, "" + n);
                  loop.execute(() -> gathered.add(put));
                }
              });
      producer.start();
      producers.add(producer);
    }
    start.countDown();
    for (Thread producer : producers) {
      producer.join();
    }
    loop.close();
    assertThat(store.current().resources(Resources.TYPE))
        .hasSize(4)
        .allSatisfy(
            resource ->
                assertThat(resource.decode().getBody().getValue().toStringUtf8()).isEqualTo("500"));
    assertThat(committed.get()).isPositive().isGreaterThanOrEqualTo(store.recentCommits().size());
  }

  @Test
  void close_onTheCommitThreadIsRefused() {
    VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
    AtomicReference<Throwable> failure = new AtomicReference<>();
    CommitObserver observer =
        new CommitObserver() {
          @Override
          public void taskFailed(Throwable cause) {
            failure.set(cause);
          }
        };
    CommitLoop loop = new CommitLoop(store, Batching.DEFAULT, observer);
    loop.execute(loop::close);
    loop.close();
    assertThat(failure.get()).isInstanceOf(IllegalStateException.class);
    loop.execute(
        () -> {
          throw new AssertionError("ran after the close");
        });
  }
}
