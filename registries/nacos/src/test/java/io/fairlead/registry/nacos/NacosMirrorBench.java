package io.fairlead.registry.nacos;

import io.fairlead.registry.Instance;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.AdapterClock;
import io.fairlead.registry.testkit.RecordingSink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A mirror with a registry in memory and time that is turned by hand: the list is read twice a
 * second, direct reads are answered at once.
 */
final class NacosMirrorBench {
  static final Duration SETTLE = Duration.ofSeconds(30);
  private static final long STEP = Duration.ofMillis(500).toNanos();

  /** What the registry holds; tests change it. */
  final Map<ServiceId, Content> registry = new TreeMap<>();

  final RecordingSink sink = new RecordingSink();
  final Set<ServiceId> subscribed = new HashSet<>();
  final NacosMirror mirror;
  int directReads;
  boolean reachable = true;

  /** Whether lists are asked for at all; a back-off may be longer than the settling time. */
  boolean polling = true;

  /** One list in so many fails; 0: none. */
  int failOneIn;

  /** Whether there is a whole read each half minute. */
  boolean wholeReads;

  private record Task(long due, int number, Runnable run) {}

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingInt(Task::number));
  private final ReadQueue reads;
  private long now = 1;
  private long wholeReadAt;
  private int number;
  private int polls;

  /** What an older node of the cluster answers to direct reads, if it is asked instead. */
  @Nullable Map<ServiceId, Content> behind;

  NacosMirrorBench() {
    AdapterClock clock = new HandTurnedClock();
    this.reads = new ReadQueue(2, this::read, clock);
    this.mirror =
        new NacosMirror(sink, new MirrorRequests(), SETTLE, Duration.ofNanos(STEP), clock);
  }

  private final class HandTurnedClock implements AdapterClock {
    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public Instant instant() {
      return Instant.EPOCH.plusNanos(now);
    }

    @Override
    public void after(Duration delay, Runnable task) {
      tasks.add(new Task(now + delay.toNanos(), number++, task));
    }
  }

  /** The time on the wall. */
  Instant wall() {
    return Instant.EPOCH.plusNanos(now);
  }

  private final class MirrorRequests implements NacosMirror.Requests {
    @Override
    public void read(ServiceId id, Duration delay) {
      reads.request(id, delay);
    }

    @Override
    public void subscribe(ServiceId id) {
      subscribed.add(id);
    }

    @Override
    public void forget(ServiceId id) {
      subscribed.remove(id);
      reads.forget(id);
    }
  }

  private void read(ServiceId id) {
    Map<ServiceId, Content> from = behind == null ? registry : behind;
    Optional<Content> found = Optional.ofNullable(from.get(id));
    tasks.add(
        new Task(
            now + 1,
            number++,
            () -> {
              directReads++;
              reads.done(id);
              mirror.read(id, found);
            }));
  }

  static ServiceId id(String name) {
    return new ServiceId("public", "g", name);
  }

  static InstanceRecord host(int number) {
    return new InstanceRecord("10.0.0." + number, 80, 1, true, true, "DEFAULT", Map.of());
  }

  static Content content(int... instances) {
    List<InstanceRecord> list = new ArrayList<>();
    for (int host : instances) {
      list.add(host(host));
    }
    return new Content(list, Map.of(), OptionalDouble.of(0));
  }

  void begin() {
    sink.resync(new ReadOutcome.Fresh(mirror.begin(new HashMap<>(registry))));
  }

  private List<ServiceRow> rows() {
    List<ServiceRow> rows = new ArrayList<>();
    registry.forEach(
        (id, content) -> {
          int instances = content.instances().size();
          int healthy = content.healthy();
          boolean protecting =
              instances > 0 && (double) healthy / instances <= content.protectThreshold().orElse(0);
          rows.add(
              new ServiceRow(
                  id, Optional.of(new ServiceRow.Counts(instances, healthy, protecting))));
        });
    return rows;
  }

  private Map<ServiceId, Content> whole() {
    Map<ServiceId, Content> contents = new HashMap<>();
    registry.forEach(
        (id, it) ->
            contents.put(id, new Content(it.instances(), it.metadata(), OptionalDouble.empty())));
    return contents;
  }

  /** Lets time pass, with a list read every half second. */
  void pass(Duration time) {
    long end = now + time.toNanos();
    long nextPoll = now;
    while (now < end) {
      long target = Math.min(end, nextPoll);
      while (!tasks.isEmpty() && tasks.peek().due <= target) {
        Task task = tasks.remove();
        now = Math.max(now, task.due);
        task.run.run();
      }
      now = target;
      if (now == nextPoll) {
        if (!polling) {
          nextPoll += STEP;
          continue;
        }
        polls++;
        if (reachable && (failOneIn == 0 || polls % failOneIn != 0)) {
          mirror.listed("public", rows());
        } else {
          mirror.interrupted();
        }
        mirror.tellHolds();
        if (wholeReads && reachable && now - wholeReadAt >= SETTLE.toNanos()) {
          wholeReadAt = now;
          mirror.reconciled(whole());
        }
        nextPoll += STEP;
      }
    }
  }

  /** The instances that the sink has been told of. */
  Set<String> published(String name) {
    Set<String> addresses = new HashSet<>();
    instances(name).forEach(it -> addresses.add(it.address()));
    return addresses;
  }

  /** The service as the sink has been told of it. */
  Service service(String name) {
    return Objects.requireNonNull(sink.state().get(id(name)), name);
  }

  private List<Instance> instances(String name) {
    return service(name).instances();
  }

  boolean isPublished(String name) {
    return sink.state().containsKey(id(name));
  }
}
