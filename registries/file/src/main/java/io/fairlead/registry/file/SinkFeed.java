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
 * A feed that passes the differences between successive views of the files to the sink. Confined to
 * the adapter's thread, which orders the calls; {@link #reported} is for any thread.
 *
 * <p><b>While a file cannot be used</b>, additions and changes of the others are passed on at once.
 * Two cases are uncertain: a service that is in no file any more may have moved to that file, and a
 * service that the file had may have moved to another one. Both wait for {@link #CEILING} since
 * they were first seen; after that the readable files count. The services that the file itself had
 * stay as they were until it can be used, since nothing is known about them. A service that is in
 * two files stays as it was, too.
 */
final class SinkFeed {
  /**
   * The longest time that a removal or a move waits for a file that cannot be used. A mistake made
   * while moving a service between files is usually noticed and fixed by then, and a longer wait
   * would keep endpoints that are gone; the deletion guard waits as long by default.
   */
  static final Duration CEILING = Duration.ofMinutes(5);

  // More differences are passed on as one resync, which is one transaction that the deletion guard
  // judges as a whole. The guard considers ten removals or more.
  private static final int MAX_SINGLE_CHANGES = 8;

  private final RegistrySink sink;
  private final LongSupplier nanoTime;
  private final InstantSource clock;
  // Removals and moves that wait, and moves whose wait is over.
  private final Map<ServiceId, Waiting> waiting = new HashMap<>();
  // The time since which each path has been unusable.
  private final Map<Path, Instant> unreadable = new TreeMap<>();
  private List<Hold> holds = List.of();
  private volatile @Nullable Map<ServiceId, Service> sent;
  private @Nullable String problem;

  /** The start of a wait, by both clocks. */
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

  /** Passes on a new view. */
  void told(FileView view) {
    if (view instanceof FileView.Whole whole) {
      whole(whole.services());
    } else if (view instanceof FileView.Partial part) {
      part(part);
    }
  }

  /**
   * Passes on a view without problems.
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
    // Only now: if the sink threw, the next read begins with a resync.
    sent = services;
    problem = null;
    hold(List.of());
  }

  /** Passes on a view in which some files cannot be used. */
  void part(FileView.Partial part) {
    Map<ServiceId, Service> before = sent;
    if (before == null) {
      // Without an earlier view, a part of the registry must not look like all of it.
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

  /** Whether a removal or move has waited for long enough; a new one starts waiting now. */
  private boolean isOver(ServiceId id, Set<ServiceId> unsure, Instant now) {
    unsure.add(id);
    Waiting since = waiting.computeIfAbsent(id, i -> new Waiting(nanoTime.getAsLong(), now));
    return isOver(since);
  }

  private boolean isOver(Waiting since) {
    return nanoTime.getAsLong() - since.nanos() >= CEILING.toNanos();
  }

  private List<Hold> holds(FileView.Partial part, Set<ServiceId> served) {
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

  /** Returns the time until the next wait is over; empty if nothing waits. */
  Optional<Duration> untilDue() {
    long now = nanoTime.getAsLong();
    return waiting.values().stream()
        .map(since -> CEILING.minusNanos(now - since.nanos()))
        .filter(left -> !left.isNegative() && !left.isZero())
        .min(Duration::compareTo);
  }

  /** Whether these lack a service that the sink has. */
  boolean misses(Set<ServiceId> services) {
    Map<ServiceId, Service> before = sent;
    return before != null && !services.containsAll(before.keySet());
  }

  /** Reports that the files cannot be read at all; the same problem is reported once. */
  void failed(String text, Throwable cause) {
    if (!text.equals(problem)) {
      problem = text;
      sink.resync(new ReadOutcome.Failed(text, cause));
    }
  }

  /** Returns a service as the sink was last told of it. */
  Optional<Service> reported(ServiceId id) {
    return Optional.ofNullable(sent).flatMap(services -> Optional.ofNullable(services.get(id)));
  }

  /** Makes the next view a resync. */
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

  // One by one, since a resync would claim that everything was read.
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
