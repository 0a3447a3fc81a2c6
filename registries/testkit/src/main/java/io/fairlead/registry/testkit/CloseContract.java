package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The tests of an adapter's beginning and end, and of what it leaves behind. */
abstract class CloseContract extends LinkContract {
  private static final Duration LEAK_LIMIT = Duration.ofSeconds(10);
  private static final int CYCLES = 5;
  private static final int STOPS_WHILE_CONNECTING = 20;
  private static final int CHANGES_BEFORE_THE_STOP = 30;

  // ---- Start ------------------------------------------------------------------------------------

  @Test
  @Fault("start blocked by the sink")
  final void start_returnsBeforeTheFirstCallEnds() throws InterruptedException {
    write(service("orders", 1));
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    sink()
        .duringNextCall(
            () -> {
              // A start() that waits for this call waits in vain.
              if (Contracts.awaits(started, limit())) {
                ended.countDown();
              }
            });
    start();
    started.countDown();
    awaitWritten(limit());
    assertThat(Contracts.awaits(ended, limit()))
        .as("start() returned while the first call went on")
        .isTrue();
  }

  @Test
  final void start_twice_isRefused() {
    write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    assertThatThrownBy(adapter::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  final void start_threadsBearTheNameOfTheRegistry() {
    write(service("orders", 1));
    startAndSync();
    assertThat(threads().started())
        .extracting(Thread::getName)
        .anyMatch(name -> name.contains(registryName()));
  }

  // ---- Close ------------------------------------------------------------------------------------

  @Test
  @Fault("stop before start, twice")
  final void close_beforeStart_isHarmless() {
    RegistryAdapter adapter = adapter(new AdapterContext(registryName(), sink()));
    close(adapter);
    assertThat(sink().events()).isEmpty();
  }

  @Test
  @Fault("stop before start, twice")
  final void close_twice_isHarmless() {
    write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    close(adapter);
    close(adapter);
  }

  @Test
  @Fault("stop before an answer")
  final void close_beforeTheFirstAnswer_endsSoon() {
    write(service("orders", 1));
    if (has(Capability.NETWORK)) {
      needs(Capability.NETWORK);
      links().forEach(FaultProxy::freeze);
    }
    RegistryAdapter adapter = start();
    Contracts.pause(Duration.ofMillis(200));
    close(adapter);
  }

  @Test
  @Fault("stop during an outage")
  final void close_duringAnOutage_endsSoon() {
    write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    int mark = sink().mark();
    stopReaching();
    sink().awaitFailureIfAny(mark, outageLimit());
    close(adapter);
    threads().awaitNone(LEAK_LIMIT);
  }

  @Test
  @Fault("stop while busy")
  final void close_whileBusy_endsSoon() {
    Service orders = write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    CountDownLatch ended = new CountDownLatch(1);
    Thread closer =
        new Thread(
            () -> {
              adapter.close();
              ended.countDown();
            },
            "closer");
    closer.setDaemon(true);
    long deadline = System.nanoTime() + closeLimit().toNanos();
    int change = 0;
    while (ended.getCount() > 0) {
      write(Contracts.with(orders, service("orders", 1 + change % 4).instances()));
      change++;
      if (change == CHANGES_BEFORE_THE_STOP) {
        leave(adapter);
        closer.start();
      }
      Contracts.pause(Duration.ofMillis(5));
      assertThat(System.nanoTime())
          .as("close() has to end within %s while changes go on", closeLimit())
          .isLessThan(deadline);
    }
    sink().expectNoMoreCalls();
  }

  @Test
  @Fault("stop within a call")
  final void close_withinACallOfTheSink_ends() {
    Service orders = write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    leave(adapter);
    CountDownLatch ended = new CountDownLatch(1);
    sink()
        .duringNextCall(
            () -> {
              adapter.close();
              // What the same task of the adapter has to tell besides comes too late.
              sink().expectNoMoreCalls();
              ended.countDown();
            });
    write(Contracts.with(orders, service("orders", 2).instances()));
    assertThat(Contracts.awaits(ended, limit().plus(closeLimit()))).as("close() returned").isTrue();
  }

  // ---- What is left -----------------------------------------------------------------------------

  @Test
  @Fault("threads left by a stop")
  final void close_leavesNoThread() {
    write(service("orders", 1));
    RegistryAdapter idle = startAndSync();
    close(idle);
    threads().awaitNone(LEAK_LIMIT);

    // A stop in the middle of the first read.
    RegistryAdapter starting = adapter(new AdapterContext(registryName(), new RecordingSink()));
    starting.start();
    close(starting);
    threads().awaitNone(LEAK_LIMIT);
  }

  @Test
  @Fault("connections left")
  final void close_leavesNoConnection() {
    needs(Capability.NETWORK);
    write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    assertThat(attempts()).as("connections made by way of links()").isPositive();
    close(adapter);
    awaitNoConnection("connections left after close()");

    // Stops while it connects, each a little later, on links that make this last.
    links().forEach(link -> link.delay(Duration.ZERO, Duration.ofMillis(20)));
    for (int i = 0; i < STOPS_WHILE_CONNECTING; i++) {
      RegistryAdapter connecting = adapter(new AdapterContext(registryName(), new RecordingSink()));
      connecting.start();
      Contracts.pause(Duration.ofMillis(20L * i));
      close(connecting);
    }
    awaitNoConnection(
        "connections left after " + STOPS_WHILE_CONNECTING + " close() soon after start()");
  }

  private void awaitNoConnection(String what) {
    try {
      awaitAtMost(what, 0, this::connections);
    } catch (AssertionError e) {
      // Of several ways the one that is left says most.
      throw new AssertionError(e.getMessage() + " by way of " + links(), e);
    }
  }

  private int connections() {
    return links().stream().mapToInt(FaultProxy::connections).sum();
  }

  @Test
  @Fault("files left")
  final void close_againAndAgain_leavesNoFileOpen() {
    Assumptions.assumeTrue(DescriptorWatch.isPossible(), "no /proc/self/fd on this system");
    DescriptorWatch descriptors =
        new DescriptorWatch(
            has(Capability.NETWORK)
                ? DescriptorWatch.Scope.ALL_BUT_SOCKETS
                : DescriptorWatch.Scope.ALL,
            this::isOfAnotherTest);
    write(service("orders", 1));
    cycle();
    int before = descriptors.open().size();
    for (int i = 0; i < CYCLES; i++) {
      cycle();
    }
    // What the JVM and the test open now and then is less than one for each cycle.
    awaitAtMost(
        "descriptors after "
            + CYCLES
            + " adapters more, from "
            + before
            + ": "
            + descriptors.open(),
        before + CYCLES - 1,
        () -> descriptors.open().size());
  }

  /** Whether a file is open for a contract that runs at the same time. */
  boolean isOfAnotherTest(String file) {
    return false;
  }

  private void cycle() {
    RecordingSink sink = new RecordingSink();
    RegistryAdapter adapter = adapter(new AdapterContext(registryName(), sink));
    adapter.start();
    sink.awaitState("the first read", limit(), state -> true);
    close(adapter);
  }

  private static void awaitAtMost(String what, int most, IntSupplier number) {
    try {
      Awaitility.await()
          .dontCatchUncaughtExceptions()
          .atMost(LEAK_LIMIT)
          .until(() -> number.getAsInt() <= most);
    } catch (ConditionTimeoutException e) {
      Assertions.fail(what + ": " + number.getAsInt() + " (expected: at most " + most + ")", e);
    }
  }
}
