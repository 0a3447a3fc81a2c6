package io.fairlead.registry.support;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Hold;
import io.fairlead.registry.PackedService;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
 *       read again, and an answer that still lacks it removes it. If no answer comes within 15
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
  private static final Duration WHILE_FAILING = Duration.ofSeconds(1);
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

  private final ClosableSink sink;
  private final AdapterClock clock;
  private final Rereads rereads;

  // Everything below is guarded by "this".
  private final StalenessReporter staleness;
  private final Contact contact;
  private final Retention retention;
  private final MirroredServices services;
  private final EmptyStart empty;
  private final Alarm alarm;

  /**
   * @param clock the adapter's thread, or another clock
   * @param rereads asked for another read when one would decide something
   */
  public RegistryMirror(
      AdapterContext context, AdapterClock clock, MirrorOptions options, Rereads rereads) {
    this.sink = new ClosableSink(context.sink());
    this.clock = clock;
    this.rereads = rereads;
    this.staleness = new StalenessReporter(context.registry(), sink, clock::nanoTime);
    this.contact = new Contact(options.settle(), clock.nanoTime());
    this.retention = new Retention(sink, clock, options, contact);
    this.services = new MirroredServices(sink, clock, retention);
    this.empty = new EmptyStart(clock, options.confirmation());
    this.alarm = new Alarm(clock, this::rung);
  }

  // ---- What was read --------------------------------------------------------------------------

  /**
   * Returns a mark to be taken before a whole read begins, where single answers may come during it:
   * {@link #whole(Mark, Collection)} leaves alone what was answered since. One whole read at a
   * time.
   */
  public synchronized Mark mark() {
    return new Mark(services.beginRead());
  }

  /**
   * Takes a whole read: successful, authorised, and complete. It ends what {@link #failed(String,
   * Throwable)} reported.
   *
   * @param read every service; of two with one id the instances are put together
   */
  public synchronized void whole(Collection<Service> read) {
    services.endRead();
    whole(new Mark(services.latestAnswer()), read);
  }

  /**
   * Takes a whole read as {@link #whole(Collection)} does, but for the services about which there
   * was a single answer since it began.
   *
   * @param begun the {@link #mark()} from before the read
   */
  public synchronized void whole(Mark begun, Collection<Service> read) {
    if (sink.isClosed()) {
      return;
    }
    Map<ServiceId, Service> byId = new LinkedHashMap<>();
    read.forEach(service -> byId.merge(service.id(), service, MirroredService::union));
    byId.replaceAll((id, service) -> MirroredService.ordered(service));
    succeeded(WHOLE);
    if (!staleness.isSynced()) {
      first(begun, byId);
    } else {
      if (services.isSuspicious(byId)) {
        contact.shrunk();
      }
      services.takeAll(byId, begun.answer());
    }
    works(WHOLE);
    services.endRead();
    if (!sink.isClosed()) {
      retention.report();
      setAlarm();
    }
  }

  /** Takes an answer about one service: its present state. */
  public synchronized void changed(Service service) {
    if (sink.isClosed()) {
      return;
    }
    succeeded();
    MirroredService mirrored = services.answered(service.id());
    if (staleness.isSynced()) {
      services.present(mirrored, MirroredService.ordered(service));
      later(mirrored);
    } else {
      mirrored.newest = PackedService.of(MirroredService.ordered(service));
    }
  }

  /** Takes an answer about one service: there is none. */
  public void missing(ServiceId id) {
    gone(id, true);
  }

  /**
   * Takes the registry's own word that a service went, such as an event of its removal: better
   * evidence than an answer that lacks it, so no second one confirms it. While answers are doubted
   * it is kept all the same.
   */
  public void removed(ServiceId id) {
    gone(id, false);
  }

  private synchronized void gone(ServiceId id, boolean confirmable) {
    if (sink.isClosed()) {
      return;
    }
    succeeded();
    MirroredService mirrored = services.answered(id);
    mirrored.newest = null;
    if (staleness.isSynced()) {
      services.absent(mirrored, confirmable);
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
    if (sink.isClosed()) {
      return;
    }
    boolean added = staleness.fail(part, problem, cause);
    empty.reset();
    contact.failed(clock.nanoTime(), added);
    setAlarm();
  }

  /**
   * Records that a part can be read; also that it still can, which shows the registry alive where
   * nothing changes.
   */
  public synchronized void works(String part) {
    if (sink.isClosed()) {
      return;
    }
    succeeded(part);
    staleness.works(part);
  }

  /**
   * Records that answers may be behind from now on although no read failed, as after a change to
   * another server: they are doubted for the settling time.
   */
  public synchronized void doubt() {
    if (!sink.isClosed()) {
      contact.doubt();
    }
  }

  /** Records that the registry answered and nothing changed, as a keepalive does. */
  public void alive() {
    works(WHOLE);
  }

  private void succeeded() {
    long now = clock.nanoTime();
    if (contact.isLost(now)) {
      // Else their ends would come later than was told.
      retention.report();
    }
    if (contact.hasFailed() && !retention.isEmpty()) {
      alarm.set(Duration.ZERO);
    }
    contact.succeeded(now);
  }

  private void succeeded(String part) {
    succeeded();
    if (staleness.isFailing(part)) {
      contact.doubt();
    }
  }

  /**
   * Returns a service as the sink was last told of it, for {@link
   * io.fairlead.registry.RegistryAdapter#reported}; never waits.
   */
  public Optional<Service> reported(ServiceId id) {
    return services.told(id);
  }

  /** Returns the number of services that the sink has. */
  public synchronized int size() {
    return services.size();
  }

  /** Returns the ids of the services that the sink has. */
  public synchronized Set<ServiceId> ids() {
    return services.ids();
  }

  /** Ends all calls of the sink; waits for one under way, unless it is called within that call. */
  @Override
  public synchronized void close() {
    sink.close();
  }

  private void first(Mark begun, Map<ServiceId, Service> read) {
    services.addEarly(read, begun.answer());
    if (read.isEmpty()) {
      Duration wait = empty.read();
      if (wait.compareTo(Duration.ZERO) > 0) {
        alarm.set(wait);
        return;
      }
    }
    begin(read);
  }

  private void begin(Map<ServiceId, Service> read) {
    empty.reset();
    // Else what was wrong until now would be told once more.
    staleness.works(WHOLE);
    staleness.synced(List.copyOf(read.values()));
    services.allTold(read);
  }

  // ---- What is due later ----------------------------------------------------------------------

  /** Sets the alarm for a service after a single answer. */
  private void later(MirroredService mirrored) {
    if (mirrored.isKept()) {
      alarm.set(retention.due(mirrored));
    }
    if (mirrored.isKept() || retention.isReporting()) {
      alarm.set(HOLDS_DELAY);
    }
  }

  private void setAlarm() {
    if (contact.hasFailed()) {
      // The next answer sets it; until then the holds may turn into an outage.
      if (!retention.isEmpty() && !contact.isLost(clock.nanoTime())) {
        alarm.set(WHILE_FAILING);
      }
      return;
    }
    retention.services().forEach(mirrored -> alarm.set(retention.due(mirrored)));
    if (empty.isAsked()) {
      alarm.set(Retention.GRACE);
    }
  }

  private void rung() {
    Set<ServiceId> due = Set.of();
    boolean isEmptyDue = false;
    synchronized (this) {
      if (sink.isClosed() || !alarm.isRung()) {
        return;
      }
      if (!contact.hasFailed()) {
        isEmptyDue = empty.isDue();
        if (empty.isOverdue()) {
          begin(Map.of());
        }
        due = services.takeDue();
      }
      if (sink.isClosed()) {
        return;
      }
      retention.report();
      setAlarm();
    }
    if (isEmptyDue || !due.isEmpty()) {
      rereads.readAgain(isEmptyDue ? Set.of() : due);
    }
  }
}
