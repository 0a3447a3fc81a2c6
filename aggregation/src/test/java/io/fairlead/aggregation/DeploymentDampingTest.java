package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Tests that the default policy damps flapping services, and neither deployments nor restarts. */
class DeploymentDampingTest {
  private static final DampingPolicy POLICY = DampingPolicy.DEFAULT;
  private static final int INSTANCES = 100;
  private static final Duration HALF = Duration.ofMillis(300);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final World world =
      new World(
          new World.Log(),
          AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8"))
              .with(GuardPolicy.OFF)
              .with(POLICY));
  private final RegistrySink sink = world.register("a", 1);
  private final Set<String> wanted = new LinkedHashSet<>();

  private void start(int instances) {
    sink.resync(fresh());
    for (int i = 0; i < instances; i++) {
      wanted.add("10.0.0." + i);
    }
    say();
    world.advance(POLICY.max());
  }

  private void say() {
    sink.changed(service("web", wanted.toArray(String[]::new)));
  }

  private Set<String> served() {
    Set<String> served = new TreeSet<>();
    for (WorkloadEntry endpoint : world.entry("web.test").getEndpointsList()) {
      served.add(endpoint.getAddress());
    }
    return served;
  }

  private void commitAndCheck() {
    say();
    world.thread.advance(HALF);
    assertThat(served()).isEqualTo(wanted);
    assertThat(world.registries.damped()).isEmpty();
  }

  private void replaceEach(int generation) {
    for (int i = 0; i < INSTANCES; i++) {
      wanted.add("10.0." + generation + "." + i);
      commitAndCheck();
      wanted.remove("10.0." + (generation - 1) + "." + i);
      commitAndCheck();
    }
  }

  @Test
  void rollingDeployment_isNeverDamped() {
    start(INSTANCES);
    replaceEach(1);
    // Another one at once, and that it was one thing: the first went wrong.
    replaceEach(2);
  }

  @Test
  void rollingRestart_onFixedAddressesIsNeverDamped() {
    start(INSTANCES);
    for (int i = 0; i < INSTANCES; i++) {
      wanted.remove("10.0.0." + i);
      commitAndCheck();
      wanted.add("10.0.0." + i);
      commitAndCheck();
    }
  }

  @Test
  void restart_ofTheOnlyInstanceIsNotDamped() {
    start(1);
    for (int i = 0; i < POLICY.free() / 2; i++) {
      wanted.clear();
      commitAndCheck();
      wanted.add("10.0.0.0");
      commitAndCheck();
    }
  }

  @Test
  void scaling_upAndDownIsNotDamped() {
    start(1);
    for (int i = 1; i < INSTANCES; i++) {
      wanted.add("10.0.0." + i);
      commitAndCheck();
    }
    for (int i = 1; i < INSTANCES; i++) {
      wanted.remove("10.0.0." + i);
      commitAndCheck();
    }
  }

  @Test
  void oneEndpointThatFlaps_isDamped() {
    start(2);
    int before = world.log.commits.size();
    int firstWait = 0;
    for (int second = 1; second <= 600; second++) {
      if (!wanted.remove("10.0.0.1")) {
        wanted.add("10.0.0.1");
      }
      say();
      world.thread.advance(SECOND.dividedBy(2));
      assertThat(wanted).containsAll(served());
      if (firstWait == 0 && !world.registries.damped().isEmpty()) {
        firstWait = second;
      }
      world.thread.advance(SECOND.dividedBy(2));
    }
    // It goes and comes back once before it repeats itself, and goes once more before it waits.
    assertThat(firstWait).isEqualTo(2 + POLICY.free() + 2);
    assertThat(world.log.commits.size() - before)
        .isLessThanOrEqualTo(2 + POLICY.free() + 2 * (6 + 1 + 600 / 60));
  }

