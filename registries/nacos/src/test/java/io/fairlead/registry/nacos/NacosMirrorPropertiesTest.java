package io.fairlead.registry.nacos;

import static io.fairlead.registry.nacos.NacosMirrorBench.content;
import static io.fairlead.registry.nacos.NacosMirrorBench.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class NacosMirrorPropertiesTest {
  /** One thing that happens to the registry, and how long nothing happens after it. */
  private record Happening(Kind kind, int service, int instances, int millis) {
    enum Kind {
      CHANGE,
      DELETE,
      CUT,
      REACH
    }
  }

  @Provide
  Arbitrary<List<Happening>> happenings() {
    return Combinators.combine(
            Arbitraries.of(Happening.Kind.values()),
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(0, 7),
            Arbitraries.integers().between(0, 20_000))
        .as(Happening::new)
        .list()
        .ofMaxSize(40);
  }

  private static Content instances(int bits) {
    return content(
        java.util.stream.IntStream.range(0, 3).filter(bit -> (bits >> bit & 1) == 1).toArray());
  }

  private static void happen(NacosMirrorBench bench, Happening it) {
    switch (it.kind) {
      case CHANGE -> bench.registry.put(id("s" + it.service), instances(it.instances));
      case DELETE -> bench.registry.remove(id("s" + it.service));
      case CUT -> bench.reachable = false;
      case REACH -> bench.reachable = true;
    }
  }

  @Property(tries = 300)
  void whateverHappens_inTheEndTheSinkHasWhatTheRegistryHas(
      @ForAll("happenings") List<Happening> happenings) {
    NacosMirrorBench bench = new NacosMirrorBench();
    bench.wholeReads = true;
    bench.begin();
    for (Happening it : happenings) {
      happen(bench, it);
      bench.pass(Duration.ofMillis(it.millis));
    }
    bench.reachable = true;
    bench.pass(NacosMirrorBench.SETTLE.multipliedBy(12));
    Map<ServiceId, Service> expected = new TreeMap<>();
    bench.registry.forEach((id, content) -> expected.put(id, content.toService(id)));
    assertThat(bench.sink.state()).isEqualTo(expected);
    bench.sink.assertNoViolations();
  }

  @Property(tries = 200)
  void shortlyAfterAnOutage_nothingThatWasThereIsGone(
      @ForAll("happenings") List<Happening> happenings) {
    NacosMirrorBench bench = new NacosMirrorBench();
    for (int i = 0; i < 5; i++) {
      bench.registry.put(id("s" + i), instances(7));
    }
    bench.begin();
    Map<ServiceId, Service> before = new HashMap<>(bench.sink.state());
    bench.reachable = false;
    bench.pass(Duration.ofSeconds(1));
    long left = NacosMirrorBench.SETTLE.minusSeconds(1).toMillis();
    for (Happening it : happenings) {
      if (it.kind == Happening.Kind.CHANGE || it.kind == Happening.Kind.DELETE) {
        happen(bench, it);
      }
    }
    bench.reachable = true;
    bench.pass(Duration.ofMillis(left));
    before.forEach(
        (id, service) ->
            assertThat(bench.service(id.name()).instances())
                .as("instances of %s", id)
                .containsAll(service.instances()));
  }

  @Property(tries = 200)
  void whateverFails_whatReallyLeftIsGoneSoonAfterTheSettlingTime(
      @ForAll @IntRange(min = 2, max = 120) int failOneIn,
      @ForAll @IntRange(max = 60_000) int millis,
      @ForAll("happenings") List<Happening> happenings) {
    NacosMirrorBench bench = new NacosMirrorBench();
    bench.failOneIn = failOneIn;
    bench.registry.put(id("gone"), instances(7));
    bench.registry.put(id("less"), instances(7));
    bench.begin();
    bench.pass(Duration.ofMillis(millis));
    bench.registry.remove(id("gone"));
    bench.registry.put(id("less"), content(1));
    Instant left = bench.wall();
    // What happens to others, and what is heard of them, delays nothing.
    for (Happening it : happenings) {
      if (it.kind == Happening.Kind.CHANGE || it.kind == Happening.Kind.DELETE) {
        happen(bench, it);
      }
      bench.pass(Duration.ofMillis(it.millis / 20));
    }
    Duration passed = Duration.between(left, bench.wall());
    Duration rest = NacosMirrorBench.SETTLE.plusSeconds(5).minus(passed);
    if (!rest.isNegative()) {
      bench.pass(rest);
    }
    assertThat(bench.isPublished("gone")).isFalse();
    assertThat(bench.published("less")).containsExactly("10.0.0.1");
    bench.sink.assertNoViolations();
  }
}
