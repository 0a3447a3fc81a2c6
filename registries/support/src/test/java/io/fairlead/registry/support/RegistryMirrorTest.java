package io.fairlead.registry.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistryMirrorTest {
  private static final Duration SETTLE = Duration.ofSeconds(30);
  private static final Service ORDERS = TestServices.service("orders", 2);
  private static final Service REVIEWS = TestServices.service("reviews", 2);

  private final VirtualClock clock = new VirtualClock();
  private final RecordingSink sink = new RecordingSink();
  private final List<Set<ServiceId>> rereads = new ArrayList<>();
  private RegistryMirror mirror = mirror(MirrorOptions.confirming(SETTLE));

  private RegistryMirror mirror(MirrorOptions options) {
    return new RegistryMirror(new AdapterContext("shop", sink), clock, options, rereads::add);
  }

  @AfterEach
  void noRuleWasBroken() {
    sink.assertNoViolations();
    sink.state().forEach((id, service) -> assertThat(mirror.reported(id)).contains(service));
  }

  @Test
  void whole_first_isGivenAsOne() {
    mirror.whole(List.of(ORDERS, REVIEWS));

    assertThat(sink.events().get(0)).isInstanceOf(SinkEvent.Resynced.class);
    assertThat(sink.state().values()).containsExactlyInAnyOrder(ORDERS, REVIEWS);
  }

  @Test
  void whole_firstAfterAFailure_tellsNothingOfItAfterwards() {
    mirror.failed("no connection", new IOException("refused"));
    assertThat(sink.failures()).isEqualTo(1);

    mirror.whole(List.of(ORDERS));

    assertThat(sink.failures()).isEqualTo(1);
    assertThat(sink.state().values()).containsExactly(ORDERS);
  }

  @Test
  void whole_firstIsEmpty_countsOnceASecondConfirmsIt() {
    mirror.whole(List.of());
    assertThat(sink.events()).isEmpty();

    advance(1);
    assertThat(rereads).containsExactly(Set.of());
    mirror.whole(List.of());

    assertThat(sink.resyncs()).isEqualTo(1);
    assertThat(sink.state()).isEmpty();
  }

  @Test
  void whole_firstIsEmptyAndNoneFollows_countsAfterTheTimeGivenForIt() {
    mirror.whole(List.of());

    advance(17);

    assertThat(sink.resyncs()).isEqualTo(1);
  }

  @Test
  void whole_later_givesDifferencesOnly() {
    mirror.whole(List.of(ORDERS, REVIEWS));
    int mark = sink.mark();

    mirror.whole(List.of(REVIEWS, ORDERS));
    assertThat(sink.eventsSince(mark)).noneMatch(SinkEvent.Changed.class::isInstance);

    Service more = TestServices.service("orders", 3);
    mirror.whole(List.of(more, REVIEWS));
    assertThat(sink.eventsSince(mark))
        .filteredOn(SinkEvent.Changed.class::isInstance)
        .containsExactly(new SinkEvent.Changed(more));
  }

  @Test
  void whole_lacksAService_removesItOnceASecondConfirmsIt() {
    mirror.whole(List.of(ORDERS, REVIEWS));

    mirror.whole(List.of(ORDERS));
    assertThat(sink.state()).containsKey(REVIEWS.id());
    assertThat(sink.holds())
        .extracting(Hold::subject, Hold::reason)
        .containsExactly(tuple("reviews", Hold.Reason.UNCONFIRMED));

    advance(1);
    assertThat(rereads).containsExactly(Set.of(REVIEWS.id()));
    mirror.whole(List.of(ORDERS));

    assertThat(sink.state()).containsOnlyKeys(ORDERS.id());
    assertThat(sink.holds()).isEmpty();
  }

  @Test
  void whole_lacksAServiceAndIsBelieved_removesItAtOnce() {
    mirror = mirror(MirrorOptions.believing(SETTLE));
    mirror.whole(List.of(ORDERS, REVIEWS));

    mirror.whole(List.of(ORDERS));

    assertThat(sink.state()).containsOnlyKeys(ORDERS.id());
  }

  @Test
  void whole_lacksEverything_keepsItForTheSettlingTime() {
    mirror = mirror(MirrorOptions.believing(SETTLE));
    mirror.whole(List.of(ORDERS, REVIEWS));

    mirror.whole(List.of());
    advance(29);
    mirror.whole(List.of());
    assertThat(sink.state()).hasSize(2);
    assertThat(sink.holds()).extracting(Hold::reason).containsOnly(Hold.Reason.RESTORE);

    advance(1);
    mirror.whole(List.of());
    assertThat(sink.state()).isEmpty();
  }

  @Test
  void whole_lacksAThird_keepsItForTheSettlingTime() {
    mirror = mirror(MirrorOptions.believing(SETTLE));
    List<Service> all =
        IntStream.range(0, 40).mapToObj(i -> TestServices.service("s" + i, 1)).toList();
    mirror.whole(all);

    mirror.whole(all.subList(0, 20));

    assertThat(sink.state()).hasSize(40);
    advance(30);
    mirror.whole(all.subList(0, 20));
    assertThat(sink.state()).hasSize(20);
  }

  @Test
  void failed_thenLacking_keepsAndPassesOnWhatIsNew() {
    mirror = mirror(MirrorOptions.believing(SETTLE));
    mirror.whole(List.of(ORDERS, REVIEWS));
    mirror.failed("no answer from 127.0.0.1:1", new IOException("refused"));
    advance(120);
    Service fewer = TestServices.service("orders", 1);
    Service added = TestServices.service("added", 1);

    mirror.whole(List.of(fewer, added));

    assertThat(sink.state().values()).containsExactlyInAnyOrder(ORDERS, REVIEWS, added);
    assertThat(sink.holds())
        .extracting(Hold::subject)
        .containsExactly("orders instance i2", "reviews");
    advance(30);
    assertThat(rereads).containsExactly(Set.of(ORDERS.id(), REVIEWS.id()));
    mirror.whole(List.of(fewer, added));
    assertThat(sink.state().values()).containsExactlyInAnyOrder(fewer, added);
  }

  @Test
  void failedAgainAndAgain_holdsEndAllTheSame() {
    mirror.whole(List.of(ORDERS, REVIEWS));
    for (int i = 0; i < 6; i++) {
      mirror.failed("no answer from 127.0.0.1:1", new IOException("refused"));
      advance(5);
      mirror.whole(List.of(ORDERS));
      advance(1);
    }
    assertThat(sink.state()).containsOnlyKeys(ORDERS.id());
  }

  @Test
  void failed_partsWorkAgain_isShownUntilAllDo() {
    mirror.whole(List.of(ORDERS));
    mirror.failed("a", "a fails", new IOException("a"));
    mirror.failed("b", "b fails", new IOException("b"));
    int mark = sink.mark();

    mirror.works("a");
    assertThat(sink.eventsSince(mark))
        .extracting(Object::toString)
        .singleElement()
        .asString()
        .contains("b fails");

    mark = sink.mark();
    mirror.works("b");
    assertThat(sink.eventsSince(mark)).containsExactly(new SinkEvent.Alive());
  }

  @Test
  void changed_instanceComesBackUnderAnotherId_replacesTheOneThatIsKept() {
    mirror.whole(List.of(ORDERS));
    mirror.failed("no answer from 127.0.0.1:1", new IOException("refused"));
    Service renamed =
        TestServices.service(
            "orders",
            ORDERS.instances().stream()
                .map(it -> TestServices.renamed(it, it.id() + "-again"))
                .toArray(Instance[]::new));

    mirror.changed(renamed);

    assertThat(sink.state().values()).containsExactly(renamed);
  }

  @Test
  void changed_beforeAWholeReadThatBeganEarlier_staysAsItIs() {
    mirror.whole(List.of(ORDERS));
    RegistryMirror.Mark mark = mirror.mark();
    Service more = TestServices.service("orders", 3);
    mirror.changed(more);
    mirror.changed(REVIEWS);

    mirror.whole(mark, List.of(ORDERS));

    assertThat(sink.state().values()).containsExactlyInAnyOrder(more, REVIEWS);
  }

  @Test
  void changed_beforeTheFirstWholeRead_isPartOfIt() {
    RegistryMirror.Mark mark = mirror.mark();
    Service more = TestServices.service("orders", 3);
    mirror.changed(more);
    mirror.missing(REVIEWS.id());

    mirror.whole(mark, List.of(ORDERS, REVIEWS));

    assertThat(sink.state().values()).containsExactly(more);
  }

  @Test
  void removed_byTheRegistrysOwnWord_needsNoConfirmation() {
    mirror.whole(List.of(ORDERS, REVIEWS));

    mirror.removed(ORDERS.id());

    assertThat(sink.state()).containsOnlyKeys(REVIEWS.id());
  }

  @Test
  void doubt_keepsWhatIsMissingFromThenOn() {
    mirror.whole(List.of(ORDERS, REVIEWS));
    mirror.doubt();

    mirror.removed(ORDERS.id());
    mirror.whole(List.of(REVIEWS));

    assertThat(sink.state()).hasSize(2);
    advance(30);
    mirror.whole(List.of(REVIEWS));
    assertThat(sink.state()).containsOnlyKeys(REVIEWS.id());
  }

  @Test
  void whole_sameIdTwice_hasTheInstancesOfBoth() {
    Service other =
        TestServices.service(
            "orders", TestServices.instance("orders", 2, 1), TestServices.instance("orders", 7, 1));

    mirror.whole(List.of(ORDERS, other));

    assertThat(sink.state().get(ORDERS.id()))
        .extracting(service -> service == null ? 0 : service.instances().size())
        .isEqualTo(3);
  }

  @Test
  void close_endsAllCalls() {
    mirror.whole(List.of(ORDERS, REVIEWS));
    mirror.whole(List.of(ORDERS));
    mirror.close();
    sink.expectNoMoreCalls();

    mirror.whole(List.of());
    mirror.changed(REVIEWS);
    mirror.missing(ORDERS.id());
    mirror.failed("gone", new IOException("gone"));
    mirror.alive();
    advance(60);

    assertThat(rereads).isEmpty();
  }

  private void advance(int seconds) {
    clock.advance(Duration.ofSeconds(seconds));
  }
}
