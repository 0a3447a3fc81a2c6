package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.Expiry;
import io.fairlead.guard.ConnectionHealth;
import io.fairlead.guard.DeletionGuard;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.GuardSubject;
import io.fairlead.guard.HeldLoss;
import io.fairlead.guard.HeldService;
import io.fairlead.guard.Moment;
import io.fairlead.guard.ServiceCount;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The resources of a registry that left with a change of the configuration, or whose source is
 * another one since. They are served as they were until the registries that came with the change
 * have been read. Then a resource whose host another registry gives is that one's; the others are a
 * loss that the deletion guard judges as it judges any other.
 *
 * <p>Confined to the commit thread, but for {@link #guards} and {@link #hasGuard}.
 */
final class Departure {
  /** A resource with endpoints that may go. */
  private record Left(ResourceKey key, int before, Moment since) implements HeldLoss<ResourceKey> {
    @Override
    public int now() {
      return 0;
    }

    @Override
    public HeldService shownAs() {
      return new HeldService(ServiceId.of(key.name()), before, 0, true, since.wall());
    }
  }

  private final String key;
  private final String label;
  private final @Nullable RegistrySettings settings;
  private final HostTable table;
  private final DeletionGuard<ResourceKey, Left> guard;
  private final ServiceCount of;
  private final Map<ResourceKey, CompactEntry> entries = new HashMap<>();
  // Those without endpoints, which are kept for their time and no loss.
  private final Expiry<ResourceKey> empty = new Expiry<>();
  private volatile boolean waiting = true;
  // Whose reads confirm that what is missing is gone.
  private volatile List<RegistryView> successors = List.of();

  /**
   * Resources that stay for now.
   *
   * @param key under which the table has them
   * @param label the registry's label
   * @param name the registry's name
   * @param settings the registry's settings; null if they are not known any more
   */
  Departure(
      HostTable table,
      String key,
      String label,
      String name,
      @Nullable RegistrySettings settings,
      List<CompactEntry> parked,
      GuardPolicy policy,
      Moment now) {
    this.table = table;
    this.key = key;
    this.label = label;
    this.settings = settings;
    this.guard =
        new DeletionGuard<>(
            policy, GuardSubject.registry(name), label + "-left-", loss -> Optional.empty());
    ServiceCount sum = ServiceCount.NONE;
    List<Left> losses = new ArrayList<>();
    for (CompactEntry entry : parked) {
      entries.put(entry.key(), entry);
      sum = sum.plus(ServiceCount.ofService(entry.endpointsToLose()));
      if (entry.endpointsToLose() > 0) {
        losses.add(new Left(entry.key(), entry.endpointsToLose(), now));
      }
    }
    this.of = sum;
    guard.hold(losses, of, now);
  }

  /** Under which key the table has the resources. */
  String key() {
    return key;
  }

  /** The label of the registry. */
  String label() {
    return label;
  }

  /** The settings by which its hosts are its own; nothing: everybody else comes first. */
  Optional<RegistrySettings> rank() {
    return waiting ? Optional.ofNullable(settings) : Optional.empty();
  }

  boolean isWaiting() {
    return waiting;
  }

  boolean isRejected() {
    return guard.isRejected();
  }

  boolean isOver() {
    return entries.isEmpty();
  }

  /** The entries that are still its own. */
  Collection<CompactEntry> entries() {
    return entries.values();
  }

  /** Adds the registries that came with the change, which have to be read first. */
  void waitFor(Collection<RegistryView> awaited) {
    Set<RegistryView> all = new HashSet<>(successors);
    all.addAll(awaited);
    successors = List.copyOf(all);
    guard.waitFor(awaited.stream().map(view -> view.settings().name()).sorted().toList());
  }

  /** A registry has a new registration; null: it left the configuration. */
  void replaced(RegistryView before, @Nullable RegistryView after) {
    List<RegistryView> views = new ArrayList<>(successors);
    if (views.remove(before) && after != null) {
      views.add(after);
    }
    successors = List.copyOf(views);
  }

  /** Whether a registry came with the change, or before it and had to be waited for, too. */
  boolean isSucceededBy(RegistryView view) {
    return successors.contains(view);
  }

  /** Whether no registry that came with the change is configured any more. */
  boolean isWithoutSuccessors() {
    return successors.isEmpty();
  }

  /** Gives up what a registry has from now on that came with the change, by its hosts. */
  void takenOverBy(String label) {
    giveUp(host -> table.slot(host).isClaimedBy(label));
  }

  private void giveUp(Predicate<String> isElsewhere) {
    for (ResourceKey resource : new ArrayList<>(entries.keySet())) {
      if (isElsewhere.test(CompactEntry.hostOf(resource))) {
        drop(resource);
      }
    }
    guard.closeEmpty();
  }

  private void drop(ResourceKey resource) {
    guard.forget(resource);
    empty.remove(resource);
    CompactEntry entry = entries.remove(resource);
    if (entry != null && entry.isMerging()) {
      table.leave(key, entry);
    } else {
      table.set(key, resource, null);
    }
  }

  /**
   * All who came have been read: what another registry has is that one's, and the rest is judged.
   *
   * @param others tells the keys of registries from those of departures
   */
  void allRead(Predicate<String> others, Moment now) {
    waiting = false;
    int before = entries.size();
    giveUp(host -> table.isClaimed(host, others));
    int elsewhere = before - entries.size();
    keepEmpty(now.nanos());
    if (!guard.isRejected()
        && !guard.judgeHeld(of, loss -> new Left(loss.key(), loss.before(), now), now)) {
      letGo(guard.letGo(elsewhere));
    }
  }

  // Nothing is lost with them, but the routes to them stay for as long as the registry keeps them.
  private void keepEmpty(long now) {
    for (CompactEntry entry : List.copyOf(entries.values())) {
      if (entry.endpointsToLose() == 0) {
        if (settings == null) {
          drop(entry.key());
        } else {
          empty.add(entry.key(), now);
        }
      }
    }
  }

  /** The configuration says that all of it goes, and nothing that comes instead of it. */
  void goesAtOnce() {
    waiting = false;
    letGo(guard.letGo(0));
    dropAll();
  }

  private void dropAll() {
    new ArrayList<>(entries.keySet()).forEach(this::drop);
  }

  /** Gives up what other registries have by now, unless it waits; lets go what is confirmed. */
  void expire(Predicate<String> others, Moment now) {
    if (!waiting) {
      giveUp(host -> table.isClaimed(host, others));
    }
    letGo(guard.takeConfirmed(health(), now).gone());
    if (settings != null) {
      empty.takeDue(settings.keepEmpty(), now.nanos()).forEach(this::drop);
    }
  }

  /** Applies another guard policy, and lets go what is judged and within its limits. */
  void use(GuardPolicy policy, Moment now) {
    letGo(guard.use(policy, now));
  }

  void approve(String id) {
    guard.approve(id);
    dropAll();
  }

  void reject(String id, long now) {
    guard.reject(id, now);
  }

  private void letGo(List<Left> losses) {
    losses.forEach(loss -> drop(loss.key()));
  }

  Optional<Duration> untilNext(long now) {
    Optional<Duration> decided = guard.untilNext(health(), now);
    Optional<Duration> emptied =
        settings == null ? Optional.empty() : empty.untilNext(settings.keepEmpty(), now);
    return Stream.of(decided, emptied).flatMap(Optional::stream).min(Comparator.naturalOrder());
  }

  /** The health of all successors together: the loss is confirmed only by all of them. */
  private ConnectionHealth health() {
    if (waiting) {
      return ConnectionHealth.NONE;
    }
    return successors.stream()
        .map(RegistryView::health)
        .reduce(ConnectionHealth::both)
        .orElse(ConnectionHealth.NONE);
  }

  /** The guard of this departure, if it holds anything. For any thread. */
  List<GuardStatus> guards(InstantSource clock) {
    return guard.statuses(health(), clock);
  }

  /** The same without the services. For any thread. */
  List<GuardStatus> guardSummaries(InstantSource clock) {
    return guard.summaries(health(), clock);
  }

  /** Whether an id is that of what it holds. For any thread. */
  boolean hasGuard(String id) {
    return guard.hasGuard(id);
  }
}
