package io.fairlead.configs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The tests of a store that cannot be reached, starts anew or refuses a login, and of a network
 * that fails in other ways.
 */
abstract class StoreOutageContract extends DocumentContract {
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
}
