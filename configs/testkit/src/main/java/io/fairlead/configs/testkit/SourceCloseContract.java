package io.fairlead.configs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.registry.testkit.FaultProxy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The tests of a source's beginning and end, and of what it leaves behind. */
abstract class SourceCloseContract extends StoreOutageContract {
  @Test
  final void start_returnsBeforeTheFirstCallEnds() {
    put(ORDERS, "1");
    expectToStartBeforeTheFirstCallEnds(this::start);
    awaitWritten(limit());
  }

  @Test
  final void start_twice_isRefused() {
    put(ORDERS, "1");
    ConfigSource source = startAndRead();
    assertThatThrownBy(source::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  final void start_threadsBearTheNameOfTheSource() {
    put(ORDERS, "1");
    startAndRead();
    expectThread(sourceName());
  }

  @Test
  final void close_beforeStartAndTwice_isHarmless() {
    put(ORDERS, "1");
    ConfigSource unused = source(context());
    close(unused);
    close(unused);
    assertThat(sink().events()).isEmpty();
    ConfigSource used = startAndRead();
    close(used);
    close(used);
  }

  @Test
  final void close_beforeTheFirstAnswer_endsSoon() {
    put(ORDERS, "1");
    if (has(ConfigCapability.NETWORK)) {
      needs(ConfigCapability.NETWORK);
      links().forEach(FaultProxy::freeze);
    }
    ConfigSource source = start();
    pause(Duration.ofMillis(200));
    close(source);
    awaitNoThread();
  }

  @Test
  final void close_duringAnOutage_endsSoon() {
    put(ORDERS, "1");
    ConfigSource source = startAndRead();
    makeUnreachable();
    sink().awaitProblem("", outageLimit());
    close(source);
    awaitNoThread();
    makeReachable();
  }

  @Test
  final void close_whileBusy_endsSoon() {
    put(ORDERS, "0");
    ConfigSource source = startAndRead();
    closeDuring(change -> put(ORDERS, Integer.toString(change)), source);
  }

  @Test
  final void close_withinACallOfTheSink_ends() {
    put(ORDERS, "1");
    ConfigSource source = startAndRead();
    closeWithinTheCallOf(() -> put(ORDERS, "2"), source);
  }

  @Test
  final void close_leavesNoThread() {
    put(ORDERS, "1");
    close(startAndRead());
    awaitNoThread();
    // In the middle of the first read.
    ConfigSource starting =
        source(new ConfigSourceContext(sourceName(), new RecordingConfigSink()));
    starting.start();
    close(starting);
    awaitNoThread();
  }

  @Test
  final void close_leavesNoConnection() {
    needs(ConfigCapability.NETWORK);
    put(ORDERS, "1");
    ConfigSource source = startAndRead();
    assertThat(attempts()).as("connections made by way of links()").isPositive();
    close(source);
    awaitNoConnection("close()");
  }

  @Test
  final void close_againAndAgain_leavesNoFileOpen() {
    put(ORDERS, "1");
    expectNoFileLeft(this::cycle);
  }

  private void cycle() {
    RecordingConfigSink other = new RecordingConfigSink();
    ConfigSource source = source(new ConfigSourceContext(sourceName(), other));
    source.start();
    other.awaitTexts(expected(), limit());
    close(source);
  }
}
