package io.fairlead.registry.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Hold;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SinkFeedTest {
  private final RecordingSink sink = new RecordingSink();
  private static final long START_NANOS = Long.MAX_VALUE - 10;
  private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");
  private static final Path BAD = Path.of("bad.yaml");

  private final AtomicLong nanos = new AtomicLong(START_NANOS);
  private final SinkFeed feed = new SinkFeed(sink, nanos::get, this::now);

  // Both clocks go on together.
  private Instant now() {
    return BEGIN.plusNanos(nanos.get() - START_NANOS);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static Map<ServiceId, Service> services(int from, int to) {
    Map<ServiceId, Service> map = new HashMap<>();
    for (int i = from; i < to; i++) {
      ServiceId id = ServiceId.of("s" + i);
      map.put(id, new Service(id, Map.of(), Map.of(), List.of(), List.of()));
    }
    return map;
  }

  @Test
  void whole_nineDifferences_areOneResync() {
    feed.whole(services(0, 100));
    feed.whole(services(8, 100));
    assertThat(sink.eventsSince(1)).hasSize(8).allMatch(SinkEvent.Removed.class::isInstance);
    feed.whole(services(17, 100));
    assertThat(sink.eventsSince(9)).hasSize(1).allMatch(SinkEvent.Resynced.class::isInstance);
    assertThat(sink.state()).isEqualTo(new TreeMap<>(services(17, 100)));
  }

  @Test
  void whole_unchanged_isAlive() {
    feed.whole(services(0, 3));
    assertThat(sink.alives()).isZero();
    feed.whole(services(0, 3));
    assertThat(sink.alives()).isEqualTo(1);
    feed.whole(services(0, 3));
    assertThat(sink.alives()).isEqualTo(2);
    assertThat(sink.resyncs()).isEqualTo(1);
  }

  @Test
  void failed_sameProblem_isToldOnceAndAResyncEndsIt() {
    feed.whole(services(0, 3));
    feed.failed("no", new IOException("no"));
    feed.failed("no", new IOException("no"));
    assertThat(sink.failures()).isEqualTo(1);
    feed.failed("other", new IOException("other"));
    assertThat(sink.failures()).isEqualTo(2);
    feed.whole(services(0, 3));
    assertThat(sink.resyncs()).isEqualTo(2);
    feed.failed("no", new IOException("no"));
    assertThat(sink.failures()).isEqualTo(3);
  }

  @Test
  void forget_makesTheNextAResync() {
    feed.whole(services(0, 3));
    feed.forget();
    feed.whole(services(0, 3));
    assertThat(sink.resyncs()).isEqualTo(2);
  }

  @Property(tries = 200)
  void whole_anySequence_leavesTheSinkWithTheLast(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int steps) {
    Random random = new Random(seed);
    for (int step = 0; step < steps; step++) {
      String name = "step " + step;
      if (random.nextInt(5) == 0) {
        feed.failed(name, new IOException("drawn"));
        continue;
      }
      Map<ServiceId, Service> now = services(0, 30);
      int share = random.nextInt(30);
      now.keySet().removeIf(id -> random.nextInt(30) < share);
      now.replaceAll(
          (id, service) ->
              new Service(
                  id,
                  Map.of(),
                  random.nextInt(20) == 0 ? Map.of("step", name) : Map.of(),
                  List.of(),
                  List.of()));
      feed.whole(now);
      assertThat(sink.state()).isEqualTo(new TreeMap<>(now));
    }
    sink.assertNoViolations();
  }

  private static FileView.Partial part(
      Map<ServiceId, Service> services, Map<ServiceId, Service> last, ServiceId... twice) {
    ServicesFileException cause = ServicesFileException.of(BAD, "not YAML");
    return new FileView.Partial(services, last, Set.of(twice), Set.of(BAD), "bad", cause);
  }

  private static Service service(String name, String step) {
    return new Service(ServiceId.of(name), Map.of(), Map.of("step", step), List.of(), List.of());
  }

  @Test
  void part_atFirst_isAFailureThatTellsNoService() {
    feed.told(part(services(0, 3), Map.of()));
    assertThat(sink.events()).hasSize(1).allMatch(SinkEvent.ReadFailed.class::isInstance);
  }

  @Test
  void part_additionsAndChangesAreTold() {
    feed.whole(services(0, 3));
    Map<ServiceId, Service> others = services(1, 20);
    others.put(ServiceId.of("s1"), service("s1", "changed"));
    feed.told(part(others, services(0, 1)));
    assertThat(sink.state()).hasSize(20).containsAllEntriesOf(others);
    assertThat(sink.holds()).isEmpty();
    assertThat(sink.resyncs()).isEqualTo(1);
    assertThat(sink.failures()).isEqualTo(1);
  }

  @Test
  void part_removalOfAnotherFile_waitsForItsCeilingAndNoLonger() {
    feed.whole(services(0, 4));
    feed.told(part(services(2, 4), services(0, 1)));
    assertThat(sink.state()).hasSize(4);
    assertThat(sink.holds())
        .containsExactly(
            new Hold(
                "s1",
                Hold.Reason.UNREADABLE_PART,
                BEGIN,
                BEGIN.plus(SinkFeed.CEILING),
                "no file has it any more, but it may be in bad.yaml, which cannot be read since"
                    + " 2026-03-01T12:00:00Z: it stays as it was until that can be read"));
    pass(Duration.ofMinutes(4));
    // Another one later, with a ceiling of its own.
    feed.told(part(services(3, 4), services(0, 1)));
    assertThat(sink.holds()).extracting(Hold::subject).containsExactly("s1", "s2");
    assertThat(feed.untilDue()).contains(Duration.ofMinutes(1));
    pass(Duration.ofMinutes(1));
    feed.told(part(services(3, 4), services(0, 1)));
    assertThat(sink.state())
        .containsOnlyKeys(ServiceId.of("s0"), ServiceId.of("s2"), ServiceId.of("s3"));
    assertThat(sink.holds()).extracting(Hold::subject).containsExactly("s2");
    pass(Duration.ofDays(1));
    feed.told(part(services(3, 4), services(0, 1)));
    // What the file itself had stays, however long that lasts.
    assertThat(sink.state()).containsOnlyKeys(ServiceId.of("s0"), ServiceId.of("s3"));
    assertThat(sink.holds()).isEmpty();
    assertThat(feed.untilDue()).isEmpty();
    sink.assertNoViolations();
  }

  @Test
  void part_moveAwayFromTheFile_waitsForItsCeiling() {
    feed.whole(services(0, 2));
    Map<ServiceId, Service> others = services(1, 2);
    others.put(ServiceId.of("s0"), service("s0", "moved"));
    feed.told(part(others, services(0, 1)));
    assertThat(sink.state()).isEqualTo(new TreeMap<>(services(0, 2)));
    assertThat(sink.holds()).extracting(Hold::subject).containsExactly("s0");
    pass(SinkFeed.CEILING);
    for (int i = 0; i < 3; i++) {
      feed.told(part(others, services(0, 1)));
      assertThat(sink.state()).isEqualTo(new TreeMap<>(others));
      assertThat(sink.holds()).isEmpty();
    }
  }

  @Test
  void part_thenWhole_tellsWhatIsGoneAndEndsTheHolds() {
    feed.whole(services(0, 4));
    feed.told(part(services(2, 4), services(0, 1)));
    feed.whole(services(2, 4));
    assertThat(sink.state()).isEqualTo(new TreeMap<>(services(2, 4)));
    assertThat(sink.holds()).isEmpty();
    feed.told(part(services(3, 4), Map.of()));
    assertThat(sink.holds()).hasSize(1);
  }

  @Test
  void part_serviceInTwoFiles_staysAsItWasAndNothingElseWaits() {
    feed.whole(services(0, 4));
    FileView.Partial twice =
        new FileView.Partial(
            services(2, 6),
            Map.of(),
            Set.of(ServiceId.of("s0"), ServiceId.of("new")),
            Set.of(),
            "twice",
            ServicesFileException.of(BAD, "twice"));
    feed.told(twice);
    Map<ServiceId, Service> expected = services(2, 6);
    expected.putAll(services(0, 1));
    assertThat(sink.state()).isEqualTo(new TreeMap<>(expected));
    assertThat(sink.holds()).isEmpty();
  }

  /** Whatever happens while a file cannot be used: nothing new waits, nothing old goes early. */
  @Property(tries = 200)
  void part_anySequence_holdsWhatIsMissingForItsCeilingOnly(@ForAll long seed) {
    Random random = new Random(seed);
    feed.whole(services(0, 20));
    Map<ServiceId, Service> last = services(0, 5);
    Map<ServiceId, Long> missingSince = new HashMap<>();
    for (int step = 0; step < 30; step++) {
      pass(Duration.ofSeconds(random.nextInt(120)));
      Map<ServiceId, Service> now = services(5, 25);
      now.keySet().removeIf(id -> random.nextInt(4) == 0);
      int number = step;
      now.replaceAll(
          (id, service) -> random.nextInt(5) == 0 ? service(id.name(), "step " + number) : service);
      Set<ServiceId> before = new HashSet<>(sink.state().keySet());
      feed.told(part(now, last));
      assertThat(sink.state()).containsAllEntriesOf(now).containsAllEntriesOf(last);
      missingSince.keySet().removeIf(id -> now.containsKey(id) || !before.contains(id));
      for (ServiceId id : before) {
        if (!now.containsKey(id) && !last.containsKey(id)) {
          long since = missingSince.computeIfAbsent(id, i -> nanos.get());
          assertThat(sink.state().containsKey(id))
              .as("%s, missing for %d s", id, TimeUnit.NANOSECONDS.toSeconds(nanos.get() - since))
              .isEqualTo(nanos.get() - since < SinkFeed.CEILING.toNanos());
        }
      }
      assertThat(sink.holds())
          .hasSize(sink.state().size() - now.size() - last.size())
          .allSatisfy(hold -> assertThat(hold.until()).isAfter(now()));
    }
    feed.whole(services(0, 7));
    assertThat(sink.state()).isEqualTo(new TreeMap<>(services(0, 7)));
    assertThat(sink.holds()).isEmpty();
    sink.assertNoViolations();
  }
}
