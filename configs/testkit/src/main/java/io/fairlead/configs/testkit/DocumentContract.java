package io.fairlead.configs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The tests of a source's first report, and of changes of documents. */
abstract class DocumentContract extends ConfigSourceFixture {
  static final String ORDERS = "orders.yaml";
  static final String WEB = "web.yaml";
  static final String CART = "cart.yaml";

  // Two documents with what is easily lost: a mark between them, spaces at ends, other alphabets.
  private static final String SEVERAL =
      "# ü 路\nkind: VirtualService\nmetadata: {name: a}\n---\nkind: Sidecar  \n...\n---\n\n";

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

  final List<ConfigEvent> wholeReports() {
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
    assertThat(sink().reportsSince(mark))
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
    assertThat(sink().reportsSince(mark))
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
}
