package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests that every call ends in an answer or a failure, whatever is thrown, and a loop goes on. */
class ThreadsTest {
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final Threads threads = new Threads("test", failures::add, took -> {});

  @AfterEach
  void close() {
    threads.close();
  }

  private static final class Broken extends Error {
    private static final long serialVersionUID = 1;
  }

  @Test
  void read_errorInTheCallOrItsAnswer_isAFailure() {
    List<Throwable> heard = new CopyOnWriteArrayList<>();
    threads.read(
        () -> {
          throw new Broken();
        },
        result -> {},
        heard::add);
    threads.read(
        () -> "result",
        result -> {
          throw new Broken();
        },
        heard::add);
    await().until(() -> heard.size() == 2);
    assertThat(heard).allMatch(Broken.class::isInstance);
  }

  @Test
  void own_errorOfATask_isReported() {
    threads.own(
        () -> {
          throw new Broken();
        });
    await().until(() -> failures.size() == 1);
  }

  @Test
  void repeat_whateverThrows_goesOn() {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger heard = new AtomicInteger();
    threads.repeat(
        Duration.ZERO,
        () -> {
          if (calls.incrementAndGet() % 2 == 0) {
            throw new Broken();
          }
          return "result";
        },
        result -> {
          throw new IllegalStateException("of the answer");
        },
        e -> {
          heard.incrementAndGet();
          return Duration.ofMillis(1);
        });
    await().until(() -> calls.get() >= 10 && heard.get() >= 9);
  }
}
