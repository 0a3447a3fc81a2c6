package io.fairlead.registry.nacos;

import static io.fairlead.registry.nacos.NacosMirrorBench.content;
import static io.fairlead.registry.nacos.NacosMirrorBench.host;
import static io.fairlead.registry.nacos.NacosMirrorBench.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Hold;
import io.fairlead.registry.support.HoldReporter;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NacosMirrorTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final NacosMirrorBench bench = new NacosMirrorBench();

  @AfterEach
  void noRuleOfTheSinkIsBroken() {
    bench.sink.assertNoViolations();
    bench
        .sink
        .state()
        .forEach((id, service) -> assertThat(bench.mirror.reported(id)).contains(service));
  }

  @Test
  void listed_newService_isReadPublishedAndSubscribed() {
    bench.begin();
    bench.registry.put(id("web"), content(1));
    bench.pass(SECOND);
    assertThat(bench.published("web")).containsExactly("10.0.0.1");
    assertThat(bench.subscribed).containsExactly(id("web"));
  }

  @Test
  void listed_countsAsKnown_nothingIsRead() {
    bench.registry.put(id("web"), content(1, 2));
    bench.begin();
    bench.pass(Duration.ofMinutes(5));
    assertThat(bench.directReads).isZero();
  }

  @Test
  void listed_fewerInstances_areFoundWithoutAPush() {
    bench.registry.put(id("web"), content(1, 2, 3));
    bench.begin();
    bench.registry.put(id("web"), content(3));
    bench.pass(SECOND);
    assertThat(bench.published("web")).containsExactly("10.0.0.3");
  }

  @Test
  void read_lastInstanceGone_isConfirmedFirst() {
    bench.registry.put(id("web"), content(1));
    bench.begin();
    bench.registry.put(id("web"), content());
    bench.pass(Duration.ofMillis(600));
    assertThat(bench.published("web")).containsExactly("10.0.0.1");
    bench.registry.put(id("web"), content(1));
    bench.pass(Duration.ofSeconds(5));
    assertThat(bench.sink.eventsSince(1))
        .isNotEmpty()
        .allMatch(SinkEvent.Holding.class::isInstance);
    bench.registry.put(id("web"), content());
    bench.pass(Duration.ofSeconds(3));
    assertThat(bench.published("web")).isEmpty();
  }

  @Test
  void listed_serviceGone_isConfirmedThenRemovedAndForgotten() {
    bench.registry.put(id("web"), content(1));
    bench.registry.put(id("other"), content(1));
    bench.begin();
    bench.registry.remove(id("web"));
    bench.pass(Duration.ofMillis(600));
    assertThat(bench.isPublished("web")).isTrue();
    bench.pass(Duration.ofSeconds(2));
    assertThat(bench.isPublished("web")).isFalse();
    int reads = bench.directReads;
    bench.pass(Duration.ofMinutes(1));
    assertThat(bench.directReads).isEqualTo(reads);
  }

  @Test
  void interrupted_whatIsMissingIsKeptForTheSettlingTime() {
    bench.registry.put(id("web"), content(1, 2, 3));
    bench.registry.put(id("gone"), content(1));
    bench.begin();
    bench.reachable = false;
    bench.pass(Duration.ofSeconds(15));
    bench.registry.put(id("web"), content(4));
    bench.registry.remove(id("gone"));
    bench.reachable = true;
    bench.pass(SECOND);
    assertThat(bench.published("web"))
        .as("added at once, nothing removed")
        .containsExactlyInAnyOrder("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4");
    bench.pass(Duration.ofSeconds(20));
    bench.registry.put(id("web"), content(1, 4));
    bench.pass(Duration.ofSeconds(7));
    assertThat(bench.published("web")).hasSize(4);
    assertThat(bench.isPublished("gone")).isTrue();
    bench.pass(Duration.ofSeconds(5));
    assertThat(bench.published("web")).containsExactlyInAnyOrder("10.0.0.1", "10.0.0.4");
    assertThat(bench.isPublished("gone")).isFalse();
    assertThat(bench.sink.holds()).isEmpty();
  }

  @Test
  void interrupted_againAndAgain_whatReallyLeftLeavesAllTheSame() {
    bench.failOneIn = 40;
    bench.registry.put(id("web"), content(1, 2, 3));
    bench.registry.put(id("gone"), content(1));
    bench.begin();
    bench.pass(Duration.ofMinutes(2));
    bench.registry.put(id("web"), content(2, 3));
    bench.registry.remove(id("gone"));
    bench.pass(Duration.ofSeconds(10));
    bench.registry.put(id("web"), content(2, 4, 5));
    bench.pass(SECOND);
    assertThat(bench.published("web"))
        .as("what is new comes at once")
        .containsExactlyInAnyOrder("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5");
    bench.pass(NacosMirrorBench.SETTLE.minusSeconds(9));
    assertThat(bench.isPublished("gone")).isFalse();
    assertThat(bench.published("web"))
        .as("each instance for itself")
        .containsExactlyInAnyOrder("10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5");
    bench.pass(Duration.ofSeconds(11));
    assertThat(bench.published("web"))
        .containsExactlyInAnyOrder("10.0.0.2", "10.0.0.4", "10.0.0.5");
  }

  @Test
  void interrupted_whatIsKeptIsTold_withACeilingThatStays() {
    Instant began = bench.wall();
    bench.failOneIn = 10;
    bench.registry.put(id("web"), content(1, 2));
    bench.registry.put(id("gone"), content(1));
    bench.begin();
    bench.pass(Duration.ofSeconds(20));
    bench.registry.put(id("web"), content(2));
    bench.registry.remove(id("gone"));
    bench.pass(SECOND);
    List<Hold> first = bench.sink.holds();
    assertThat(first)
        .extracting(Hold::subject)
        .containsExactly("public/g/gone", "public/g/web instance 10.0.0.1#80#DEFAULT");
    assertThat(first)
        .allSatisfy(
            hold -> {
              assertThat(hold.reason()).isEqualTo(Hold.Reason.OUTAGE);
              assertThat(hold.until())
                  .isEqualTo(began.plus(NacosMirrorBench.SETTLE.multipliedBy(2)));
              assertThat(hold.explanation()).contains("30 s");
            });
    bench.pass(Duration.ofSeconds(25));
    assertThat(bench.sink.holds()).isEqualTo(first);
    bench.pass(Duration.ofSeconds(15));
    assertThat(bench.wall()).isAfter(first.get(0).until());
    assertThat(bench.sink.holds()).isEmpty();
    assertThat(bench.isPublished("gone")).isFalse();
  }

  @Test
  void interrupted_whileTheRegistryIsAway_nothingIsKeptOnASuspicion() {
    bench.registry.put(id("gone"), content(1));
    bench.begin();
    bench.mirror.interrupted();
    bench.registry.remove(id("gone"));
    bench.pass(Duration.ofSeconds(5));
    assertThat(bench.sink.holds()).hasSize(1);
    bench.reachable = false;
    bench.pass(Duration.ofMinutes(5));
    assertThat(bench.sink.holds()).isEmpty();
    bench.reachable = true;
    bench.pass(Duration.ofSeconds(20));
    assertThat(bench.isPublished("gone"))
        .as("missing shortly before the outage, as while a server shuts down")
        .isTrue();
    assertThat(bench.sink.holds())
        .singleElement()
        .satisfies(hold -> assertThat(hold.until()).isAfter(bench.wall()));
    bench.pass(Duration.ofSeconds(12));
    assertThat(bench.isPublished("gone")).isFalse();
  }

  @Test
  void interrupted_mostReadsFail_thereIsAnEndAllTheSame() {
    bench.registry.put(id("gone"), content(1));
    bench.begin();
    bench.registry.remove(id("gone"));
    for (int i = 0; i < 40; i++) {
      bench.reachable = false;
      bench.pass(Duration.ofSeconds(20));
      bench.reachable = true;
      bench.pass(SECOND);
    }
    assertThat(bench.isPublished("gone")).isFalse();
  }

  @Test
  void holds_manyThings_areNamedInPartAndCounted() {
    for (int i = 0; i < HoldReporter.MAX_NAMED + 20; i++) {
      bench.registry.put(id("web-" + i), content(1));
    }
    bench.begin();
    bench.pass(SECOND);
    bench.registry.clear();
    bench.pass(Duration.ofSeconds(2));
    assertThat(bench.sink.holds()).hasSize(HoldReporter.MAX_NAMED + 1);
    Hold last = bench.sink.holds().get(HoldReporter.MAX_NAMED);
    assertThat(last.subject()).startsWith("20 more");
    assertThat(last.reason()).isEqualTo(Hold.Reason.RESTORE);
  }

  @Test
  void interrupted_theTimeWithoutAnswersSettlesNothing() {
    bench.registry.put(id("web"), content(1));
    bench.begin();
    bench.mirror.interrupted();
    bench.registry.remove(id("web"));
    bench.polling = false;
    bench.pass(NacosMirrorBench.SETTLE.multipliedBy(3));
    bench.polling = true;
    bench.pass(Duration.ofSeconds(28));
    assertThat(bench.isPublished("web")).isTrue();
    bench.pass(Duration.ofSeconds(14));
    assertThat(bench.isPublished("web")).isFalse();
  }

  @Test
  void interrupted_instancesThatComeAndGo_doNotHoldForEver() {
    bench.registry.put(id("web"), content(1, 2));
    bench.registry.put(id("gone"), content(1));
    bench.begin();
    bench.mirror.interrupted();
    bench.registry.remove(id("gone"));
    for (int i = 0; i < 40; i++) {
      bench.registry.put(id("web"), i % 2 == 0 ? content(1) : content(1, 2));
      bench.pass(Duration.ofSeconds(10));
    }
    assertThat(bench.isPublished("gone")).isFalse();
  }

  @Test
  void listed_muchGoneAtOnce_isHeld() {
    for (int i = 0; i < 30; i++) {
      bench.registry.put(id("web-" + i), content(1, 2));
    }
    bench.begin();
    bench.pass(SECOND);
    Map<?, Content> all = Map.copyOf(bench.registry);
    bench
        .registry
        .keySet()
        .removeIf(
            it ->
                it.name().endsWith("1")
                    || it.name().endsWith("2")
                    || it.name().endsWith("3")
                    || it.name().endsWith("4"));
    assertThat(all.size() - bench.registry.size()).isEqualTo(12);
    bench.pass(Duration.ofSeconds(25));
    assertThat(bench.sink.state()).hasSize(30);
    bench.pass(Duration.ofSeconds(20));
    assertThat(bench.sink.state()).hasSameSizeAs(bench.registry);
  }

  @Test
  void pushed_whatIsKnownAlready_readsNothing() {
    bench.registry.put(id("web"), content(1, 2));
    bench.begin();
    bench.mirror.pushed(id("web"), List.of(host(2), host(1)));
    bench.pass(SECOND);
    assertThat(bench.directReads).isZero();
  }

  @Test
  void pushed_readFromANodeThatLagsBehind_isReadAgain() {
    bench.registry.put(id("web"), content(1));
    bench.begin();
    bench.behind = Map.of(id("web"), content(1));
    InstanceRecord heavier = new InstanceRecord("10.0.0.1", 80, 7, true, true, "DEFAULT", Map.of());
    bench.registry.put(id("web"), new Content(List.of(heavier), Map.of(), OptionalDouble.of(0)));
    bench.mirror.pushed(id("web"), List.of(heavier));
    bench.pass(Duration.ofMillis(300));
    bench.behind = null;
    bench.pass(Duration.ofSeconds(2));
    assertThat(bench.service("web").instances().get(0).weight()).isEqualTo(7);
  }

  @Test
  void listed_countsThatNoReadConfirms_areReadAgainEverMoreSeldom() {
    bench.registry.put(id("web"), content(1));
    bench.begin();
    bench.behind = Map.of(id("web"), content(1));
    bench.registry.put(id("web"), content(1, 2));
    bench.pass(Duration.ofMinutes(10));
    assertThat(bench.directReads).isBetween(23, 27);
    bench.behind = null;
    bench.pass(Duration.ofMinutes(1));
    assertThat(bench.published("web")).hasSize(2);
  }

  @Test
  void reconciled_otherMetadata_isReadAndPublished() {
    bench.registry.put(id("web"), content(1));
    bench.begin();
    Content other = new Content(List.of(host(1)), Map.of("owner", "x"), OptionalDouble.empty());
    bench.registry.put(
        id("web"), new Content(other.instances(), other.metadata(), OptionalDouble.of(0)));
    bench.mirror.reconciled(Map.of(id("web"), other));
    bench.pass(SECOND);
    assertThat(bench.service("web").metadata()).containsEntry("owner", "x");
  }

  @Test
  void content_thresholdReached_allEnabledCountAsReady() {
    InstanceRecord sick = host(1).withHealthy(false);
    InstanceRecord off = new InstanceRecord("10.0.0.9", 80, 1, false, false, "DEFAULT", Map.of());
    List<InstanceRecord> instances = List.of(sick, host(2), off);
    assertThat(
            new Content(instances, Map.of(), OptionalDouble.of(0.5))
                .toService(id("web"))
                .instances())
        .extracting(it -> it.availability())
        .containsExactlyInAnyOrder(Availability.READY, Availability.READY, Availability.DISABLED);
    assertThat(
            new Content(instances, Map.of(), OptionalDouble.of(0.4))
                .toService(id("web"))
                .instances())
        .extracting(it -> it.availability())
        .containsExactlyInAnyOrder(
            Availability.UNHEALTHY, Availability.READY, Availability.DISABLED);
  }
}
