package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.damping.FlapDamper;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class FlapDampingTest {
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration MAX = Duration.ofSeconds(80);
  private static final DampingPolicy POLICY =
      new DampingPolicy(4, Duration.ofMinutes(1), FIRST, MAX);
  private static final AggregationOptions OPTIONS =
      AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8")).with(GuardPolicy.OFF).with(POLICY);
  private static final String WEB = "mesh/web.test";

  private World world = new World(new World.Log(), OPTIONS);
  private RegistrySink sink = world.register("a", 1);

  @AfterEach
  void addressesAreUnique() {
    assertThat(world.addresses().values()).doesNotHaveDuplicates();
  }

  private void say(String... addresses) {
    sink.changed(service("web", addresses));
    world.settle();
  }

  private String web() {
    return world.served().getOrDefault(WEB, "");
  }

  private Registries registries() {
    return world.registries;
  }

  /** An endpoint comes and goes until four of its changes count: the next addition of it waits. */
  private void flap() {
    sink.resync(fresh(service("web", "10.0.0.1"), service("calm", "10.0.0.1")));
    world.settle();
    // It comes, goes and comes back: only then does it repeat itself.
    say("10.0.0.1", "10.0.0.2");
    for (int i = 0; i < 3; i++) {
      say("10.0.0.1");
      assertThat(web()).isEqualTo("a 10.0.0.1");
      say("10.0.0.1", "10.0.0.2");
      assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2");
    }
    assertThat(registries().damped()).isEmpty();
  }

  /** One second of the first wait is over. */
  private void damp() {
    flap();
    say("10.0.0.1");
    say("10.0.0.1", "10.0.0.2");
    assertThat(web()).isEqualTo("a 10.0.0.1");
    assertThat(registries().damped()).hasSize(1);
  }

  private static Service weighted(double weight, String... addresses) {
    List<Instance> instances = new ArrayList<>();
    for (String address : addresses) {
      instances.add(
          new Instance(
              address, address, 8080, weight, Availability.READY, Locality.NONE, Map.of()));
    }
    // One with a weight of its own, so that the others' share differs.
    instances.add(
        new Instance(
            "10.0.0.99", "10.0.0.99", 8080, 10, Availability.READY, Locality.NONE, Map.of()));
    return service(ServiceId.of("web"), instances);
  }

  @Test
  void addition_beyondTheFreeOnesWaitsAndTheNewestIsPublished() {
    damp();
    int commits = world.log.commits.size();
    say("10.0.0.1", "10.0.0.2", "10.0.0.4");
    world.thread.advance(Duration.ofSeconds(5));
    assertThat(web()).isEqualTo("a 10.0.0.1");
    assertThat(world.log.commits).hasSize(commits);
    say("10.0.0.1", "10.0.0.2", "10.0.0.5");
    world.advance(FIRST.minusSeconds(7));
    assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2,10.0.0.5");
    assertThat(world.log.commits).hasSize(commits + 1);
    assertThat(registries().damped()).isEmpty();
  }

  @Test
  void waits_doubleUpToTheLongest() {
    flap();
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      int commits = world.log.commits.size();
      // The loss, at once.
      say("10.0.0.1");
      assertThat(web()).isEqualTo("a 10.0.0.1");
      sink.changed(service("web", "10.0.0.1", "10.0.0.2"));
      Duration committed = Duration.ofMillis(200);
      world.thread.advance(committed);
      assertThat(web()).isEqualTo("a 10.0.0.1");
      assertThat(world.log.commits).hasSize(commits + 1);
      Duration rest = Duration.between(World.NOW, registries().damped().get(0).until());
      waits.add(rest.plus(committed).toSeconds());
      world.thread.advance(rest.minusMillis(1));
      assertThat(web()).isEqualTo("a 10.0.0.1");
      world.settle();
      assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2");
    }
    assertThat(waits).containsExactly(10L, 20L, 40L, 80L, 80L, 80L, 80L);
  }

  @Test
  void quietHost_isAsGoodAsNew() {
    damp();
    world.advance(FIRST);
    assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2");
    world.advance(MAX);
    for (int i = 0; i < 3; i++) {
      say("10.0.0.1");
      assertThat(web()).isEqualTo("a 10.0.0.1");
      say("10.0.0.1", "10.0.0.2");
      assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2");
      assertThat(registries().damped()).isEmpty();
    }
  }

  @Test
  void slowChanges_areNeverDamped() {
    sink.resync(fresh(service("web", "10.0.0.1")));
    for (int i = 2; i < 60; i++) {
      world.advance(Duration.ofSeconds(15));
      say("10.0.0." + i);
      assertThat(web()).isEqualTo("a 10.0.0." + i);
    }
  }

  @Test
  void loss_neverWaits() {
    damp();
    say("10.0.0.2", "10.0.0.1", "10.0.0.3");
    assertThat(web()).isEqualTo("a 10.0.0.1");
    say("10.0.0.2");
    assertThat(web()).isEqualTo("a ");
    world.advance(FIRST);
    assertThat(web()).isEqualTo("a 10.0.0.2");
  }

  @Test
  void loss_ofAllIsMadeUpForAtOnceByWhatNeverFlapped() {
    damp();
    say("10.0.0.2", "10.0.0.4");
    assertThat(web()).isEqualTo("a 10.0.0.2,10.0.0.4");
    // The wait goes on.
    assertThat(registries().damped()).hasSize(1);
    say("10.0.0.2", "10.0.0.4", "10.0.0.5");
    assertThat(web()).isEqualTo("a 10.0.0.2,10.0.0.4");
    world.advance(FIRST);
    assertThat(web()).isEqualTo("a 10.0.0.2,10.0.0.4,10.0.0.5");
    assertThat(registries().damped()).isEmpty();
  }

  @Test
  void additionThatRepeatsNothing_beginsNoWait() {
    damp();
    world.advance(FIRST);
    for (int i = 3; i < 6; i++) {
      say("10.0.0.1", "10.0.0.2", "10.0.0." + i);
      assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2,10.0.0." + i);
    }
    say("10.0.0.1");
    say("10.0.0.1", "10.0.0.2");
    assertThat(web()).isEqualTo("a 10.0.0.1");
    assertThat(registries().damped())
        .extracting(DampedHost::until)
        .containsExactly(World.NOW.plus(FIRST.multipliedBy(2)).minusSeconds(1));
  }

  @Test
  void loss_ofOneEndpointAmongManyIsCompleteAtOnce() {
    flap();
    for (int i = 0; i < 5; i++) {
      say("10.0.0.1", "10.0.0.2");
      say("10.0.0.1");
      assertThat(web()).isEqualTo("a 10.0.0.1");
      world.settle();
    }
    sink.removed(ServiceId.of("calm"));
    world.settle();
    assertThat(world.served()).containsOnlyKeys(WEB);
  }

  @Test
  void changedWeight_ofAnEndpointThatStaysWaitsWhileALossDoesNot() {
    flap();
    sink.changed(weighted(1, "10.0.0.1", "10.0.0.2"));
    world.advance(FIRST);
    int weight = world.entry("web.test").getEndpoints(0).getWeight();
    sink.changed(weighted(3, "10.0.0.1"));
    world.settle();
    assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.99");
    assertThat(world.entry("web.test").getEndpoints(0).getWeight()).isEqualTo(weight);
    world.advance(FIRST.multipliedBy(2));
    assertThat(world.entry("web.test").getEndpoints(0).getWeight()).isNotEqualTo(weight);
  }

  @Test
  void changedPort_isTheLossOfTheOldOne() {
    damp();
    sink.changed(
        service(
            ServiceId.of("web"),
            List.of(
                Given.instance("10.0.0.1", 9090, Availability.READY),
                Given.instance("10.0.0.2", 9090, Availability.READY))));
    world.settle();
    // Nothing of what was served could stay, and what is behind the new port never flapped.
    assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2");
    assertThat(world.entry("web.test").getPorts(0).getNumber()).isEqualTo(9090);
    say("10.0.0.1", "10.0.0.2");
    // The addresses are wanted, but with what is behind them now: the entry's port changed.
    assertThat(web()).isEqualTo("a ");
    assertThat(world.entry("web.test").getPorts(0).getNumber()).isEqualTo(9090);
    world.advance(FIRST);
    assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2");
    assertThat(world.entry("web.test").getPorts(0).getNumber()).isEqualTo(8080);
  }

  @Test
  void changedPortOfTheEntry_withTheSameSocketsIsNoLoss() {
    damp();
    sink.changed(
        service(
            ServiceId.of("web"),
            List.of(
                Given.instance("10.0.0.1", 8080, Availability.READY),
                Given.instance("10.0.0.3", 80, Availability.READY),
                Given.instance("10.0.0.4", 80, Availability.READY))));
    world.settle();
    assertThat(web()).isEqualTo("a 10.0.0.1");
    assertThat(world.entry("web.test").getPorts(0).getNumber()).isEqualTo(8080);
    world.advance(FIRST);
    assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.3,10.0.0.4");
    assertThat(world.entry("web.test").getPorts(0).getNumber()).isEqualTo(80);
  }

  @Test
  void lastEndpoint_goesAtOnceAsElsewhere() {
    damp();
    // Another endpoint as well, so that it is not the mere loss that is wanted.
    say("10.0.0.2");
    String waiting = world.versions().getOrDefault(WEB, "");
    World calm = new World();
    RegistrySink other = calm.register("a", 1);
    other.resync(fresh(service("web", "10.0.0.1", "10.0.0.2")));
    calm.settle();
    other.changed(service("web"));
    calm.settle();
    assertThat(waiting).isEqualTo(calm.versions().get(WEB));
    say();
    assertThat(world.versions().get(WEB)).isEqualTo(waiting);
    world.advance(FIRST);
    assertThat(world.versions().get(WEB)).isEqualTo(waiting);
  }

  @Test
  void host_goesAtOnceAndComesBackLater() {
    flap();
    sink.removed(ServiceId.of("web"));
    world.settle();
    assertThat(world.served()).containsOnlyKeys("mesh/calm.test");
    // It comes back for the first time.
    say("10.0.0.1");
    assertThat(web()).isEqualTo("a 10.0.0.1");
    sink.removed(ServiceId.of("web"));
    world.settle();
    say("10.0.0.1");
    assertThat(world.served()).containsOnlyKeys("mesh/calm.test");
    assertThat(registries().damped())
        .containsExactly(
            new DampedHost(
                "web.test",
                List.of(WEB),
                World.NOW.minusSeconds(1),
                World.NOW.plus(FIRST).minusSeconds(1),
                6));
    world.advance(FIRST);
    assertThat(web()).isEqualTo("a 10.0.0.1");
    sink.removed(ServiceId.of("web"));
    world.settle();
    say("10.0.0.1");
    sink.removed(ServiceId.of("web"));
    world.settle();
    world.advance(MAX);
    assertThat(world.served()).containsOnlyKeys("mesh/calm.test");
    assertThat(registries().damped()).isEmpty();
  }

  @Test
  void waitOver_whatIsServedAlreadyIsNotPublished() {
    damp();
    int commits = world.log.commits.size();
    say("10.0.0.1");
    assertThat(registries().damped()).hasSize(1);
    world.advance(FIRST);
    assertThat(world.log.commits).hasSize(commits);
    assertThat(registries().damped()).isEmpty();
  }

  @Test
  void otherHosts_areNotDelayedNorLookedAt() {
    damp();
    world.encoded.clear();
    sink.changed(service("calm", "10.0.0.7"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/calm.test", "a 10.0.0.7");
    assertThat(world.encoded).containsExactly("calm.test");
    world.encoded.clear();
    world.advance(FIRST);
    assertThat(world.encoded).containsExactly("web.test");
  }

  @Test
  void transaction_isOneChange() {
    sink.resync(fresh(service("web", "10.0.0.1")));
    world.settle();
    for (int round = 0; round < 7; round++) {
      String id = world.loop.transactions().open(Duration.ofMinutes(1)).id();
      for (int i = 0; i < 20; i++) {
        say("10.0.0.1");
        say("10.0.0.1", "10.0.0.2");
      }
      if (round % 2 == 1) {
        say("10.0.0.1");
      }
      world.loop.transactions().release(id);
      world.settle();
      assertThat(web()).isEqualTo(round % 2 == 1 ? "a 10.0.0.1" : "a 10.0.0.1,10.0.0.2");
      assertThat(registries().damped()).isEmpty();
    }
  }

  @Test
  void transaction_holdsUpWhatHasWaitedWithoutTimers() {
    damp();
    String id = world.loop.transactions().open(Duration.ofHours(1)).id();
    world.advance(Duration.ofMinutes(30));
    assertThat(web()).isEqualTo("a 10.0.0.1");
    assertThat(registries().damped()).hasSize(1);
    world.loop.transactions().release(id);
    world.settle();
    assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2");
    assertThat(registries().damped()).isEmpty();
  }

  @Test
  void wholeViews_areNotExempt() {
    flap();
    say("10.0.0.1");
    sink.resync(fresh(service("web", "10.0.0.1", "10.0.0.2"), service("calm", "10.0.0.1")));
    world.settle();
    assertThat(web()).isEqualTo("a 10.0.0.1");
    world.advance(FIRST);
    assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2");
  }

  @Test
  void twoRegistries_thatFightForAHostAreDamped() {
    RegistrySink strong = world.register("strong", 9);
    strong.resync(fresh());
    sink.resync(fresh(service("web", "10.0.0.1", "10.0.0.2")));
    world.settle();
    int before = world.log.commits.size();
    for (int i = 0; i < 300; i++) {
      strong.changed(service("web", "10.0.0.2", "10.0.0.3"));
      world.settle();
      strong.removed(ServiceId.of("web"));
      world.settle();
    }
    // Ten minutes: the first time of each, then 3 waits to the longest of 80 s.
    assertThat(world.log.commits.size() - before)
        .isLessThanOrEqualTo(2 + 4 + 2 * (3 + 1 + 600 / 80));
    world.advance(MAX);
    assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2");
    assertThat(world.addresses().values())
        .isNotEmpty()
        .allSatisfy(ips -> assertThat(ips).hasSize(1));
  }

  @Test
  void restart_beginsAnewAndCutsWhatAFormerProcessServed() {
    flap();
    String version = world.versions().getOrDefault(WEB, "");
    world.close();
    world = new World(world.log, OPTIONS);
    sink = world.register("a", 1);
    RegistrySink strong = world.register("strong", 9);
    strong.resync(fresh());
    world.settle();
    for (int i = 0; i < 2; i++) {
      strong.changed(service("web", "10.0.0.2", "10.0.0.3"));
      world.settle();
      assertThat(web()).isEqualTo("strong 10.0.0.2,10.0.0.3");
      strong.removed(ServiceId.of("web"));
      world.settle();
      assertThat(world.versions().get(WEB)).isEqualTo(version);
    }
    strong.changed(service("web", "10.0.0.2", "10.0.0.3"));
    world.settle();
    assertThat(web()).isEqualTo("strong 10.0.0.2,10.0.0.3");
    strong.removed(ServiceId.of("web"));
    world.settle();
    assertThat(web()).isEqualTo("strong 10.0.0.2");
    world.advance(FIRST);
    assertThat(world.versions().get(WEB)).isEqualTo(version);
    // What the other registry's former process left is served, cut to what the winner wants.
    strong.changed(service("web", "10.0.0.2", "10.0.0.3"));
    world.settle();
    assertThat(web()).isEqualTo("a 10.0.0.2");
    strong.changed(service("web", "10.0.0.3"));
    world.settle();
    assertThat(web()).isEqualTo("a ");
    World calm = new World();
    RegistrySink other = calm.register("a", 1);
    other.resync(fresh(service("web", "10.0.0.1", "10.0.0.2")));
    calm.settle();
    other.changed(service("web"));
    calm.settle();
    assertThat(world.versions().get(WEB)).isEqualTo(calm.versions().get(WEB));
    strong.removed(ServiceId.of("web"));
    world.advance(FIRST.multipliedBy(2));
    assertThat(world.versions().get(WEB)).isEqualTo(version);
    sink.resync(fresh(service("web", "10.0.0.1", "10.0.0.2"), service("calm", "10.0.0.1")));
    world.settle();
    assertThat(world.versions().get(WEB)).isEqualTo(version);
  }

  @Test
  void failingStore_losesNothing() {
    damp();
    world.log.failuresToCome = 3;
    world.advance(FIRST);
    assertThat(web()).isEqualTo("a 10.0.0.1,10.0.0.2");
    world.advance(MAX);
    assertThat(world.log.load().resources())
        .containsExactlyInAnyOrderElementsOf(world.store.current().resources(CompactEntry.TYPE));
  }

  @Test
  void log_saysWhenItBeginsAndEnds() {
    Logger logger = (Logger) LoggerFactory.getLogger(FlapDamper.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(appender);
    try {
      flap();
      for (int i = 0; i < 20; i++) {
        say("10.0.0.1");
        say("10.0.0.1", "10.0.0.2");
      }
      world.advance(MAX.multipliedBy(3));
      List<ILoggingEvent> events = appender.list;
      assertThat(events)
          .extracting(ILoggingEvent::getLevel)
          .containsExactly(Level.WARN, Level.INFO);
      assertThat(events.get(0).getFormattedMessage())
          .startsWith("registry a: host web.test changed 5 times within 5s; ")
          .contains("its additions are published every 10s at first, later up to every 80s");
      assertThat(events.get(1).getFormattedMessage()).startsWith("Host web.test has not changed");
    } finally {
      logger.setLevel(null);
      logger.detachAppender(appender);
    }
  }
}