  private void sayWeight(double weight) {
    List<Instance> instances = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String address = "10.0.0." + i;
      instances.add(
          new Instance(
              address,
              address,
              8080,
              i == 0 ? weight : 10,
              Availability.READY,
              Locality.NONE,
              Map.of()));
    }
    sink.changed(service(ServiceId.of("web"), instances));
  }

  @Test
  void weightsThatFlap_areDamped() {
    start(3);
    int before = world.log.commits.size();
    for (int second = 0; second < 600; second++) {
      sayWeight(second % 2 == 0 ? 1 : 2);
      world.thread.advance(SECOND);
      assertThat(served()).isEqualTo(wanted);
    }
    assertThat(world.registries.damped()).hasSize(1);
    assertThat(world.log.commits.size() - before)
        .isLessThanOrEqualTo(POLICY.free() + 6 + 1 + 600 / 60);
  }

  @Test
  void clientUnderANewAddressEachSecond_isDampedAfterTheTurnover() {
    start(1);
    int turnover = 2 + POLICY.free();
    int firstWait = 0;
    Set<String> published = new HashSet<>();
    for (int second = 1; second <= 600; second++) {
      wanted.clear();
      wanted.add("10.1." + second / 200 + "." + (1 + second % 200));
      say();
      world.thread.advance(SECOND.dividedBy(2));
      if (firstWait == 0 && !world.registries.damped().isEmpty()) {
        firstWait = second;
      }
      world.thread.advance(SECOND.dividedBy(2));
      published.addAll(served());
    }
    assertThat(firstWait).isEqualTo(turnover + POLICY.free() + 1);
    // What is free is so in each window; besides, what the waits end with.
    assertThat(published)
        .hasSizeLessThanOrEqualTo(turnover * (1 + 600 / 60) + POLICY.free() + 6 + 1 + 600 / 60);
    world.advance(POLICY.max());
    assertThat(served()).isEqualTo(wanted);
  }

  @Test
  void twoRegistries_thatFightAreDamped() {
    RegistrySink strong = world.register("strong", 9);
    strong.resync(fresh());
    start(3);
    int before = world.log.commits.size();
    for (int i = 0; i < 300; i++) {
      strong.changed(service("web", "10.0.0.2", "10.0.0.3"));
      world.thread.advance(SECOND);
      strong.removed(ServiceId.of("web"));
      world.thread.advance(SECOND);
    }
    assertThat(world.registries.damped()).hasSize(1);
    assertThat(world.log.commits.size() - before)
        .isLessThanOrEqualTo(3 + POLICY.free() + 2 * (6 + 1 + 600 / 60));
  }

  @Test
  void deployment_ofAHostThatFlapsIsLateByAtMostTheLongestWait() {
    start(INSTANCES);
    String flapping = "10.0.0.99";
    Map<String, Long> since = new HashMap<>();
    long longest = 0;
    // The endpoint flaps for a while before, so that the waits are long.
    for (int i = -200; i < 2 * (INSTANCES - 1); i++) {
      if (i >= 0) {
        String next = "10.0.1." + i / 2;
        if (wanted.add(next)) {
          since.put(next, world.thread.nanoTime());
        } else {
          wanted.remove("10.0.0." + i / 2);
        }
      }
      if (!wanted.remove(flapping)) {
        wanted.add(flapping);
      }
      say();
      world.thread.advance(HALF);
      assertThat(wanted).containsAll(served());
      assertThat(served()).isNotEmpty();
      long now = world.thread.nanoTime();
      since.keySet().removeAll(served());
      for (long begin : since.values()) {
        longest = Math.max(longest, now - begin);
      }
    }
    assertThat(Duration.ofNanos(longest)).isBetween(SECOND, POLICY.max().plus(SECOND));
    world.advance(POLICY.max());
    assertThat(served()).isEqualTo(wanted);
  }

  @Test
  void deployment_ofAHostThatFlappedBeforeIsNotDamped() {
    start(INSTANCES);
    for (int i = 0; i < 40; i++) {
      if (!wanted.remove("10.0.0.99")) {
        wanted.add("10.0.0.99");
      }
      say();
      world.thread.advance(SECOND);
    }
    assertThat(world.registries.damped()).hasSize(1);
    // It is damped, but no wait is on.
    world.advance(POLICY.max().dividedBy(2));
    assertThat(world.registries.damped()).isEmpty();
    replaceEach(1);
  }
}
