package io.fairlead.aggregation;

import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.Moment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The registries that left with changes of the configuration and are still served, and those that
 * have to be read before they go.
 *
 * <p>Why. A registry that is renamed leaves under one name and comes under another. If its services
 * went when it leaves, the mesh would be empty until it is read again, and for ever if it cannot
 * be. There is no time limit on the wait: it would do the same by accident. What ends the wait is
 * that the registries are read, or a person: by taking those that cannot be read out of the
 * configuration, or by an approval.
 *
 * <p>Confined to the commit thread, but for {@link #guards} and {@link #hasGuard}.
 */
final class Departures {
  // No label begins so.
  private static final String KEY_PREFIX = "/";

  private final HostTable table;
  private GuardPolicy policy;
  private final InstantSource clock;
  private final List<Departure> all = new CopyOnWriteArrayList<>();
  private final Set<RegistryView> awaited = new LinkedHashSet<>();
  private int serial;

  Departures(HostTable table, GuardPolicy policy, InstantSource clock) {
    this.table = table;
    this.policy = policy;
    this.clock = clock;
  }

  private static boolean isRegistry(String key) {
    return !key.startsWith(KEY_PREFIX);
  }

  /** Returns the label of the registry whose entries are under a key of the table. */
  static String labelOf(String key) {
    return isRegistry(key) ? key : key.substring(1, key.lastIndexOf('/'));
  }

  private Moment moment(long now) {
    return new Moment(now, clock.instant());
  }

  /**
   * Takes over what is served of a registry.
   *
   * @param settings the registry's settings; null if they are not known any more
   */
  void add(String label, String name, @Nullable RegistrySettings settings, long now) {
    String key = KEY_PREFIX + label + "/" + ++serial;
    List<CompactEntry> parked = table.park(label, key);
    if (!parked.isEmpty()) {
      all.add(new Departure(table, key, label, name, settings, parked, policy, moment(now)));
    }
  }

  /** Whether something is still served that was a registry's. */
  boolean has(String label) {
    return all.stream().anyMatch(each -> each.label().equals(label));
  }

  /** Makes what leaves wait for a registry. */
  void await(RegistryView view) {
    awaited.add(view);
  }

  /** A registry has a new registration; null: it left the configuration. */
  void replaced(RegistryView before, @Nullable RegistryView after) {
    if (awaited.remove(before) && after != null) {
      awaited.add(after);
    }
    all.forEach(each -> each.replaced(before, after));
  }

  /** The whole change of the configuration is known. */
  void reloaded(long now) {
    for (Departure each : all) {
      if (each.isWaiting() && !awaited.isEmpty()) {
        each.waitFor(awaited);
      } else if (each.isWithoutSuccessors() && !each.isRejected()) {
        each.goesAtOnce();
      } else if (each.isWaiting()) {
        each.allRead(Departures::isRegistry, moment(now));
      }
    }
    forgetOver();
  }

  /** The settings by which a departure has its hosts, if it has any. */
  Optional<RegistrySettings> rank(String key) {
    for (Departure each : all) {
      if (each.key().equals(key)) {
        return each.rank();
      }
    }
    return Optional.empty();
  }

  /** The entries still served of registries that a registry may succeed, by host. */
  Map<String, CompactEntry> inheritedBy(RegistryView view) {
    if (!awaited.contains(view)) {
      return Map.of();
    }
    Map<String, CompactEntry> entries = new HashMap<>();
    for (Departure each : all) {
      if (each.isWaiting()) {
        each.entries().forEach(entry -> entries.put(entry.host(), entry));
      }
    }
    return entries;
  }

  /** A registry has said something: what is its own now does not leave any more. */
  void heard(RegistryView view, long now) {
    for (Departure each : all) {
      if (each.isWaiting() && each.isSucceededBy(view)) {
        each.takenOverBy(view.settings().label());
      } else if (!each.isWaiting()) {
        each.expire(Departures::isRegistry, moment(now));
      }
    }
    forgetOver();
  }

  /** A registry had its first whole view. */
  void read(RegistryView view, long now) {
    if (!awaited.remove(view)) {
      return;
    }
    for (Departure each : all) {
      if (each.isWaiting() && awaited.isEmpty()) {
        each.allRead(Departures::isRegistry, moment(now));
      } else if (each.isWaiting()) {
        each.waitFor(awaited);
      }
    }
    forgetOver();
  }

  void approve(String id) {
    decide(id, each -> each.approve(id));
  }

  void reject(String id, long now) {
    decide(id, each -> each.reject(id, now));
  }

  private void decide(String id, Consumer<Departure> decision) {
    all.stream().filter(each -> each.hasGuard(id)).forEach(decision);
    forgetOver();
  }

  /** Applies another guard policy, and lets go what is judged and within its limits. */
  void use(GuardPolicy next, long now) {
    policy = next;
    all.forEach(each -> each.use(next, moment(now)));
    expire(now);
  }

  /** Lets go what is confirmed. */
  void expire(long now) {
    all.forEach(each -> each.expire(Departures::isRegistry, moment(now)));
    forgetOver();
  }

  private void forgetOver() {
    if (!all.isEmpty()) {
      all.removeIf(Departure::isOver);
    }
  }

  Optional<Duration> untilNext(long now) {
    return all.stream()
        .map(each -> each.untilNext(now))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  /** The guards of all departures, those that only wait included. For any thread. */
  Stream<GuardStatus> guards() {
    return all.stream().flatMap(each -> each.guards(clock).stream());
  }

  /** The same without the services. For any thread. */
  Stream<GuardStatus> guardSummaries() {
    return all.stream().flatMap(each -> each.guardSummaries(clock).stream());
  }

  /** Whether an id is that of something that stays. For any thread. */
  boolean hasGuard(String id) {
    return all.stream().anyMatch(each -> each.hasGuard(id));
  }
}
