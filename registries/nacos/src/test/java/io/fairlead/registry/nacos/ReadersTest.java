package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.registry.support.AdapterThread;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests that every call ends in an answer or a failure, whatever is thrown, and a loop goes on. */
class ReadersTest {
  private final AdapterThread owner = new AdapterThread("nacos", "test", fault -> {});
  private final Readers readers = new Readers("test", owner, took -> {});

  @AfterEach
  void close() {
    readers.close();
    owner.close();
  }

  private static final class Broken extends Error {
    private static final long serialVersionUID = 1;
  }

  @Test
  void read_errorInTheCallOrItsAnswer_isAFailure() {
    List<Throwable> heard = new CopyOnWriteArrayList<>();
    readers.read(
        () -> {
          throw new Broken();
        },
        result -> {},
        heard::add);
    readers.read(
        () -> "result",
        result -> {
          throw new Broken();
        },
        heard::add);
    await().until(() -> heard.size() == 2);
    assertThat(heard).allMatch(Broken.class::isInstance);
  }

  @Test
  void repeat_whateverThrows_goesOn() {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger heard = new AtomicInteger();
    readers.repeat(
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
