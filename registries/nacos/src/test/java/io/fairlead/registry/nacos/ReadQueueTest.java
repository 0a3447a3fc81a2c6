package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.AdapterClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadQueueTest {
  private final List<String> launched = new ArrayList<>();
  private final List<Runnable> timers = new ArrayList<>();
  private long now;
  private final ReadQueue queue =
      new ReadQueue(2, id -> launched.add(id.name()), new HandTurnedClock());

  private final class HandTurnedClock implements AdapterClock {
    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public Instant instant() {
      return Instant.EPOCH.plusNanos(now);
    }

    @Override
    public void after(Duration delay, Runnable task) {
      timers.add(task);
    }
  }

  private static ServiceId id(String name) {
    return ServiceId.of(name);
  }

  private void elapse(Duration time) {
    now += time.toNanos();
    List<Runnable> due = List.copyOf(timers);
    timers.clear();
    due.forEach(Runnable::run);
  }

  @Test
  void request_moreThanTheLimit_wait() {
    for (String name : List.of("a", "b", "c", "c")) {
      queue.request(id(name), Duration.ZERO);
    }
    assertThat(launched).containsExactly("a", "b");
    queue.done(id("a"));
    assertThat(launched).containsExactly("a", "b", "c");
    queue.done(id("b"));
    queue.done(id("c"));
    assertThat(launched).hasSize(3);
  }

  @Test
  void request_whileRunning_isReadOnceMore() {
    queue.request(id("a"), Duration.ZERO);
    queue.request(id("a"), Duration.ZERO);
    queue.request(id("a"), Duration.ofSeconds(9));
    queue.done(id("a"));
    assertThat(launched).containsExactly("a", "a");
    queue.done(id("a"));
    assertThat(launched).hasSize(2);
  }

  @Test
  void request_laterThenSooner_isReadSoonAndOnce() {
    queue.request(id("a"), Duration.ofSeconds(5));
    queue.request(id("a"), Duration.ZERO);
    assertThat(launched).containsExactly("a");
    queue.done(id("a"));
    elapse(Duration.ofSeconds(5));
    assertThat(launched).hasSize(1);
  }

  @Test
  void request_delayed_waitsForItsTime() {
    queue.request(id("a"), Duration.ofSeconds(5));
    assertThat(launched).isEmpty();
    elapse(Duration.ofSeconds(5));
    assertThat(launched).containsExactly("a");
  }

  @Test
  void forget_waitingOrRunning_isNotReadAgain() {
    queue.request(id("a"), Duration.ofSeconds(5));
    queue.forget(id("a"));
    elapse(Duration.ofSeconds(5));
    assertThat(launched).isEmpty();
    queue.request(id("b"), Duration.ZERO);
    queue.forget(id("b"));
    queue.done(id("b"));
    assertThat(launched).containsExactly("b");
    queue.request(id("c"), Duration.ZERO);
    queue.request(id("d"), Duration.ZERO);
    assertThat(launched).containsExactly("b", "c", "d");
  }

  @Test
  void pause_nothingBeginsUntilResume() {
    queue.pause();
    queue.request(id("a"), Duration.ZERO);
    assertThat(launched).isEmpty();
    queue.resume();
    assertThat(launched).containsExactly("a");
  }
}
