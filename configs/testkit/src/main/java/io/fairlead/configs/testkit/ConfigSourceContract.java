package io.fairlead.configs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.registry.testkit.DescriptorWatch;
import io.fairlead.registry.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The contract of every config source, as tests with its real store. A subclass implements how the
 * store is written to, how it is cut off and how a source is created; the tests are inherited.
 *
 * <p>Each test begins with a store that has no document and can be reached. JUnit makes a new
 * object of the subclass for each test, so a field with a fresh prefix or folder is enough where
 * one server serves all tests.
 *
 * <p>Rules that hold at any time are watched in all tests, and judged by those that come last.
 * Where only some tests are run, the class fails for what was broken in them.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class ConfigSourceContract extends ConfigSourceFixture {
  private static final int LAST = Integer.MAX_VALUE;
  private static final Duration LEAK_LIMIT = Duration.ofSeconds(10);
  private static final int CYCLES = 5;
  private static final String ORDERS = "orders.yaml";
  private static final String WEB = "web.yaml";
  private static final String CART = "cart.yaml";

  // Two documents with what is easily lost: a mark between them, spaces at ends, other alphabets.
  private static final String SEVERAL =
      "# ü 路\nkind: VirtualService\nmetadata: {name: a}\n---\nkind: Sidecar  \n...\n---\n\n";

  // ---- Reads and changes ------------------------------------------------------------------------

  @Test
  final void start_firstReportHasEverything() {
    put(ORDERS, "1");
    put(WEB, "2");
    startAndRead();
    assertThat(wholeReports()).containsExactly(new ConfigEvent.Resynced(expected()));
  }

  @Test
  final void start_emptyStoreIsAnEmptyReport() {
    startAndRead();
    assertThat(wholeReports()).containsExactly(new ConfigEvent.Resynced(Map.of()));
  }

  private List<ConfigEvent> wholeReports() {
    return sink().events().stream().filter(ConfigEvent.Resynced.class::isInstance).toList();
  }

  @Test
  final void text_arrivesAsItIs() {
    put(ORDERS, SEVERAL);
    put(WEB, "x: |\n" + "  a line of a long text\n".repeat(3000));
    startAndRead();
  }

  @Test
  final void change_newDocumentArrives() {
    put(ORDERS, "1");
    startAndRead();
    put(WEB, "2");
    awaitWritten(limit());
  }

  @Test
  final void change_otherTextArrives() {
    put(ORDERS, "text: a");
    put(WEB, "2");
    startAndRead();
    // As long as the one before.
    put(ORDERS, "text: b");
    awaitWritten(limit());
    put(ORDERS, "kind: VirtualService");
    awaitWritten(limit());
  }

  @Test
  final void change_removedDocumentGoes() {
    put(ORDERS, "1");
    put(WEB, "2");
    startAndRead();
    remove(ORDERS);
    awaitWritten(limit());
    remove(WEB);
    awaitWritten(limit());
  }

  @Test
  final void change_saysOnlyWhatDiffers() {
    put(ORDERS, "1");
    put(WEB, "2");
    startAndRead();
    int mark = sink().mark();
    put(WEB, "3");
    awaitWritten(limit());
    assertThat(sink().eventsSince(mark))
        .filteredOn(it -> it instanceof ConfigEvent.Resynced || it instanceof ConfigEvent.Changed)
        .containsExactly(new ConfigEvent.Changed(Map.of(key(WEB), "3"), Set.of()));
  }

  @Test
  final void transaction_isOneChange() {
    needs(ConfigCapability.TRANSACTION);
    put(ORDERS, "1");
    put(WEB, "2");
    startAndRead();
    int mark = sink().mark();
    change(Map.of(ORDERS, "3", CART, "4"), List.of(WEB));
    awaitWritten(limit());
    assertThat(sink().eventsSince(mark))
        .filteredOn(it -> it instanceof ConfigEvent.Resynced || it instanceof ConfigEvent.Changed)
        .containsExactly(
            new ConfigEvent.Changed(Map.of(key(ORDERS), "3", key(CART), "4"), Set.of(key(WEB))));
  }

  @Test
  final void burst_endsInTheLastState() {
    put(ORDERS, "0");
    startAndRead();
    for (int i = 1; i <= 30; i++) {
      put(ORDERS, Integer.toString(i));
      if (i % 10 == 0) {
        put(WEB, Integer.toString(i));
      }
    }
    awaitWritten(limit());
  }

  @Test
  final void quiet_showsThatTheStoreIsReached() {
    put(ORDERS, "1");
    startAndRead();
    int mark = sink().mark();
    sink().awaitEvent(mark, "a success", outageLimit(), ConfigEvent::isSuccess);
  }

  @Test
  final void sinkThatFailsOnce_isToldEverythingAgain() {
    put(ORDERS, "1");
    put(WEB, "2");
    startAndRead();
    int mark = sink().mark();
    sink()
        .duringNextCall(
            () -> {
              throw new IllegalStateException("a fault of the sink, thrown by the test");
            });
    put(ORDERS, "3");
    sink()
        .awaitEvent(
            mark, "a whole report", outageLimit(), it -> it instanceof ConfigEvent.Resynced);
    awaitWritten(limit());
  }

  // ---- Outages ----------------------------------------------------------------------------------

  @Test
  final void outage_isReportedAndRemovesNothing() {
    put(ORDERS, "1");
    put(WEB, "2");
    startAndRead();
    int mark = sink().mark();
    makeUnreachable();
    sink().awaitProblem("", outageLimit());
    pause(outageLength());
    int back = sink().mark();
    makeReachable();
    sink().awaitEvent(back, "a success", outageLimit(), ConfigEvent::isSuccess);
    awaitWritten(outageLimit());
    assertNothingLost(mark);
  }

  @Test
  final void outage_whatChangedMeanwhileArrivesAfterIt() {
    put(ORDERS, "1");
    put(WEB, "2");
    startAndRead();
    makeUnreachable();
    sink().awaitProblem("", outageLimit());
    makeReachableAfter(Map.of(ORDERS, "3", CART, "4"), List.of());
    awaitWritten(outageLimit());
    put(WEB, "5");
    awaitWritten(limit());
  }

  @Test
  final void outage_whatWasRemovedMeanwhileGoes() {
    put(ORDERS, "1");
    put(WEB, "2");
    startAndRead();
    makeUnreachable();
    sink().awaitProblem("", outageLimit());
    makeReachableAfter(Map.of(), List.of(WEB));
    awaitWritten(outageLimit());
    sink().awaitNoProblem(outageLimit());
  }

  /** Changes the store while the source cannot reach it, and makes it reachable again. */
  private void makeReachableAfter(Map<String, String> put, List<String> removed) {
    change(put, removed);
    makeReachable();
  }

  @Test
  final void outage_atTheStartIsReportedAndSurvived() {
    put(ORDERS, "1");
    makeUnreachable();
    start();
    sink().awaitProblem("", outageLimit());
    assertThat(wholeReports()).as("reports of a store that was not read").isEmpty();
    makeReachable();
    awaitWritten(outageLimit());
  }

  @Test
  final void restart_removesNothingAndWhatFollowsArrives() {
    needs(ConfigCapability.RESTART);
    put(ORDERS, "1");
    put(WEB, "2");
    startAndRead();
    int mark = sink().mark();
    restart();
    put(WEB, "3");
    awaitWritten(outageLimit());
    put(CART, "4");
    awaitWritten(outageLimit());
    assertNothingLost(mark);
  }

  @Test
  final void login_refused_isReportedAndNoEmptyStore() {
    needs(ConfigCapability.LOGIN);
    put(ORDERS, "1");
    String wrong = "wrong-secret-of-" + sourceName() + ".";
    start(sourceWithWrongSecret(context(), wrong), Set.of(wrong));
    sink().awaitProblem("", outageLimit());
    pause(Duration.ofMillis(500));
    assertThat(wholeReports()).as("reports without a login").isEmpty();
  }

  @Test
  final void link_answersWithNoise_isReportedAndRemovesNothing() {
    needs(ConfigCapability.NETWORK);
    put(ORDERS, "1");
    put(WEB, "x".repeat(5000));
    startAndRead();
    int mark = sink().mark();
    links().forEach(FaultProxy::garble);
    links().forEach(FaultProxy::reset);
    sink().awaitProblem("", outageLimit());
    pause(outageLength());
    heal();
    put(WEB, "3");
    awaitWritten(outageLimit());
    assertNothingLost(mark);
  }

  @Test
  final void link_answersCutShort_removeNothing() {
    needs(ConfigCapability.NETWORK);
    put(ORDERS, "1");
    put(WEB, "x".repeat(5000));
    startAndRead();
    int mark = sink().mark();
    links().forEach(link -> link.cutShort(300));
    links().forEach(FaultProxy::reset);
    pause(outageLength());
    heal();
    put(ORDERS, "2");
    awaitWritten(outageLimit());
    assertNothingLost(mark);
    assertThat(sink().eventsSince(mark))
        .filteredOn(ConfigEvent.Changed.class::isInstance)
        .allSatisfy(
            it ->
                assertThat(expected())
                    .as("what was written")
                    .containsAllEntriesOf(((ConfigEvent.Changed) it).put()));
  }

  @Test
  final void event_thatIsLost_isMadeUpFor() {
    needs(ConfigCapability.NETWORK);
    put(ORDERS, "1");
    startAndRead();
    // What is told on the connections of now is lost, and nothing says so.
    links().forEach(FaultProxy::strand);
    put(ORDERS, "2");
    awaitWritten(outageLimit());
  }

  private void heal() {
    links().forEach(FaultProxy::heal);
    links().forEach(FaultProxy::reset);
  }

  private void assertNothingLost(int mark) {
    assertThat(sink().lostSince(mark, expected().keySet())).as("keys taken away").isEmpty();
  }

  // ---- Start and close --------------------------------------------------------------------------

  @Test
  final void start_returnsBeforeTheFirstCallEnds() {
    put(ORDERS, "1");
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    sink()
        .duringNextCall(
            () -> {
              // A start() that waits for this call waits in vain.
              if (awaits(started, limit())) {
                ended.countDown();
              }
            });
    start();
    started.countDown();
    awaitWritten(limit());
    assertThat(awaits(ended, limit())).as("start() returned during the first call").isTrue();
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
    assertThat(threads().started())
        .extracting(Thread::getName)
        .anyMatch(thread -> thread.contains(sourceName()));
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
    threads().awaitNone(LEAK_LIMIT);
  }

  @Test
  final void close_duringAnOutage_endsSoon() {
    put(ORDERS, "1");
    ConfigSource source = startAndRead();
    makeUnreachable();
    sink().awaitProblem("", outageLimit());
    close(source);
    threads().awaitNone(LEAK_LIMIT);
    makeReachable();
  }

  @Test
  final void close_whileBusy_endsSoon() {
    put(ORDERS, "0");
    ConfigSource source = startAndRead();
    CountDownLatch ended = new CountDownLatch(1);
    Thread closer =
        new Thread(
            () -> {
              source.close();
              ended.countDown();
            },
            "closer");
    closer.setDaemon(true);
    long deadline = System.nanoTime() + closeLimit().toNanos();
    for (int change = 1; ended.getCount() > 0; change++) {
      put(ORDERS, Integer.toString(change));
      if (change == 20) {
        leave(source);
        closer.start();
      }
      pause(Duration.ofMillis(5));
      assertThat(System.nanoTime())
          .as("close() has to end within %s while changes go on", closeLimit())
          .isLessThan(deadline);
    }
    sink().expectNoMoreCalls();
  }

  @Test
  final void close_withinACallOfTheSink_ends() {
    put(ORDERS, "1");
    ConfigSource source = startAndRead();
    leave(source);
    CountDownLatch ended = new CountDownLatch(1);
    sink()
        .duringNextCall(
            () -> {
              source.close();
              sink().expectNoMoreCalls();
              ended.countDown();
            });
    put(ORDERS, "2");
    assertThat(awaits(ended, limit().plus(closeLimit()))).as("close() returned").isTrue();
  }

  @Test
  final void close_leavesNoThread() {
    put(ORDERS, "1");
    close(startAndRead());
    threads().awaitNone(LEAK_LIMIT);
    // In the middle of the first read.
    ConfigSource starting =
        source(new ConfigSourceContext(sourceName(), new RecordingConfigSink()));
    starting.start();
    close(starting);
    threads().awaitNone(LEAK_LIMIT);
  }

  @Test
  final void close_leavesNoConnection() {
    needs(ConfigCapability.NETWORK);
    put(ORDERS, "1");
    ConfigSource source = startAndRead();
    assertThat(links().stream().mapToLong(FaultProxy::attempts).sum())
        .as("connections made by way of links()")
        .isPositive();
    close(source);
    awaitAtMost(
        "connections left after close()",
        0,
        () -> links().stream().mapToInt(FaultProxy::connections).sum());
  }

  @Test
  final void close_againAndAgain_leavesNoFileOpen() {
    Assumptions.assumeTrue(DescriptorWatch.isPossible(), "no /proc/self/fd on this system");
    DescriptorWatch descriptors =
        new DescriptorWatch(
            has(ConfigCapability.NETWORK)
                ? DescriptorWatch.Scope.ALL_BUT_SOCKETS
                : DescriptorWatch.Scope.ALL,
            this::isOfAnotherTest);
    put(ORDERS, "1");
    cycle();
    int before = descriptors.open().size();
    for (int i = 0; i < CYCLES; i++) {
      cycle();
    }
    // What the JVM and the test open now and then is less than one for each cycle.
    awaitAtMost(
        "descriptors after " + CYCLES + " sources more, from " + before,
        before + CYCLES - 1,
        () -> descriptors.open().size());
  }

  private void cycle() {
    RecordingConfigSink other = new RecordingConfigSink();
    ConfigSource source = source(new ConfigSourceContext(sourceName(), other));
    source.start();
    other.awaitTexts(expected(), limit());
    close(source);
  }

  private static void awaitAtMost(String what, int most, IntSupplier number) {
    try {
      Awaitility.await()
          .dontCatchUncaughtExceptions()
          .atMost(LEAK_LIMIT)
          .until(() -> number.getAsInt() <= most);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          what + ": " + number.getAsInt() + " (expected: at most " + most + ")", e);
    }
  }

  private static void pause(Duration length) {
    try {
      Thread.sleep(length.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static boolean awaits(CountDownLatch latch, Duration limit) {
    try {
      return latch.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  // ---- Rules ------------------------------------------------------------------------------------

  @Test
  @Order(LAST)
  final void sink_callsNeverOverlap() {
    expectKept(ConfigRule.ONE_CALL_AT_A_TIME);
  }

  @Test
  @Order(LAST)
  final void sink_wholeReportComesFirst() {
    expectKept(ConfigRule.RESYNC_FIRST);
  }

  @Test
  @Order(LAST)
  final void sink_reportHasEachKeyOnce() {
    expectKept(ConfigRule.EACH_KEY_ONCE);
  }

  @Test
  @Order(LAST)
  final void sink_whatWasHandedOverStaysAsItWas() {
    expectKept(ConfigRule.NOT_CHANGED_AFTERWARDS);
  }

  @Test
  @Order(LAST)
  final void sink_noCallAfterClose() {
    put(ORDERS, "1");
    close(startAndRead());
    sink().expectNoMoreCalls();
    put(ORDERS, "2");
    pause(Duration.ofSeconds(1));
    record().add("sink_noCallAfterClose", sink());
    expectKept(ConfigRule.NO_CALL_AFTER_CLOSE);
  }

  @Test
  @Order(LAST)
  final void secret_isInNoLogAndNoProblem() {
    needs(ConfigCapability.LOGIN);
    assertThat(secrets()).as("secrets(), as the fixture does not lack LOGIN").isNotEmpty();
    expectKept(ConfigRule.NO_SECRET);
  }

  private void expectKept(ConfigRule rule) {
    assertThat(record().judge(rule)).as("broken in these tests: %s", rule).isEmpty();
  }
}
