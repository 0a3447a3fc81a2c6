package io.fairlead.registry.file;

import io.fairlead.registry.Hold;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the sink what differs from what it was told last. Confined to the adapter's thread, which
 * makes the order of the calls.
 *
 * <p><b>While a file cannot be used</b>, additions and changes of the others are told at once. Two
 * things are not sure: a service that is in no file any more may have gone to that file, and a
 * service that the file had may have come from there to another one. Both wait, each for {@link
 * #CEILING} since it was first seen; after that what the readable files say counts. The services
 * that the file itself had stay as they were until it can be used: nothing says anything about
 * them, and no time makes up for that. A service that is in two files stays as it was, too.
 */
final class SinkFeed {
  /**
   * How long a removal or a move waits for a file that cannot be used. Who moves a service from one
   * file to another and makes a mistake in it has seen and mended it by then, and a longer wait
   * keeps endpoints that are gone; it is also how long a deletion guard waits by default.
   */
  static final Duration CEILING = Duration.ofMinutes(5);

  // More differences go as one resync, which is one transaction and is seen by the deletion guard.
  // The guard looks at ten removals or more.
  private static final int MAX_SINGLE_CHANGES = 8;

  private final RegistrySink sink;
  private final LongSupplier nanoTime;
  private final InstantSource clock;
  // Removals and moves that are not believed yet, and moves that are by now.
  private final Map<ServiceId, Waiting> waiting = new HashMap<>();
  // Since when a path cannot be used.
  private final Map<Path, Instant> unreadable = new TreeMap<>();
  private List<Hold> holds = List.of();
  private @Nullable Map<ServiceId, Service> sent;
  private @Nullable String problem;

  /** Something that waits, by both clocks. */
  private record Waiting(long nanos, Instant wall) {}

  /**
   * @param nanoTime a monotonic clock, by which waiting ends
   * @param clock the wall clock, for showing times only
   */
  SinkFeed(RegistrySink sink, LongSupplier nanoTime, InstantSource clock) {
    this.sink = sink;
    this.nanoTime = nanoTime;
    this.clock = clock;
  }

  /** The files were read. */
  void told(FileView view) {
    if (view instanceof FileView.Whole whole) {
      whole(whole.services());
    } else if (view instanceof FileView.Part part) {
      part(part);
    }
  }

  /**
   * The files were read as a whole.
   *
   * @param services unmodifiable; kept
   */
  void whole(Map<ServiceId, Service> services) {
    waiting.clear();
    unreadable.clear();
    Map<ServiceId, Service> before = sent;
    if (before == null || problem != null) {
      resync(services);
    } else if (!before.equals(services)) {
      differences(before, services);
    } else {
      sink.alive();
    }
    // Only now: if the sink threw, the next look starts with a resync.
    sent = services;
    problem = null;
    hold(List.of());
  }

  /** Some of the files cannot be used. */
  void part(FileView.Part part) {
    Map<ServiceId, Service> before = sent;
    if (before == null) {
      // There is nothing that could stay as it was: half of a registry must not look like all.
      failed(part.problem(), part.cause());
      return;
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    unreadable.keySet().retainAll(part.unreadable());
    part.unreadable().forEach(path -> unreadable.putIfAbsent(path, now));
    Set<ServiceId> unsure = new HashSet<>();
    Map<ServiceId, Service> target = new HashMap<>(part.last());
    part.services()
        .forEach(
            (id, service) -> {
              Service last = part.last().get(id);
              if (last == null || (!last.equals(service) && isOver(id, unsure, now))) {
                target.put(id, service);
              }
            });
    before.forEach(
        (id, service) -> {
          if (part.contradicted().contains(id)) {
            target.put(id, service);
          } else if (!target.containsKey(id)
              && !part.unreadable().isEmpty()
              && !isOver(id, unsure, now)) {
            target.put(id, service);
          }
        });
    waiting.keySet().retainAll(unsure);
    single(before, target);
    sent = Collections.unmodifiableMap(target);
    hold(holds(part, target.keySet()));
    if (!part.problem().equals(problem)) {
      problem = part.problem();
      sink.failing(part.problem(), part.cause());
    }
  }

  /** Whether a removal or move has waited for long enough; it waits from now on if it is new. */
  private boolean isOver(ServiceId id, Set<ServiceId> unsure, Instant now) {
    unsure.add(id);
    Waiting since = waiting.computeIfAbsent(id, i -> new Waiting(nanoTime.getAsLong(), now));
    return isOver(since);
  }

  private boolean isOver(Waiting since) {
    return nanoTime.getAsLong() - since.nanos() >= CEILING.toNanos();
  }

  private List<Hold> holds(FileView.Part part, Set<ServiceId> served) {
    List<Hold> list = new ArrayList<>();
    new TreeMap<>(waiting)
        .forEach(
            (id, since) -> {
              if (served.contains(id) && !isOver(since)) {
                list.add(
                    new Hold(
                        id.toString(),
                        Hold.Reason.UNREADABLE_PART,
                        since.wall(),
                        since.wall().plus(CEILING),
                        (part.last().containsKey(id)
                                ? "another file has it now, and so may have "
                                : "no file has it any more, but it may be in ")
                            + describeUnreadable()
                            + ": it stays as it was until that can be read"));
              }
            });
    return list;
  }

  private String describeUnreadable() {
    Map.Entry<Path, Instant> first = unreadable.entrySet().iterator().next();
    return first.getKey()
        + (unreadable.size() > 1 ? " and " + (unreadable.size() - 1) + " more" : "")
        + ", which cannot be read since "
        + first.getValue().truncatedTo(ChronoUnit.SECONDS);
  }

  private void hold(List<Hold> now) {
    if (!now.equals(holds)) {
      holds = now;
      sink.holding(now);
    }
  }

  /** Time until something has waited for long enough; zero if it has. */
  Optional<Duration> untilDue() {
    long now = nanoTime.getAsLong();
    return waiting.values().stream()
        .map(since -> CEILING.minusNanos(now - since.nanos()))
        .filter(left -> !left.isNegative() && !left.isZero())
        .min(Duration::compareTo);
  }

  /** Whether these lack a service that the sink was told of. */
  boolean misses(Set<ServiceId> services) {
    return sent != null && !services.containsAll(sent.keySet());
  }

  /** The files cannot be read at all. The same problem is told once. */
  void failed(String text, Throwable cause) {
    if (!text.equals(problem)) {
      problem = text;
      sink.resync(new ReadOutcome.Failed(text, cause));
    }
  }

  /** The next whole read is told as a resync, whatever was told before. */
  void forget() {
    sent = null;
  }

  private void differences(Map<ServiceId, Service> before, Map<ServiceId, Service> services) {
    Map<ServiceId, Service> changed = new HashMap<>(services);
    changed.entrySet().removeIf(one -> one.getValue().equals(before.get(one.getKey())));
    Set<ServiceId> removed = new HashSet<>(before.keySet());
    removed.removeAll(services.keySet());
    if (changed.size() + removed.size() > MAX_SINGLE_CHANGES) {
      resync(services);
    } else {
      changed.values().forEach(sink::changed);
      removed.forEach(sink::removed);
    }
  }

  // A resync would say that everything was read.
  private void single(Map<ServiceId, Service> before, Map<ServiceId, Service> services) {
    services.forEach(
        (id, service) -> {
          if (!service.equals(before.get(id))) {
            sink.changed(service);
          }
        });
    before.keySet().stream().filter(id -> !services.containsKey(id)).forEach(sink::removed);
  }

  private void resync(Map<ServiceId, Service> services) {
    sink.resync(new ReadOutcome.Fresh(List.copyOf(services.values())));
  }
}
