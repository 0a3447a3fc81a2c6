package io.fairlead.guard;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A group of losses that are decided about together: since when, what is to become of them, and
 * when people are reminded. Written by the commit thread; {@link #status} is for any thread.
 */
final class HeldGroup {
  private static final Duration MAX_REMINDER = Duration.ofDays(1);

  private final String id;
  private final String registry;
  private final Moment opened;
  private final ServiceCount of;
  private volatile GuardStatus.State state = GuardStatus.State.HOLDING;
  private volatile List<String> waitingFor = List.of();
  // All below is owned by the commit thread.
  private int size;
  private long remindAt;
  private long remindAfter;
  private int told;

  /**
   * A group without losses.
   *
   * @param of what the registry contributed
   */
  HeldGroup(String id, String registry, Moment opened, ServiceCount of, Duration firstReminder) {
    this.id = id;
    this.registry = registry;
    this.opened = opened;
    this.of = of;
    this.remindAfter = firstReminder.toNanos();
    this.remindAt = opened.nanos() + remindAfter;
  }

  ServiceCount of() {
    return of;
  }

  String id() {
    return id;
  }

  Moment opened() {
    return opened;
  }

  boolean isRejected() {
    return state == GuardStatus.State.REJECTED;
  }

  boolean isWaiting() {
    return state == GuardStatus.State.WAITING;
  }

  /** Says which registries have to be read before it is judged; none: it is to be confirmed. */
  void waitFor(List<String> registries) {
    waitingFor = List.copyOf(registries);
    if (!isRejected()) {
      state = registries.isEmpty() ? GuardStatus.State.HOLDING : GuardStatus.State.WAITING;
    }
  }

  List<String> waitingFor() {
    return waitingFor;
  }

  void reject(long now, Duration firstReminder) {
    state = GuardStatus.State.REJECTED;
    remindAfter = firstReminder.toNanos();
    remindAt = now + remindAfter;
  }

  /** Counts a loss in, or out. */
  void grow(int by) {
    size += by;
  }

  int size() {
    return size;
  }

  /** Whether it has grown so much that it is worth another word: by as much as was told. */
  boolean takeGrowth() {
    if (size < 2 * told) {
      return false;
    }
    told = size;
    return true;
  }

  /** Whether people are to be reminded of it; the next time follows after twice as long. */
  boolean takeReminder(long now) {
    if (now - remindAt < 0) {
      return false;
    }
    remindAfter = Math.min(2 * remindAfter, MAX_REMINDER.toNanos());
    remindAt = now + remindAfter;
    return true;
  }

  /** Nanoseconds until the next reminder, zero if it is due. */
  long untilReminder(long now) {
    return Math.max(0, remindAt - now);
  }

  /**
   * The group as people see it.
   *
   * @param services all that is held by it
   * @param shown those of which more than their number is shown
   */
  GuardStatus status(
      List<HeldService> services,
      List<HeldService> shown,
      ConnectionHealth health,
      Duration confirmAfter,
      InstantSource clock) {
    int missing =
        services.stream().mapToInt(each -> each.endpointsBefore() - each.endpointsNow()).sum();
    return new GuardStatus(
        id,
        registry,
        state,
        opened.wall(),
        confirmsAt(services, health, confirmAfter, clock),
        endsBy(services, confirmAfter),
        services.size(),
        missing,
        of.services(),
        of.endpoints(),
        isWaiting() ? waitingFor : List.of(),
        shown);
  }

  private Optional<Instant> endsBy(List<HeldService> services, Duration confirmAfter) {
    if (state != GuardStatus.State.HOLDING) {
      return Optional.empty();
    }
    return services.stream()
        .map(HeldService::since)
        .max(Comparator.naturalOrder())
        .map(latest -> latest.plus(confirmAfter.multipliedBy(Confirmation.CEILING)));
  }

  private Optional<Instant> confirmsAt(
      List<HeldService> services,
      ConnectionHealth health,
      Duration confirmAfter,
      InstantSource clock) {
    if (state != GuardStatus.State.HOLDING || !health.isReadable()) {
      return Optional.empty();
    }
    Instant latest = health.steady().map(Moment::wall).orElse(opened.wall());
    for (HeldService service : services) {
      latest = service.since().isAfter(latest) ? service.since() : latest;
    }
    Instant due = latest.plus(confirmAfter);
    Instant now = clock.instant();
    return Optional.of(due.isBefore(now) ? now : due);
  }
}
