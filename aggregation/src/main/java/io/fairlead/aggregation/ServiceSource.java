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
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.SourceState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The change source that merges the registries' reports into ServiceEntries: what each registry
 * contributes, who wins which host, and what of it changed since the last drain. Times are those of
 * the commit loop.
 *
 * <p>Confined to the commit thread, but for {@link #holderOf}, {@link #mergedAt}, {@link #waiting},
 * {@link #damped} and what {@link #departures} says so of.
 */
final class ServiceSource implements ChangeSource {
  // Says that a registry had its first sync, so that one without any service counts as known, too.
  private static final String SYNCED_PREFIX = "registry/";

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
  // By label: what the store held at the start, until a registry of that label takes it over.
  private final Map<String, List<CompactEntry>> inherited = new HashMap<>();
  private final Map<String, String> newNotes = new HashMap<>();
  private final Set<String> droppedNotes = new HashSet<>();
  // Of the hosts that several registries have a word about: elsewhere who speaks of it has it.
  private final Map<String, ContestedHost> contested = new ConcurrentHashMap<>();

  // By host, of those that several services share.
  private final Map<String, MergedHost.Shown> merged = new ConcurrentHashMap<>();
  // By host: the services that claim it and have nothing of it.
  private final Map<String, Set<ServiceKey>> refusedMerges = new HashMap<>();

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
    for (String key : former.notes().keySet()) {
      if (key.startsWith(SYNCED_PREFIX)) {
        inherited.put(key.substring(SYNCED_PREFIX.length()), new ArrayList<>());
      }
    }
    Set<String> served = new HashSet<>();
    ServiceOrigin.Reader origins =
        new ServiceOrigin.Reader(host -> former.notes().get(VirtualAddressBook.noteKey(host)));
    for (Resource resource : former.resources()) {
      ServiceOrigin origin = origins.read(resource);
      CompactEntry entry = CompactEntry.stored(origin, resource);
      if (MergedMembers.isOf(resource)) {
        List<Merge.Part> parts = Merge.pieces(resource);
        parts.forEach(part -> inherit(part.registry(), part.entry()));
        table.inherit(entry, parts);
      } else {
        inherit(origin.registry(), entry);
        table.inherit(origin.registry(), entry);
      }
      served.add(entry.host());
    }
    this.book =
        new VirtualAddressBook(options.addresses(), former.notes(), served, loop.nanoTime());
  }

  private void inherit(String label, CompactEntry entry) {
    inherited.computeIfAbsent(label, l -> new ArrayList<>()).add(entry);
  }

  /** Takes in a registry, or a new registration of one. */
  void attach(RegistryView view) {
    String label = view.settings().label();
    RegistryState known = registries.get(label);
    if (known != null) {
      departures.replaced(known.view(), view);
      known.replace(view);
      return;
    }
    List<CompactEntry> before = inherited.remove(label);
    registries.put(
        label,
        new RegistryState(
            table, view, before == null ? List.of() : before, before != null, guard, clock));
    table.markContested(label);
  }

  /**
   * Goes over to another configuration: what leaves by it stays served until what comes with it has
   * been read, and goes at once if nothing has to be read.
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
        dropNote(label);
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
   * Goes over to other options. What is held is judged by the new guard, too; a new damping begins
   * with nothing counted, so that what waits goes out once. The addresses stay as they are.
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
    for (String label : new ArrayList<>(inherited.keySet())) {
      departures.add(label, label, null, now);
      dropNote(label);
    }
    inherited.clear();
    awaitUnsynced();
    departures.reloaded(now);
    armTimer();
  }

  private void dropNote(String label) {
    newNotes.remove(SYNCED_PREFIX + label);
    droppedNotes.add(SYNCED_PREFIX + label);
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
      droppedNotes.remove(SYNCED_PREFIX + label);
      newNotes.put(SYNCED_PREFIX + label, "synced");
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

  /** The departures: registries that left the configuration and are still served. */
  Departures departures() {
    return departures;
  }

  /** Has a timer set for what is due next. */
  void armTimer() {
    untilNextExpiry(loop.nanoTime()).ifPresent(timer::set);
  }

  // Lets go confirmed losses, withdraws services that were empty for too long, gives up addresses,
  // looks at hosts that have waited.
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
    Map<String, String> notes = new HashMap<>(newNotes);
    notes.putAll(book.newNotes());
    Set<String> dropped = new HashSet<>(droppedNotes);
    dropped.addAll(book.droppedNotes());
    ChangeSet drained = new ChangeSet(changes.puts(), changes.removals(), notes, dropped);
    changes.taken();
    Since present = new Since(clock.instant(), !served);
    changes
        .winners()
        .forEach(
            (host, winner) -> {
              Map<String, Integer> lacking =
                  winner.isPresent() ? table.slot(host).lacking(this::compareRanks) : Map.of();
              if (winner.isPresent() && !lacking.isEmpty()) {
                contested.compute(
                    host,
                    (same, before) -> ContestedHost.of(before, winner.get(), lacking, present));
              } else {
                contested.remove(host);
              }
            });
    showMerged(changes);
    book.notesTaken();
    newNotes.clear();
    droppedNotes.clear();
    armTimer();
    return drained;
  }

  // Whoever is refused has to know it, so that it counts and is listed as such.
  private void showMerged(HostChanges changes) {
    Map<ServiceKey, String> refused = new HashMap<>();
    Set<ServiceKey> before = new HashSet<>();
    for (String host : changes.winners().keySet()) {
      MergedHost now = changes.merge(host);
      MergedHost.Shown shown = now.shown(this::nameOf);
      if (shown == null) {
        merged.remove(host);
      } else {
        merged.put(host, shown);
      }
      refused.putAll(now.refused());
      Set<ServiceKey> former =
          now.refused().isEmpty()
              ? refusedMerges.remove(host)
              : refusedMerges.put(host, now.refused().keySet());
      before.addAll(former == null ? Set.of() : former);
    }
    // A service that went from one host to another may be among both.
    before.removeAll(refused.keySet());
    before.forEach(key -> refuseMerge(key, null));
    refused.forEach(this::refuseMerge);
    if (!before.isEmpty() || !refused.isEmpty()) {
      registries.values().forEach(RegistryState::publish);
    }
  }

  private void refuseMerge(ServiceKey key, @Nullable String why) {
    RegistryState state = registries.get(key.registry());
    if (state != null) {
      state.refuseMerge(key.service(), why);
    }
  }

  private String nameOf(String label) {
    RegistryState state = registries.get(label);
    return state == null ? label : state.view().settings().name();
  }

  /** The merge of several services that a host has; null if it has at most one. For any thread. */
  MergedHost.@Nullable Shown mergedAt(String host) {
    return merged.get(host);
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

  /**
   * Label of the registry that has a host about which several have a word; empty if at most one
   * has. For any thread.
   */
  String holderOf(String host) {
    ContestedHost found = contested.get(host);
    return found == null ? "" : found.holder();
  }

  /** Returns since when a registry has lacked a host to another one. For any thread. */
  Optional<Since> shadowedSince(String host, String label) {
    return Optional.ofNullable(contested.get(host))
        .flatMap(found -> Optional.ofNullable(found.others().get(label)))
        .map(ContestedHost.Loser::since);
  }

  /**
   * Returns how many services of each registry lack their host to another one, by label. For any
   * thread.
   */
  Map<String, Integer> shadowed() {
    Map<String, Integer> counts = new HashMap<>();
    contested
        .values()
        .forEach(
            host ->
                host.others()
                    .forEach((label, one) -> counts.merge(label, one.services(), Integer::sum)));
    return counts;
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
