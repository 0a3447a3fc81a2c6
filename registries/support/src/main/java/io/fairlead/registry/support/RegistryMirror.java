package io.fairlead.registry.support;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Instance;
import io.fairlead.registry.PackedService;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.MirrorOptions.Removals;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The mirror of a registry: it takes what an adapter has read, whole or service by service, and
 * tells the sink what differs from before.
 *
 * <ul>
 *   <li>The first whole read is given to the sink as one; an empty one once it is confirmed.
 *   <li>Additions and changes are passed on at once.
 *   <li>A failed read removes nothing, nor does the end of a connection: only an answer does that
 *       lacks something.
 *   <li>While answers are doubted, what they lack is kept for {@link MirrorOptions#settle()} from
 *       the first answer that lacked it. They are doubted for that time after each failure, and
 *       after a whole read that lacks much: every instance, or more than 30 % of the services or
 *       instances and at least ten. Otherwise {@link MirrorOptions#removals()} decides.
 *   <li>What is kept is reported as a {@link Hold}. When its time is over, the adapter is asked to
 *       read again, and an answer that still lacks it removes it. If no answer comes within five
 *       seconds and no read has failed, the latest one counts.
 *   <li>The registry is shown as failing until every part that failed works again.
 * </ul>
 *
 * <p>Thread-safe: calls are serialised by a lock that is also held while the sink is called, so
 * {@link #close} waits for a call of the sink under way, unless it is called within that call.
 */
public final class RegistryMirror implements AutoCloseable {
  // The part of the registry that whole reads show.
  private static final String WHOLE = "";
  // The time that an adapter has to read again what is due.
  private static final Duration GRACE = Duration.ofSeconds(5);
  // The time by which that, and a read that fails, may delay the end of a hold.
  private static final Duration LATE = GRACE.plus(Contact.MAX_GAP);
  private static final Duration HOLDS_DELAY = Duration.ofMillis(100);

  /** The adapter's way to read again. */
  public interface Rereads {
    /**
     * Asks for another answer about services, by whatever read is cheapest: a whole one, or one of
     * each. Called by a task of the clock, without a lock; returns at once.
     *
     * @param ids the services; empty if a whole read is needed
     */
    void readAgain(Set<ServiceId> ids);
  }

  /** A moment between two answers; see {@link #mark()}. */
  public record Mark(long answer) {}

  private final RegistrySink sink;
  private final AdapterClock clock;
  private final MirrorOptions options;
  private final Rereads rereads;

  // Everything below is guarded by "this".
  private final StalenessReporter staleness;
  private final HoldReporter holds;
  private final Contact contact;
  private final Map<ServiceId, MirroredService> services = new HashMap<>();
  private final Set<MirroredService> kept = new LinkedHashSet<>();
  private final Set<ServiceId> removed = new HashSet<>();
  private boolean reading;
  private long answers;
  private @Nullable Absence emptyAtFirst;
  private long emptyAskedAt;
  private boolean armed;
  private long armedFor;
  private boolean closed;

  /**
   * @param clock the adapter's thread, or another clock
   * @param rereads asked for another read when one would decide something
   */
  public RegistryMirror(
      AdapterContext context, AdapterClock clock, MirrorOptions options, Rereads rereads) {
    this.sink = context.sink();
    this.clock = clock;
    this.options = options;
    this.rereads = rereads;
    this.staleness = new StalenessReporter(context.registry(), sink, clock::nanoTime);
    this.holds = new HoldReporter(sink);
    this.contact = new Contact(options.settle(), clock.nanoTime());
  }

  // ---- What was read --------------------------------------------------------------------------

  /**
   * Returns a mark to be taken before a whole read begins, where single answers may come during it:
   * {@link #whole(Mark, Collection)} leaves alone what was answered since. One whole read at a
   * time.
   */
  public synchronized Mark mark() {
    removed.clear();
    reading = true;
    return new Mark(answers);
  }

  /**
   * Takes a whole read: successful, authorised, and complete. It ends what {@link #failed(String,
   * Throwable)} reported.
   *
   * @param read every service; of two with one id the instances are put together
   */
  public synchronized void whole(Collection<Service> read) {
    removed.clear();
    whole(new Mark(answers), read);
  }

  /**
   * Takes a whole read as {@link #whole(Collection)} does, but for the services about which there
   * was a single answer since it began.
   *
   * @param begun the {@link #mark()} from before the read
   */
  public synchronized void whole(Mark begun, Collection<Service> read) {
    if (closed) {
      return;
    }
    Map<ServiceId, Service> byId = new LinkedHashMap<>();
    read.forEach(service -> byId.merge(service.id(), service, MirroredService::union));
    byId.replaceAll((id, service) -> MirroredService.ordered(service));
    succeeded(WHOLE);
    if (staleness.isSynced()) {
      compare(begun, byId);
    } else {
      first(begun, byId);
    }
    works(WHOLE);
    removed.clear();
    reading = false;
    reportHolds();
    kept.forEach(this::arm);
  }

  /** Takes an answer about one service: its present state. */
  public synchronized void changed(Service service) {
    if (closed) {
      return;
    }
    succeeded();
    MirroredService mirrored = services.computeIfAbsent(service.id(), MirroredService::new);
    mirrored.answered = ++answers;
    if (staleness.isSynced()) {
      present(mirrored, MirroredService.ordered(service));
      later(mirrored);
    } else {
      mirrored.newest = PackedService.of(MirroredService.ordered(service));
    }
  }

  /** Takes an answer about one service: there is none. */
  public synchronized void missing(ServiceId id) {
    if (closed) {
      return;
    }
    succeeded();
    MirroredService mirrored = services.computeIfAbsent(id, MirroredService::new);
    mirrored.answered = ++answers;
    mirrored.newest = null;
    if (staleness.isSynced()) {
      absent(mirrored);
      later(mirrored);
    }
  }

  /** Records that a whole read failed; see {@link #failed(String, String, Throwable)}. */
  public void failed(String problem, Throwable cause) {
    failed(WHOLE, problem, cause);
  }

  /**
   * Records that a part of the registry cannot be read, or that its answer is not trusted.
   *
   * @param part any name that the adapter has for it, such as {@code service orders}; it counts as
   *     failing until {@link #works} is called with it
   * @param problem what happened and what the operator can do, in one sentence with the address
   */
  public synchronized void failed(String part, String problem, Throwable cause) {
    if (closed) {
      return;
    }
    boolean added = staleness.fail(part, problem, cause);
    emptyAtFirst = null;
    contact.failed(clock.nanoTime(), added);
    if (!kept.isEmpty()) {
      arm(GRACE);
    }
  }

  /**
   * Records that a part can be read; also that it still can, which shows the registry alive where
   * nothing changes.
   */
  public synchronized void works(String part) {
    if (closed) {
      return;
    }
    succeeded(part);
    staleness.works(part);
  }

  /** Records that the registry answered and nothing changed, as a keepalive does. */
  public void alive() {
    works(WHOLE);
  }

  private void succeeded() {
    long now = clock.nanoTime();
    if (contact.isLost(now)) {
      // Else their ends would come later than was told.
      reportHolds();
    }
    if (contact.hasFailed() && !kept.isEmpty()) {
      arm(Duration.ZERO);
    }
    contact.succeeded(now);
  }

  private void succeeded(String part) {
    succeeded();
    if (staleness.isFailing(part)) {
      contact.recovered();
    }
  }

  /** Returns the number of services that the sink has. */
  public synchronized int size() {
    return services.size();
  }

  /** Returns the ids of the services that the sink has. */
  public synchronized Set<ServiceId> ids() {
    return Set.copyOf(services.keySet());
  }

  /** Ends all calls of the sink; waits for one under way, unless it is called within that call. */
  @Override
  public synchronized void close() {
    closed = true;
  }

  // ---- Whole reads ----------------------------------------------------------------------------

  private void first(Mark begun, Map<ServiceId, Service> read) {
    for (MirroredService early : services.values()) {
      if (early.answered > begun.answer()) {
        if (early.newest == null) {
          read.remove(early.id);
        } else {
          read.put(early.id, early.newest.unpack());
        }
      }
    }
    if (read.isEmpty() && !isConfirmedEmpty()) {
      return;
    }
    begin(read);
  }

  private boolean isConfirmedEmpty() {
    long now = clock.nanoTime();
    emptyAskedAt = 0;
    if (emptyAtFirst == null) {
      emptyAtFirst = new Absence(now, 0);
    }
    Duration left = options.confirmation().minusNanos(now - emptyAtFirst.since);
    if (left.isNegative() || left.isZero()) {
      return true;
    }
    arm(left);
    return false;
  }

  private void begin(Map<ServiceId, Service> read) {
    emptyAtFirst = null;
    staleness.synced(List.copyOf(read.values()));
    services.keySet().retainAll(read.keySet());
    for (Service service : read.values()) {
      MirroredService mirrored = services.computeIfAbsent(service.id(), MirroredService::new);
      mirrored.told = PackedService.of(service);
      mirrored.newest = null;
    }
  }

  private void compare(Mark begun, Map<ServiceId, Service> read) {
    if (Loss.isSuspicious(services.values(), read)) {
      contact.shrunk();
    }
    for (Service service : read.values()) {
      MirroredService known = services.get(service.id());
      boolean older =
          known == null ? removed.contains(service.id()) : known.answered > begun.answer();
      if (!older) {
        present(services.computeIfAbsent(service.id(), MirroredService::new), service);
      }
    }
    for (MirroredService mirrored : List.copyOf(services.values())) {
      if (mirrored.answered <= begun.answer() && !read.containsKey(mirrored.id)) {
        absent(mirrored);
      }
      if (closed) {
        return;
      }
    }
  }

  // ---- One service ----------------------------------------------------------------------------

  private void present(MirroredService mirrored, Service service) {
    if (closed) {
      return;
    }
    mirrored.gone = null;
    mirrored.askedAt = 0;
    PackedService newest = PackedService.of(service);
    PackedService told = mirrored.told;
    if (newest.equals(told)) {
      mirrored.newest = null;
      mirrored.lost = Map.of();
    } else if (told == null) {
      tell(mirrored, service, newest);
    } else {
      mirrored.newest = newest;
      merge(mirrored, told.unpack(), service);
    }
    track(mirrored);
  }

  /** Passes on a newer state, with the instances that are kept beside it. */
  private void merge(MirroredService mirrored, Service old, Service next) {
    long now = clock.nanoTime();
    boolean confirm = next.instances().isEmpty() && options.removals() == Removals.CONFIRMED;
    Map<String, Absence> lost = new HashMap<>();
    List<Instance> instances = new ArrayList<>();
    for (Instance instance : MirroredService.missing(old, next)) {
      Absence known = mirrored.lost.get(instance.id());
      Absence absence = known == null ? new Absence(now, contact.clock(now)) : known;
      if (left(absence, now, confirm) > 0) {
        lost.put(instance.id(), absence);
        instances.add(instance);
      }
    }
    mirrored.lost = Map.copyOf(lost);
    if (instances.isEmpty()) {
      mirrored.newest = null;
      tell(mirrored, next, PackedService.of(next));
    } else {
      Service merged = MirroredService.with(old, next, instances);
      tell(mirrored, merged, PackedService.of(merged));
    }
  }

  private void tell(MirroredService mirrored, Service service, PackedService packed) {
    if (!closed && !packed.equals(mirrored.told)) {
      sink.changed(service);
      mirrored.told = packed;
    }
  }

  private void absent(MirroredService mirrored) {
    mirrored.askedAt = 0;
    if (closed) {
      return;
    }
    if (mirrored.told == null) {
      drop(mirrored);
      return;
    }
    long now = clock.nanoTime();
    Absence gone = mirrored.gone == null ? new Absence(now, contact.clock(now)) : mirrored.gone;
    if (left(gone, now, options.removals() == Removals.CONFIRMED) > 0) {
      mirrored.gone = gone;
      track(mirrored);
    } else {
      remove(mirrored);
    }
  }

  private void remove(MirroredService mirrored) {
    sink.removed(mirrored.id);
    drop(mirrored);
  }

  private void drop(MirroredService mirrored) {
    mirrored.gone = null;
    mirrored.lost = Map.of();
    services.remove(mirrored.id);
    kept.remove(mirrored);
    if (reading) {
      removed.add(mirrored.id);
    }
  }

  private void track(MirroredService mirrored) {
    if (mirrored.isKept()) {
      kept.add(mirrored);
    } else {
      kept.remove(mirrored);
    }
  }

  /** Returns how long something that is missing is still kept; not positive once it is not. */
  private long left(Absence absence, long now, boolean confirm) {
    if (contact.isDoubted(now)) {
      return options.settle().toNanos() - (contact.clock(now) - absence.clock);
    }
    return confirm ? options.confirmation().toNanos() - (now - absence.since) : 0;
  }

  /** Returns how long the first of what a service lacks is still kept. */
  private long left(MirroredService mirrored, long now) {
    boolean confirm = options.removals() == Removals.CONFIRMED;
    if (mirrored.gone != null) {
      return left(mirrored.gone, now, confirm);
    }
    long least = Long.MAX_VALUE;
    for (Absence absence : mirrored.lost.values()) {
      least = Math.min(least, left(absence, now, confirm));
    }
    return least;
  }

  // ---- What is due later ----------------------------------------------------------------------

  /** Arms the timer for a service after a single answer. */
  private void later(MirroredService mirrored) {
    if (mirrored.isKept()) {
      arm(mirrored);
    }
    if (mirrored.isKept() || holds.isReporting()) {
      arm(HOLDS_DELAY);
    }
  }

  private void arm(MirroredService mirrored) {
    long now = clock.nanoTime();
    long left =
        mirrored.askedAt == 0 ? left(mirrored, now) : mirrored.askedAt + GRACE.toNanos() - now;
    arm(Duration.ofNanos(left));
  }

  private void arm(Duration delay) {
    Duration positive = delay.isNegative() ? Duration.ZERO : delay;
    long at = clock.nanoTime() + positive.toNanos();
    if (!closed && (!armed || at - armedFor < 0)) {
      armed = true;
      armedFor = at;
      clock.after(positive, () -> due(at));
    }
  }

  private void due(long at) {
    Set<ServiceId> ask = new HashSet<>();
    boolean asksForAll;
    synchronized (this) {
      if (closed || !armed || at != armedFor) {
        return;
      }
      armed = false;
      asksForAll = !contact.hasFailed() && isEmptyDue();
      if (!contact.hasFailed()) {
        List.copyOf(kept).forEach(mirrored -> due(mirrored, ask));
      }
      reportHolds();
      rearm();
    }
    if (asksForAll || !ask.isEmpty()) {
      rereads.readAgain(asksForAll ? Set.of() : Set.copyOf(ask));
    }
  }

  private void rearm() {
    if (closed) {
      return;
    }
    if (contact.hasFailed()) {
      // The next answer arms it; until then the holds may turn into an outage.
      if (!kept.isEmpty() && !contact.isLost(clock.nanoTime())) {
        arm(Duration.ofSeconds(1));
      }
      return;
    }
    kept.forEach(this::arm);
    if (emptyAskedAt != 0) {
      arm(GRACE);
    }
  }

  /**
   * Asks for another read of a service whose time is over; counts its latest answer if none came.
   */
  private void due(MirroredService mirrored, Set<ServiceId> ask) {
    long now = clock.nanoTime();
    if (closed || left(mirrored, now) > 0) {
      return;
    }
    if (mirrored.askedAt == 0) {
      mirrored.askedAt = now;
      ask.add(mirrored.id);
    } else {
      endOverdue(mirrored);
    }
  }

  /** Counts the latest answer about a service if none came in the time that was given for it. */
  private void endOverdue(MirroredService mirrored) {
    if (mirrored.askedAt == 0 || clock.nanoTime() - mirrored.askedAt < GRACE.toNanos()) {
      return;
    }
    if (mirrored.gone != null) {
      absent(mirrored);
    } else if (mirrored.newest != null && mirrored.told != null) {
      mirrored.askedAt = 0;
      merge(mirrored, mirrored.told.unpack(), mirrored.newest.unpack());
      track(mirrored);
    }
  }

  /** Whether a whole read has to confirm that the registry is empty at first. */
  private boolean isEmptyDue() {
    if (emptyAtFirst == null || staleness.isSynced()) {
      return false;
    }
    long now = clock.nanoTime();
    if (emptyAskedAt != 0) {
      if (now - emptyAskedAt >= GRACE.toNanos()) {
        emptyAskedAt = 0;
        begin(Map.of());
      }
      return false;
    }
    emptyAskedAt = now;
    return true;
  }

  // ---- Holds ----------------------------------------------------------------------------------

  private void reportHolds() {
    if (closed) {
      return;
    }
    long now = clock.nanoTime();
    Instant instant = clock.instant();
    // An outage is no suspicion: nothing at all changes until the registry is back.
    boolean lost = contact.isLost(now);
    for (MirroredService mirrored : kept) {
      if (lost) {
        mirrored.askedAt = 0;
      }
      if (mirrored.gone != null) {
        // One hold tells of all of it.
        mirrored.lost.values().forEach(Absence::suspend);
        report(mirrored.id.toString(), mirrored.gone, lost, now, instant);
      } else {
        mirrored.lost.forEach(
            (id, absence) -> report(mirrored.id + " instance " + id, absence, lost, now, instant));
      }
    }
    holds.report();
  }

  private void report(String subject, Absence absence, boolean lost, long now, Instant instant) {
    if (lost) {
      absence.suspend();
      return;
    }
    boolean doubted = contact.isDoubted(now);
    Hold.Reason reason = doubted ? contact.reason() : Hold.Reason.UNCONFIRMED;
    Duration left = Duration.ofNanos(Math.max(0, left(absence, now, true))).plus(LATE);
    holds.add(
        absence.hold(subject, reason, Loss.explanation(reason, options.settle()), instant, left));
  }
}
