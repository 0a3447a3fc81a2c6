package io.fairlead.registry.support;

import io.fairlead.registry.Hold;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.support.MirrorOptions.Removals;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The services of which something is kept although the newest answer lacks it: for how long, and
 * what the sink is told of it. Guarded by the mirror's lock.
 */
final class Retention {
  /** The time that an adapter has to read again what is due. */
  static final Duration GRACE = Duration.ofSeconds(15);

  // The time by which that, and a read that fails, may delay the end of a hold.
  private static final Duration LATE = GRACE.plus(Contact.MAX_GAP);

  private final AdapterClock clock;
  private final MirrorOptions options;
  private final Contact contact;
  private final HoldReporter holds;
  private final Set<MirroredService> kept = new LinkedHashSet<>();

  Retention(RegistrySink sink, AdapterClock clock, MirrorOptions options, Contact contact) {
    this.clock = clock;
    this.options = options;
    this.contact = contact;
    this.holds = new HoldReporter(sink);
  }

  /** Returns a copy of the services of which something is kept. */
  List<MirroredService> services() {
    return List.copyOf(kept);
  }

  boolean isEmpty() {
    return kept.isEmpty();
  }

  /** Records whether something of a service is kept. */
  void track(MirroredService mirrored) {
    if (mirrored.isKept()) {
      kept.add(mirrored);
    } else {
      kept.remove(mirrored);
    }
  }

  /** Returns the absence that was known, or one that begins now. */
  Absence absence(@Nullable Absence known) {
    if (known != null) {
      return known;
    }
    long now = clock.nanoTime();
    return new Absence(now, contact.clock(now));
  }

  /**
   * Whether something that is missing is still kept.
   *
   * @param confirmable whether it is a removal that {@link MirrorOptions#removals()} is about
   */
  boolean keeps(Absence absence, boolean confirmable) {
    return left(absence, confirmable && options.removals() == Removals.CONFIRMED) > 0;
  }

  private long left(Absence absence, boolean confirm) {
    long now = clock.nanoTime();
    if (contact.isDoubted(now)) {
      return options.settle().toNanos() - (contact.clock(now) - absence.clock);
    }
    return confirm ? options.confirmation().toNanos() - (now - absence.since) : 0;
  }

  /** Returns how long the first of what a service lacks is still kept, in nanoseconds. */
  long left(MirroredService mirrored) {
    boolean confirm = options.removals() == Removals.CONFIRMED;
    if (mirrored.gone != null) {
      return left(mirrored.gone, confirm);
    }
    long least = Long.MAX_VALUE;
    for (Absence absence : mirrored.lost.values()) {
      least = Math.min(least, left(absence, confirm));
    }
    return least;
  }

  /** Returns when something is to be done about a service: from now on, perhaps negative. */
  Duration due(MirroredService mirrored) {
    long left = left(mirrored);
    // Doubted anew since it was asked for, it is kept for longer.
    boolean isAsked = mirrored.askedAt != 0 && left <= 0;
    return Duration.ofNanos(isAsked ? mirrored.askedAt + GRACE.toNanos() - clock.nanoTime() : left);
  }

  /** Whether no answer came in the time that was given for it. */
  boolean isOverdue(MirroredService mirrored) {
    return mirrored.askedAt != 0 && clock.nanoTime() - mirrored.askedAt >= GRACE.toNanos();
  }

  // ---- Holds ----------------------------------------------------------------------------------

  /** Whether the sink knows of a hold. */
  boolean isReporting() {
    return holds.isReporting();
  }

  /** Tells the sink what is kept. */
  void report() {
    Instant instant = clock.instant();
    // An outage is no suspicion: nothing at all changes until the registry is back.
    boolean lost = contact.isLost(clock.nanoTime());
    for (MirroredService mirrored : kept) {
      if (lost) {
        mirrored.askedAt = 0;
      }
      if (mirrored.gone != null) {
        // One hold tells of all of it.
        mirrored.lost.values().forEach(Absence::suspend);
        report(mirrored.id.toString(), mirrored.gone, lost, instant);
      } else {
        mirrored.lost.forEach(
            (id, absence) -> report(mirrored.id + " instance " + id, absence, lost, instant));
      }
    }
    holds.report();
  }

  private void report(String subject, Absence absence, boolean lost, Instant instant) {
    if (lost) {
      absence.suspend();
      return;
    }
    boolean doubted = contact.isDoubted(clock.nanoTime());
    Hold.Reason reason = doubted ? contact.reason() : Hold.Reason.UNCONFIRMED;
    Duration left = Duration.ofNanos(Math.max(0, left(absence, true))).plus(LATE);
    holds.add(
        absence.hold(subject, reason, Loss.explanation(reason, options.settle()), instant, left));
  }
}
