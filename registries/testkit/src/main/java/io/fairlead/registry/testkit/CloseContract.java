package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The tests of an adapter's beginning and end, and of what it leaves behind. */
abstract class CloseContract extends LinkContract {
  private static final int STOPS_WHILE_CONNECTING = 20;

  // ---- Start ------------------------------------------------------------------------------------

  @Test
  @Fault("start blocked by the sink")
  final void start_returnsBeforeTheFirstCallEnds() {
    write(service("orders", 1));
    expectToStartBeforeTheFirstCallEnds(this::start);
    awaitWritten(limit());
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
    expectThread(registryName());
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
    pause(Duration.ofMillis(200));
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
    awaitNoThread();
  }

  @Test
  @Fault("stop while busy")
  final void close_whileBusy_endsSoon() {
    Service orders = write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    closeDuring(
        change -> write(Contracts.with(orders, service("orders", 1 + change % 4).instances())),
        adapter);
  }

  @Test
  @Fault("stop within a call")
  final void close_withinACallOfTheSink_ends() {
    Service orders = write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    closeWithinTheCallOf(
        () -> write(Contracts.with(orders, service("orders", 2).instances())), adapter);
  }

  // ---- What is left -----------------------------------------------------------------------------

  @Test
  @Fault("threads left by a stop")
  final void close_leavesNoThread() {
    write(service("orders", 1));
    RegistryAdapter idle = startAndSync();
    close(idle);
    awaitNoThread();

    // A stop in the middle of the first read.
    RegistryAdapter starting = adapter(new AdapterContext(registryName(), new RecordingSink()));
    starting.start();
    close(starting);
    awaitNoThread();
  }

  @Test
  @Fault("connections left")
  final void close_leavesNoConnection() {
    needs(Capability.NETWORK);
    write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    assertThat(attempts()).as("connections made by way of links()").isPositive();
    close(adapter);
    awaitNoConnection("close()");

    // Stops while it connects, each a little later, on links that make this last.
    links().forEach(link -> link.delay(Duration.ZERO, Duration.ofMillis(20)));
    for (int i = 0; i < STOPS_WHILE_CONNECTING; i++) {
      RegistryAdapter connecting = adapter(new AdapterContext(registryName(), new RecordingSink()));
      connecting.start();
      pause(Duration.ofMillis(20L * i));
      close(connecting);
    }
    awaitNoConnection(STOPS_WHILE_CONNECTING + " close() soon after start()");
  }

  @Test
  @Fault("files left")
  final void close_againAndAgain_leavesNoFileOpen() {
    write(service("orders", 1));
    expectNoFileLeft(this::cycle);
  }

  private void cycle() {
    RecordingSink sink = new RecordingSink();
    RegistryAdapter adapter = adapter(new AdapterContext(registryName(), sink));
    adapter.start();
    sink.awaitState("the first read", limit(), state -> true);
    close(adapter);
  }
}
