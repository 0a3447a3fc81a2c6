package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.KeyedTable;
import io.fairlead.common.ForeignText;
import io.fairlead.conversion.rules.PartId;
import io.fairlead.guard.ServiceCount;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contribution of one registry: the state of each service, with the host that it has. A change
 * of a service brings the table of hosts and the ledger in line with it at once. When a service
 * changes, and to what, is up to {@link RegistryState}. Confined to the commit thread.
 */
final class Contribution implements HostClaims.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Contribution.class);

  private final HostTable table;
  private final RegistrySettings settings;
  private final InstantSource clock;
  private final KeyedTable<ServiceId, ServiceState> services =
      new KeyedTable<>(ServiceState::service);
  private final HostClaims claims = new HostClaims(this);
  // The entries that are to be merged with others of their hosts.
  private final KeyedTable<ServiceId, CompactEntry> merging =
      new KeyedTable<>(CompactEntry::service);
  // Why services lack the host that they claim, where that is not decided by the claims here.
  private final Map<ServiceId, String> refusals = new HashMap<>();
  private final Aliases aliases = new Aliases();
  private final Ledger ledger = new Ledger();
  private ServiceCount extent = ServiceCount.NONE;
  // Whether the first whole view of a registration is still to come, or being taken in.
  private boolean unsettled = true;
  // Whether there was one of some registration: what was so before it may have begun earlier.
  private boolean known;
  private Since present = new Since(Instant.EPOCH, true);

  /**
   * A contribution without services.
   *
   * @param settings of the registry's first registration; name and label stay
   * @param clock the wall clock, for showing times only
   */
  Contribution(HostTable table, RegistrySettings settings, InstantSource clock) {
    this.table = table;
    this.settings = settings;
    this.clock = clock;
  }

  /** The services and their sums, for any thread. */
  Ledger ledger() {
    return ledger;
  }

  @Nullable ServiceState get(ServiceId service) {
    return services.get(service);
  }

  /** Number of endpoints of a service that are lost if it goes. */
  int endpoints(ServiceId service) {
    ServiceState state = services.get(service);
    return state == null ? 0 : state.endpoints();
  }

  boolean contains(ServiceId service) {
    return services.contains(service);
  }

  /** The services, in no order; a copy. */
  List<ServiceId> services() {
    List<ServiceId> all = new ArrayList<>(services.size());
    services.forEach(state -> all.add(state.service()));
    return all;
  }

  /** All services that have endpoints. */
  ServiceCount extent() {
    return extent;
  }

  /** The name of what a service has, unless it has none. */
  Optional<ResourceKey> nameOf(ServiceId service) {
    CompactEntry merged = merging.get(service);
    return merged == null ? claims.nameOf(service) : Optional.of(merged.key());
  }

  /** Whether other services of the registry claim the host of an entry for themselves, too. */
  boolean isShared(CompactEntry entry) {
    return !entry.isMerging() && claims.isShared(entry);
  }

  /** Says that a first whole view is to come: what is had for a moment in it nobody sees. */
  void unsettled() {
    unsettled = true;
  }

  /** Says that the first whole view has been taken in. */
  void settled() {
    unsettled = false;
    known = true;
  }

  /** Takes the state of a service. */
  void put(ServiceState state) {
    take(state);
    settleAliases();
  }

  // An alias names the host that its service has, which may be another one than it claims.
  private void settleAliases() {
    for (ServiceId alias : aliases.takeChanged()) {
      ServiceState state = services.get(alias);
      if (state != null && !settled(state).equals(state)) {
        take(state);
      }
    }
  }

  private ServiceState settled(ServiceState state) {
    CompactEntry entry = state.entryOrNull();
    return entry == null || entry.isMerging() || !PartId.isAlias(state.service())
        ? state
        : claims
            .nameOf(PartId.partOf(state.service()))
            .map(name -> state.with(entry.aliasOf(CompactEntry.hostOf(name))))
            .orElse(state);
  }

  private void take(ServiceState said) {
    ServiceState state = settled(said);
    keep(state);
    CompactEntry entry = state.entryOrNull();
    claim(state.service(), entry);
    // A report that repeats the one before brings equal bytes: one of the two is enough.
    CompactEntry claimed =
        entry != null && entry.isMerging()
            ? merging.get(state.service())
            : claims.entryOf(state.service());
    if (claimed != null) {
      keep(state.with(claimed));
    }
    write(state.service());
  }

  /** Takes a service as a former process served it: it has what the table has of it already. */
  void adopt(CompactEntry entry) {
    keep(ServiceState.former(entry));
    if (entry.isMerging()) {
      merging.put(entry);
    } else {
      claims.set(entry.service(), entry);
      if (!claims.nameOf(entry.service()).equals(Optional.of(entry.key()))) {
        // Releases before served one host twice, in two namespaces.
        table.set(settings.label(), entry.key(), null);
      }
    }
    write(entry.service());
    // It may have another virtual IP now, and its origin is perhaps not stored yet.
    table.markDirty(entry.host());
  }

  /**
   * Takes a service that another registry has served, for the comparison with what is to come: it
   * has no host, and nobody is shown it.
   */
  void assume(CompactEntry entry) {
    keep(ServiceState.former(entry));
  }

  /**
   * Forgets what is served of services, which are all put anew; it stays served until then.
   *
   * @param which of which it is forgotten
   */
  void forgetEntries(Predicate<ServiceId> which) {
    services.values().stream()
        .filter(state -> which.test(state.service()))
        .forEach(state -> keep(state.withoutEntry()));
  }

  /** Takes a service out, if it is there. */
  void remove(ServiceId service) {
    ServiceState before = services.remove(service);
    if (before != null) {
      extent = extent.minus(extentOf(before));
      aliases.remove(service);
      claim(service, null);
      refusals.remove(service);
      write(service);
      settleAliases();
    }
  }

  /** Records why a service lacks the host that it claims; null: it has it. */
  void refuseMerge(ServiceId service, @Nullable String why) {
    if (services.contains(service)
        && !Objects.equals(
            why == null ? refusals.remove(service) : refusals.put(service, why), why)) {
      write(service);
      ledger.publish();
    }
  }

  private void keep(ServiceState state) {
    ServiceState before = services.put(state);
    if (before == null) {
      aliases.add(state.service());
    }
    extent = extent.minus(extentOf(before)).plus(extentOf(state));
  }

  private static ServiceCount extentOf(@Nullable ServiceState state) {
    return ServiceCount.ofService(state == null ? 0 : state.endpoints());
  }

  // What is to be merged contends for no host within its registry.
  private void claim(ServiceId service, @Nullable CompactEntry entry) {
    CompactEntry merged = entry != null && entry.isMerging() ? entry : null;
    CompactEntry before = merging.get(service);
    claims.set(service, merged == null ? entry : null);
    if (Objects.equals(before, merged)) {
      return;
    }
    if (before != null) {
      merging.remove(service);
      if (merged == null || !before.isOfHost(merged.host())) {
        table.leave(settings.label(), before);
      }
    }
    if (merged != null) {
      merging.put(merged);
      table.join(settings.label(), merged);
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // an equal entry is not the one that has the resource
  public void nameChanged(ResourceKey key, @Nullable CompactEntry holder) {
    // What a former process served is there already.
    if (holder == null || holder != table.find(settings.label(), key)) {
      table.set(settings.label(), key, holder);
    }
  }

  @Override
  public void holdingChanged(ServiceId service) {
    aliases.holdingChanged(service);
    write(service);
  }

  @Override
  public void contestChanged(String host, HostClaims.@Nullable Contest contest) {
    ledger.contest(host, contest);
  }

  @Override
  public void hostMoved(String host, ServiceId from, ServiceId to) {
    if (!unsettled) {
      LOG.warn(
          "registry {}: the host {} moves from the service {} to the service {}, which is older or"
              + " has the lower id; the former gets another host (use a host template that tells"
              + " them apart)",
          settings.name(),
          host,
          ForeignText.clean(from.toString()),
          ForeignText.clean(to.toString()));
    }
  }

  private void write(ServiceId service) {
    ServiceState state = services.get(service);
    ledger.write(
        service,
        state == null
            ? null
            : Ledger.Line.of(state, claims, merging.get(service), refusals.get(service), now()));
  }

  // By the second, so that the services of a whole view share one.
  private Since now() {
    Instant second = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    if (!present.time().equals(second) || present.atLeast() == known) {
      present = new Since(second, !known);
    }
    return present;
  }
}
