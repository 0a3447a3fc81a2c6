package io.fairlead.aggregation;

import io.fairlead.aggregation.MergedHost.ServiceKey;
import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.damping.FlapDamper;
import io.fairlead.aggregation.vip.VirtualAddressBook;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.ChangeSource;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.DueTimer;
import io.fairlead.versioning.SourceState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The change source that merges the registries' reports into ServiceEntries: what each registry
 * contributes, who wins which host, and what of it changed since the last drain. Times are those of
 * the commit loop.
 *
 * <p>Confined to the commit thread, but for {@link #waiting}, {@link #damped}, and what {@link
 * #sharedHosts} and {@link #departures} say so of.
 */
final class ServiceSource implements ChangeSource {
  private final CommitLoop loop;
  private final ResourceEncoder encoder;
  private GuardPolicy guard;
  private final InstantSource clock;
  private final HostTable table = new HostTable();
  private final VirtualAddressBook book;
  // Replaced by the commit thread.
  private volatile FlapDamper damper;
  private DampingPolicy damping;
  private final Departures departures;
  private final Map<String, RegistryState> registries = new HashMap<>();
  private final StoredRegistries stored;
  private final SharedHosts shared = new SharedHosts();

  // Whether every configured registry is there.
  private boolean complete;
  // Whether clients could be answered; what was so before it may have begun earlier.
  private boolean served;
  private final DueTimer timer;

  /** A source that begins with what the loop's store holds of it. */
  ServiceSource(
      CommitLoop loop, AggregationOptions options, ResourceEncoder encoder, InstantSource clock) {
    this.loop = loop;
    this.encoder = encoder;
    this.guard = options.guard();
    this.clock = clock;
    this.damping = options.damping();
    this.damper = new FlapDamper(damping);
    this.departures = new Departures(table, guard, clock);
    this.timer = new DueTimer(loop, this::expire);
    SourceState former = loop.stateOf(CommitLoop.FIRST_SOURCE);
    this.stored = new StoredRegistries(former, table);
    this.book =
        new VirtualAddressBook(
            options.addresses(), former.notes(), stored.hosts(), loop.nanoTime());
  }

  /** Adds a registry, or replaces its registration by a new one. */
  void attach(RegistryView view) {
    String label = view.settings().label();
    RegistryState known = registries.get(label);
    if (known != null) {
      departures.replaced(known.view(), view);
      known.replace(view);
    } else {
      registries.put(label, new RegistryState(table, view, stored.take(label), guard, clock));
    }
    table.markContested(label);
  }

  /**
   * Applies another configuration: what leaves by it stays served until what comes with it has been
   * read, and goes at once if nothing has to be read.
   *
   * @param leaving registrations that are withdrawn
   * @param changed registrations of registries whose source is the same as before
   * @param arriving registrations of registries that are new or have another source
   */
  void reload(List<RegistryView> leaving, List<RegistryView> changed, List<RegistryView> arriving) {
    long now = loop.nanoTime();
    for (RegistryView view : leaving) {
      String label = view.settings().label();
      RegistryState state = registries.get(label);
      if (state != null && state.view() == view) {
        registries.remove(label);
        departures.replaced(view, null);
        departures.add(label, view.settings().name(), view.settings(), now);
        stored.forget(label);
      }
    }
    for (RegistryView view : changed) {
      attach(view);
      departures.await(view);
    }
    for (RegistryView view : arriving) {
      String label = view.settings().label();
      RegistryState before = registries.remove(label);
      if (before != null) {
        RegistrySettings settings = before.view().settings();
        departures.replaced(before.view(), view);
        departures.add(label, settings.name(), settings, now);
      }
      attach(view);
      RegistryState state = registries.get(label);
      if (state != null && (departures.has(label) || (before != null && before.isSynced()))) {
        state.knownBefore();
      }
      departures.await(view);
    }
    awaitUnsynced();
    departures.reloaded(now);
    armTimer();
  }

  /**
   * Applies other options. What is held is judged by the new guard, too; a new damping begins with
   * nothing counted, so that what waits goes out once. The addresses stay as they are.
   */
  void use(AggregationOptions options) {
    long now = loop.nanoTime();
    if (!options.guard().equals(guard)) {
      guard = options.guard();
      registries.values().forEach(state -> state.use(guard, now));
      departures.use(guard, now);
    }
    if (!options.damping().equals(damping)) {
      damping = options.damping();
      List<String> waiting = damper.waiting();
      damper = new FlapDamper(damping);
      waiting.forEach(table::markDirty);
    }
    armTimer();
  }

  // A registry that was never read may have what leaves, whenever it came.
  private void awaitUnsynced() {
    for (RegistryState state : registries.values()) {
      if (!state.isSynced()) {
        departures.await(state.view());
      }
    }
  }

  /**
   * Every configured registry is there: what the store holds of others leaves, as in a reload that
   * takes them away and brings those that were never read.
   */
  void allRegistered() {
    complete = true;
    long now = loop.nanoTime();
    stored.forgetRest().forEach(label -> departures.add(label, label, null, now));
    awaitUnsynced();
    departures.reloaded(now);
    armTimer();
  }

  /** Takes what an adapter said, unless its registration is not the present one any more. */
  void apply(RegistryView view, Inbox.Batch batch) {
    long now = loop.nanoTime();
    String label = view.settings().label();
    RegistryState state = registries.get(label);
    if (state == null || state.view() != view) {
      return;
    }
    boolean first = state.apply(batch, departures.inheritedBy(view), now);
    departures.heard(view, now);
    if (first) {
      stored.synced(label);
      departures.read(view, now);
    }
    armTimer();
  }

  /** Lets go what a registry's guard holds; nothing if the registry is not there any more. */
  void approve(RegistryView view, String id) {
    RegistryState state = registries.get(view.settings().label());
    if (state != null) {
      state.approve(id, loop.nanoTime());
      armTimer();
    }
  }

  /** Keeps what a registry's guard holds; nothing if the registry is not there any more. */
  void reject(RegistryView view, String id) {
    RegistryState state = registries.get(view.settings().label());
    if (state != null) {
      state.reject(id, loop.nanoTime());
      armTimer();
    }
  }

  /** Lets go what left with a change of the configuration. */
  void approveDeparture(String id) {
    departures.approve(id);
    armTimer();
  }

  /** Keeps what left with a change of the configuration. */
  void rejectDeparture(String id) {
    departures.reject(id, loop.nanoTime());
    armTimer();
  }

  /** The hosts that several registries or services claim. */
  SharedHosts sharedHosts() {
    return shared;
  }

  /** The departures: registries that left the configuration and are still served. */
  Departures departures() {
    return departures;
  }

  /** Sets the timer for what is due next. */
  void armTimer() {
    untilNextExpiry(loop.nanoTime()).ifPresent(timer::set);
  }

  // Removes what is confirmed to be lost, withdraws services that were empty for too long, frees
  // addresses, and evaluates hosts again whose changes were damped.
  private void expire() {
    long now = loop.nanoTime();
    registries.values().forEach(state -> state.expire(now));
    departures.expire(now);
    book.expire(now);
    damper.takeDue(now).forEach(table::markDirty);
    armTimer();
  }

  private Optional<Duration> untilNextExpiry(long now) {
    return Stream.concat(
            registries.values().stream().map(state -> state.untilNextExpiry(now)),
            Stream.of(book.untilNextExpiry(now), damper.untilNext(now), departures.untilNext(now)))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  @Override
  public ChangeSet drain() {
    long now = loop.nanoTime();
    HostChanges changes = HostChanges.gather(table, book, damper, encoder, this::compareRanks, now);
    Map<String, String> notes = new HashMap<>(stored.newNotes());
    notes.putAll(book.newNotes());
    Set<String> dropped = new HashSet<>(stored.droppedNotes());
    dropped.addAll(book.droppedNotes());
    ChangeSet drained = new ChangeSet(changes.puts(), changes.removals(), notes, dropped);
    changes.taken();
    shared
        .update(
            changes,
            host -> table.slot(host).lacking(this::compareRanks),
            this::nameOf,
            new Since(clock.instant(), !served))
        .forEach(this::refuseMerge);
    book.notesTaken();
    stored.notesTaken();
    armTimer();
    return drained;
  }

  // A registry counts and lists its services that are refused a merge.
  private void refuseMerge(ServiceKey key, Optional<String> why) {
    RegistryState state = registries.get(key.registry());
    if (state != null) {
      state.contribution().refuseMerge(key.service(), why.orElse(null));
    }
  }

  private String nameOf(String label) {
    RegistryState state = registries.get(label);
    return state == null ? label : state.view().settings().name();
  }

  /**
   * {@inheritDoc}
   *
   * <p>That is when every configured registry is there, and each was read once or is known from
   * before.
   */
  @Override
  public boolean isReady() {
    return complete && registries.values().stream().allMatch(RegistryState::isSynced);
  }

  /**
   * The higher priority first; of equal ones those that are configured, by name; and last whoever
   * has no rank any more.
   */
  private int compareRanks(String label, String other) {
    RegistryState one = registries.get(label);
    RegistryState two = registries.get(other);
    Optional<RegistrySettings> first = rank(one, label);
    Optional<RegistrySettings> second = rank(two, other);
    if (first.isEmpty() || second.isEmpty()) {
      return first.isEmpty() && second.isEmpty()
          ? label.compareTo(other)
          : first.isEmpty() ? 1 : -1;
    }
    int byPriority = Integer.compare(second.get().priority(), first.get().priority());
    int byPresence = Boolean.compare(one == null, two == null);
    int byName = first.get().name().compareTo(second.get().name());
    return byPriority != 0
        ? byPriority
        : byPresence != 0 ? byPresence : byName != 0 ? byName : label.compareTo(other);
  }

  private Optional<RegistrySettings> rank(@Nullable RegistryState state, String label) {
    return state == null ? departures.rank(label) : Optional.of(state.view().settings());
  }

  // Marks every registration as synced whose state was committed by now.
  @Override
  public void committed() {
    served |= isReady();
    for (RegistryState state : registries.values()) {
      if (state.isSynced()) {
        state.view().markSynced();
      }
    }
  }

  /** Number of hosts that changed since the last drain. For any thread. */
  @Override
  public int waiting() {
    return table.changedHosts();
  }

  /** The hosts that wait since they change again and again, by name. For any thread. */
  List<DampedHost> damped(long nanos, Instant now) {
    return damper.dampedHosts(nanos, now);
  }
}
