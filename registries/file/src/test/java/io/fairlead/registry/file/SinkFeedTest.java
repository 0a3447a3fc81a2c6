package io.fairlead.registry.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SinkFeedTest {
  private final RecordingSink sink = new RecordingSink();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);
  private final SinkFeed feed = new SinkFeed(sink, nanos::get);

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
  void whole_unchanged_isAliveOnceASecond() {
    feed.whole(services(0, 3));
    feed.whole(services(0, 3));
    assertThat(sink.alives()).isZero();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    feed.whole(services(0, 3));
    feed.whole(services(0, 3));
    assertThat(sink.alives()).isEqualTo(1);
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
}
