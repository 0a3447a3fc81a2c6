package io.fairlead.aggregation;

import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state behind {@link Aggregation}: what each registry contributes, who wins which host, and
 * what of it changed since the last drain. It knows no thread and no timer; times are monotonic
 * nanoseconds, given by its caller.
 *
 * <p>Confined to the commit thread, but for {@link #holderOf}, {@link #changedHosts} and {@link
 * #damped}.
 */
final class Aggregator {
  private static final Logger log = LoggerFactory.getLogger(Aggregator.class);
  // Says that a registry had its first sync, so that one without any service counts as known, too.
  private static final String SYNCED_PREFIX = "registry/";

  private final ResourceEncoder encoder;
  private final GuardPolicy guard;
  private final InstantSource clock;
  private final HostTable table = new HostTable();
  private final VirtualAddressBook book;
  private final FlapDamper damper;
  private final Map<String, RegistryState> registries = new HashMap<>();
  // By label: what the store held at the start, until a registry of that label takes it over.
  private final Map<String, Set<ResourceKey>> inherited = new HashMap<>();
  private final Map<String, String> newNotes = new HashMap<>();
  private final Set<String> droppedNotes = new HashSet<>();
  // Of the hosts that several registries have a word about: elsewhere who speaks of it has it.
  private final Map<String, String> holders = new ConcurrentHashMap<>();

  /** A state that starts with what a store holds. */
  Aggregator(
      Collection<Resource> resources,
      Map<String, String> notes,
      AggregationOptions options,
      ResourceEncoder encoder,
      InstantSource clock,
      long now) {
    this.encoder = encoder;
    this.guard = options.guard();
    this.clock = clock;
    this.damper = new FlapDamper(options.damping());
    for (String key : notes.keySet()) {
      if (key.startsWith(SYNCED_PREFIX)) {
        inherited.put(key.substring(SYNCED_PREFIX.length()), new HashSet<>());
      }
    }
    Set<String> served = new HashSet<>();
    for (Resource resource : resources) {
      String host = CompactEntry.hostOf(resource.key());
      String label = resource.label(ConvertedEntry.REGISTRY_LABEL);
      inherited.computeIfAbsent(label, l -> new HashSet<>()).add(resource.key());
      table.inherit(label, resource);
      served.add(host);
    }
    this.book = new VirtualAddressBook(options.addresses(), notes, served, now);
  }

  /** Takes in a registry, or a new registration of one. */
  void attach(RegistryView view) {
    String label = view.settings().label();
    RegistryState known = registries.get(label);
    if (known != null) {
      known.replace(view);
      return;
    }
    Set<ResourceKey> before = inherited.remove(label);
    registries.put(
        label,
        new RegistryState(
            table, view, before == null ? Set.of() : before, before != null, guard, clock));
    table.touchContested(label);
  }

  /** Withdraws all that a registration contributes, unless a later one has taken over. */
  void detach(RegistryView view) {
    String label = view.settings().label();
    RegistryState state = registries.get(label);
    if (state != null && state.view() == view) {
      registries.remove(label);
      forget(label);
    }
  }

  private void forget(String label) {
    table.withdraw(label);
    newNotes.remove(SYNCED_PREFIX + label);
    droppedNotes.add(SYNCED_PREFIX + label);
  }

  /** Takes what an adapter said, unless its registration is not the present one any more. */
  void apply(RegistryView view, Inbox.Batch batch, long now) {
    String label = view.settings().label();
    RegistryState state = registries.get(label);
    if (state != null && state.view() == view && state.apply(batch, now)) {
      droppedNotes.remove(SYNCED_PREFIX + label);
      newNotes.put(SYNCED_PREFIX + label, "synced");
    }
  }

  /** Lets go what a registry's guard holds; nothing if the registry is not there any more. */
  void approve(RegistryView view, String id, long now) {
    RegistryState state = registries.get(view.settings().label());
    if (state != null) {
      state.approve(id, now);
    }
  }

  /** Keeps what a registry's guard holds; nothing if the registry is not there any more. */
  void reject(RegistryView view, String id, long now) {
    RegistryState state = registries.get(view.settings().label());
    if (state != null) {
      state.reject(id, now);
    }
  }

  /**
   * Does what is due: lets go confirmed losses, withdraws services that were empty for too long,
   * gives up addresses, looks at hosts that have waited.
   */
  void expire(long now) {
    registries.values().forEach(state -> state.expire(now));
    book.expire(now);
    damper.takeDue(now).forEach(table::touch);
  }

  /** Time until something is due. */
  Optional<Duration> untilNextExpiry(long now) {
    return Stream.concat(
            registries.values().stream().map(state -> state.untilNextExpiry(now)),
            Stream.of(book.untilNextExpiry(now), damper.untilNext(now)))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  /** Gathers what changed. If it throws, nothing was forgotten. */
  ChangeSet drain(long now) {
    HostChanges changes = HostChanges.gather(table, book, damper, encoder, this::compareRanks, now);
    Map<String, String> notes = new HashMap<>(newNotes);
    notes.putAll(book.newNotes());
    Set<String> dropped = new HashSet<>(droppedNotes);
    dropped.addAll(book.droppedNotes());
    ChangeSet drained = new ChangeSet(changes.puts(), changes.removals(), notes, dropped);
    changes.taken();
    changes
        .winners()
        .forEach(
            (host, winner) -> {
              if (winner.isPresent() && table.slot(host).isContested()) {
                holders.put(host, winner.get());
              } else {
                holders.remove(host);
              }
            });
    book.notesTaken();
    newNotes.clear();
    droppedNotes.clear();
    return drained;
  }

  /** The higher priority first, equal ones by name, and last whoever is not configured any more. */
  private int compareRanks(String label, String other) {
    RegistryState one = registries.get(label);
    RegistryState two = registries.get(other);
    if (one == null || two == null) {
      return one == two ? label.compareTo(other) : one == null ? 1 : -1;
    }
    RegistrySettings settings = one.view().settings();
    RegistrySettings others = two.view().settings();
    int byPriority = Integer.compare(others.priority(), settings.priority());
    return byPriority != 0 ? byPriority : settings.name().compareTo(others.name());
  }

  /** Marks every registration as synced whose state was committed by now. */
  void committed() {
    for (RegistryState state : registries.values()) {
      if (state.isSynced()) {
        state.view().markSynced();
      }
    }
  }

  /** Whether the store holds something of registries that were not taken in. */
  boolean hasOrphans() {
    return !inherited.isEmpty();
  }

  /** Withdraws what belongs to registries that were not taken in. */
  void dropOrphans() {
    for (String label : new ArrayList<>(inherited.keySet())) {
      log.info(
          "Registry {} is not configured any more: its {} resources go",
          label,
          inherited.getOrDefault(label, Set.of()).size());
      forget(label);
    }
    inherited.clear();
  }

  /**
   * Label of the registry that has a host about which several have a word; empty if at most one
   * has. For any thread.
   */
  String holderOf(String host) {
    return holders.getOrDefault(host, "");
  }

  /** Number of hosts that changed since the last drain. For any thread. */
  int changedHosts() {
    return table.changedHosts();
  }

  /** The hosts that wait since they change again and again, by name. For any thread. */
  Collection<FlapDamper.Shown> damped() {
    return damper.shown();
  }

  /** Number of hosts that are served without a virtual IP since the range is full. */
  int withoutVirtualIp() {
    return book.waiting().size();
  }
}
