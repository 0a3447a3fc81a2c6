package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.damping.FlapDamper;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Tests of the promises of {@link FlapDamper}, under any sequence of changes of one host. */
class FlapDamperPropertyTest {
  private static final ResourceKey WEB = new ResourceKey(CompactEntry.TYPE, "mesh/web.test");
  private static final int ENDPOINTS = 3;
  // The endpoints and the resource.
  private static final int PARTS = ENDPOINTS + 1;

  /** The state served of the host from a time on. */
  private record Served(
      long at, String registry, Set<String> endpoints, @Nullable Resource resource) {
    static Served of(long at, @Nullable Resource resource) {
      if (resource == null) {
        return new Served(at, "", Set.of(), null);
      }
      Set<String> endpoints = new HashSet<>();
      for (WorkloadEntry endpoint : World.entry(resource).getEndpointsList()) {
        endpoints.add(endpoint.getAddress());
      }
      String registry = resource.decode().getMetadata().getLabelsOrThrow("fairlead.io/registry");
      return new Served(at, registry, endpoints, resource);
    }

    boolean isLossAfter(Served before) {
      return resource == null
          || (before.resource != null
              && registry.equals(before.registry)
              && before.endpoints.size() > endpoints.size()
              && before.endpoints.containsAll(endpoints));
    }
  }

  private static final class Flapping {
    final Random random;
    final DampingPolicy policy;
    final World world;
    final List<Served> changes = new ArrayList<>();
    final List<RegistrySink> sinks = new ArrayList<>();
    // What each registry says, the stronger first; null: it does not have the service.
    final List<@Nullable Set<String>> truth = new ArrayList<>();

    Flapping(long seed, int registries) {
      random = new Random(seed);
      Duration first = Duration.ofSeconds(1 + random.nextInt(10));
      policy =
          new DampingPolicy(
              1 + random.nextInt(5),
              Duration.ofSeconds(10 + random.nextInt(60)),
              first,
              first.multipliedBy(1 + random.nextInt(10)));
      world =
          new World(
              new World.Log(),
              AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8"))
                  .with(GuardPolicy.OFF)
                  .with(policy));
      changes.add(new Served(world.thread.nanoTime(), "", Set.of(), null));
      world.store.addListener(
          snapshot -> {
            Resource resource = snapshot.find(WEB);
            Resource before = changes.get(changes.size() - 1).resource();
            if (resource == null ? before != null : !resource.sameAs(before)) {
              changes.add(Served.of(world.thread.nanoTime(), resource));
            }
          });
      for (int i = 0; i < registries; i++) {
        sinks.add(world.register("r" + i, 9 - i));
        truth.add(null);
        sinks.get(i).resync(fresh());
      }
      world.settle();
    }

    void step() {
      int registry = random.nextInt(sinks.size());
      if (random.nextInt(6) == 0) {
        truth.set(registry, null);
        sinks.get(registry).removed(ServiceId.of("web"));
      } else {
        Set<String> endpoints = new HashSet<>();
        for (int i = 0; i < ENDPOINTS; i++) {
          if (random.nextBoolean()) {
            endpoints.add("10.0.0." + i);
          }
        }
        if (endpoints.isEmpty() && sinks.size() > 1) {
          // Whether an empty service has the host depends on its past.
          endpoints.add("10.0.0.0");
        }
        say(registry, endpoints);
      }
      switch (random.nextInt(40)) {
        case 0 -> world.advance(policy.max().plus(policy.window()));
        case 1, 2, 3 -> world.advance(Duration.ofSeconds(random.nextInt(30)));
        case 4, 5, 6, 7, 8 -> world.advance(Duration.ofMillis(random.nextInt(3000)));
        default -> world.settle();
      }
      assertNoLossWaits();
    }

    void say(int registry, Set<String> endpoints) {
      truth.set(registry, endpoints);
      sinks.get(registry).changed(service("web", endpoints.toArray(String[]::new)));
    }

    private void assertNoLossWaits() {
      Set<String> wanted = truth.stream().filter(Objects::nonNull).findFirst().orElse(Set.of());
      assertThat(wanted).containsAll(Served.of(0, world.store.current().find(WEB)).endpoints());
    }

    long bound(long nanos) {
      double max = policy.max().toNanos();
      double window = policy.window().toNanos();
      double doublings = 0;
      while (policy.first().toNanos() * Math.pow(2, doublings) < max) {
        doublings++;
      }
      double quietTimes = 1 + Math.floor(nanos / Math.max(window, max));
      double windows = 1 + Math.floor(nanos / window);
      double repeated =
          policy.free() * windows + (doublings + 1) * quietTimes + Math.floor(nanos / max);
      double others = Math.min((2 * ENDPOINTS + policy.free()) * windows, 2 * PARTS * quietTimes);
      return (long) (repeated + others);
    }

    void assertBounded() {
      List<Long> additions = new ArrayList<>();
      int losses = 0;
      for (int i = 1; i < changes.size(); i++) {
        if (changes.get(i).isLossAfter(changes.get(i - 1))) {
          losses++;
          // Each endpoint, and the resource.
          assertThat(losses).isLessThanOrEqualTo(PARTS);
        } else {
          losses = 0;
          additions.add(changes.get(i).at());
        }
      }
      for (int i = 0; i < additions.size(); i++) {
        for (int j = i; j < additions.size(); j++) {
          assertThat((long) j - i + 1)
              .isLessThanOrEqualTo(bound(additions.get(j) - additions.get(i)));
        }
      }
    }
  }

  @Property(tries = 150)
  void changes_areBoundedLossesDoNotWaitAndTheEndIsWhatIsWanted(@ForAll long seed) {
    Flapping flapping = new Flapping(seed, 1 + (int) (seed & 1));
    for (int i = 0; i < 150; i++) {
      flapping.step();
    }
    flapping.assertBounded();
    flapping.say(0, Set.of("10.0.0.0", "10.0.0.2"));
    flapping.world.advance(flapping.policy.max());
    assertThat(flapping.world.served()).containsEntry("mesh/web.test", "r0 10.0.0.0,10.0.0.2");
    assertThat(flapping.world.registries.damped()).isEmpty();
  }

  @Property(tries = 50)
  void oneEndpointThatFlaps_hasTwoChangesAnInterval(@ForAll long seed) {
    Flapping flapping = new Flapping(seed, 1);
    long begin = flapping.world.thread.nanoTime();
    for (int i = 0; i < 200; i++) {
      flapping.say(0, i % 2 == 0 ? Set.of("10.0.0.1") : Set.of("10.0.0.1", "10.0.0.2"));
      flapping.world.settle();
    }
    flapping.assertBounded();
    double max = flapping.policy.max().toNanos();
    double intervals =
        Math.ceil(Math.log(max / flapping.policy.first().toNanos()) / Math.log(2))
            + 1
            + (flapping.world.thread.nanoTime() - begin) / max;
    // The host comes, then the endpoint comes, goes and comes back before it repeats itself.
    assertThat((double) flapping.changes.size() - 1)
        .isLessThanOrEqualTo(4 + flapping.policy.free() + 2 * intervals);
  }
}
