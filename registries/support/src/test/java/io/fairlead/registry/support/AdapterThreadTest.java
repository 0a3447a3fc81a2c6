package io.fairlead.registry.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdapterThreadTest {
  private final List<Throwable> faults = new CopyOnWriteArrayList<>();
  private final AdapterThread thread = new AdapterThread("eureka", "shop", faults::add);

  @AfterEach
  void end() {
    thread.close();
  }

  @Test
  void execute_runsOnAThreadOfThatName() throws InterruptedException {
    List<String> names = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    thread.execute(
        () -> {
          thread.assertCurrent();
          names.add(Thread.currentThread().getName());
          done.countDown();
        });

    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(names).containsExactly("eureka-shop");
    assertThatThrownBy(thread::assertCurrent).hasMessageContaining("(expected: eureka-shop)");
  }

  @Test
  void taskThatThrows_isReported_andOthersRun() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    thread.execute(
        () -> {
          throw new IllegalStateException("a fault");
        });
    thread.execute(done::countDown);

    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(faults).singleElement().asString().contains("a fault");
  }

  @Test
  void repeat_taskThatThrows_runsAgain() {
    AtomicInteger runs = new AtomicInteger();
    thread.repeat(
        () -> {
          if (runs.incrementAndGet() == 1) {
            throw new IllegalStateException("a fault");
          }
          return Duration.ofMillis(1);
        });

    await().until(() -> runs.get() > 3);
    assertThat(faults).hasSize(1);
  }

  @Test
  void within_runsSoonerThanThePause() {
    AtomicInteger runs = new AtomicInteger();
    RepeatedTask task =
        thread.repeat(
            () -> {
              runs.incrementAndGet();
              return Duration.ofHours(1);
            });
    await().until(() -> runs.get() == 1);

    task.within(Duration.ofHours(2));
    task.within(Duration.ofMillis(1));

    await().until(() -> runs.get() == 2);
  }

  @Test
  void close_interruptsTheTaskAndWaits() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    thread.execute(
        () -> {
          begun.countDown();
          try {
            Thread.sleep(60_000);
          } catch (InterruptedException e) {
            ended.incrementAndGet();
          }
        });
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    thread.close();

    assertThat(ended).hasValue(1);
    assertThat(faults).isEmpty();
    thread.execute(ended::incrementAndGet);
    assertThat(ended).hasValue(1);
  }

  @Test
  void close_byATaskOfItsOwn_returns() throws InterruptedException {
    CountDownLatch closed = new CountDownLatch(1);
    thread.execute(
        () -> {
          thread.close();
          closed.countDown();
        });

    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
