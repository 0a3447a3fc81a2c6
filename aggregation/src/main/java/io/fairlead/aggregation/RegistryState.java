package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.KeyedTable;
import io.fairlead.common.ForeignText;
import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.guard.ConnectionHealth;
import io.fairlead.guard.DeletionGuard;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.Moment;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of one registry's contribution. It outlives a new registration under the same name: the
 * last-known state is served until the new registration's first whole view replaces it. Confined to
 * the commit thread.
 */
final class RegistryState implements HostClaims.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryState.class);

  private final HostTable table;
  private final String label;
  private final Contribution services = new Contribution();
  private final ServiceGuard guard;
  private final InstantSource clock;
  private final HostClaims claims = new HostClaims(this);
  // How long rules let services be served without endpoints.
  private final Map<ServiceId, Duration> keeps = new HashMap<>();
  private final EmptyServices empty = new EmptyServices(keeps);
  private final Ledger ledger = new Ledger();
  // The entries that are to be merged with others of their hosts.
  private final KeyedTable<ServiceId, CompactEntry> merging =
      new KeyedTable<>(CompactEntry::service);
  // Why services have not the host that they claim, besides what the claims say.
  private final Map<ServiceId, String> refusals = new HashMap<>();
  // Former services without endpoints that the first whole view does not name.
  private final EmptyServices unnamed = new EmptyServices(keeps);
  private final FormerEntries former;
  private RegistryView view;
  // The policy that the services were converted by; null: another one.
  private @Nullable ConversionPolicy policy;
  // Whether this registration has had its first whole view.
  private boolean fresh;
  private boolean lastKnown;
  // Whether some registration has had one: what was so before it may have begun earlier.
  private boolean known;
  private Since present = new Since(Instant.EPOCH, true);
  // Whether a former process's state is still to be compared with the first whole view.
  private boolean restored;

  /**
   * A registry that is known from now on.
   *
   * @param former its entries that are served from before
   * @param lastKnown whether there is a last-known state, be it an empty one
   * @param clock the wall clock, for showing times only
   */
  RegistryState(
      HostTable table,
      RegistryView view,
      List<CompactEntry> former,
      boolean lastKnown,
      GuardPolicy guard,
      InstantSource clock) {
    this.table = table;
    this.label = view.settings().label();
    this.view = view;
    this.policy = view.settings().policy();
    this.former = new FormerEntries(label, former);
    this.lastKnown = lastKnown;
    this.restored = lastKnown;
    this.guard = new ServiceGuard(guard, view.settings(), services);
    this.clock = clock;
    view.attach(ledger, this.guard.held());
  }

  /** Has it count as known, since what its registry had before is served. */
  void knownBefore() {
    lastKnown = true;
  }

  /** A new registration takes over. */
  void replace(RegistryView newView) {
    lastKnown |= fresh;
    fresh = false;
    view = newView;
    view.attach(ledger, guard.held());
    table.markContested(label);
  }

  RegistryView view() {
    return view;
  }

  /** Whether clients may be answered as far as this registry is concerned. */
  boolean isSynced() {
    return fresh || lastKnown;
  }

  /**
   * Takes what the adapter said; tells whether the registry became fresh by it.
   *
   * @param leaving entries that are served of registries whose successor this one may be, by host
   */
  boolean apply(Inbox.Batch said, Map<String, CompactEntry> leaving, long now) {
    boolean first = said.whole().isPresent() && !fresh;
    if (first) {
      restore(said, leaving);
    } else if (fresh) {
      identify(said);
    }
    Inbox.Batch batch = first || fresh ? guard.admit(said, view.health(), moment(now)) : said;
    if (batch.whole().isPresent()) {
      replaceAll(batch.whole().get(), now);
    }
    // Before the first whole view single changes mean nothing: it will hold them.
    if (fresh) {
      batch
          .changes()
          .forEach(
              (service, converted) ->
                  converted.ifPresentOrElse(present -> take(present, now), () -> remove(service)));
    }
    // Where nothing is kept, what is empty shall not be served for a moment either.
    expire(now);
    return first;
  }

  /**
   * Puts what was served before into the tables, as if this registry had named it: of a former
   * process all; of registries that leave what it has now, as far as its loss is concerned.
   */
  private void restore(Inbox.Batch said, Map<String, CompactEntry> leaving) {
    Map<String, CompactEntry> holders = former.holders(said, leaving.keySet());
    former.take(holders).forEach(this::adopt);
    holders.forEach(
        (host, holder) -> {
          CompactEntry left = leaving.get(host);
          if (left != null && !left.isMerging() && !services.contains(holder.service())) {
            services.put(ServiceState.former(former.madeOf(holder, left)));
            // Nothing to keep empty services with: it is of another registry.
            policy = null;
          }
        });
  }

  private void adopt(CompactEntry entry) {
    services.put(ServiceState.former(entry));
    if (entry.isMerging()) {
      merging.put(entry);
      write(entry.service());
      table.markDirty(entry.host());
      return;
    }
    claims.set(entry.service(), entry);
    if (!claims.nameOf(entry.service()).equals(Optional.of(entry.key()))) {
      // Releases before served one host twice, in two namespaces.
      table.set(label, entry.key(), null);
    }
    write(entry.service());
    // It may have another virtual IP now, and its origin is perhaps not stored yet.
    table.markDirty(entry.host());
  }

  private void identify(Inbox.Batch said) {
    former
        .identified(said)
        .forEach(
            (standIn, like) -> {
              ServiceState state = services.get(standIn);
              CompactEntry entry = state == null ? null : state.entryOrNull();
              if (entry != null && !services.contains(like.service())) {
                guard.held().forget(standIn);
                remove(standIn);
                adopt(former.madeOf(like, entry));
              }
            });
  }

  private Moment moment(long now) {
    return new Moment(now, clock.instant());
  }

  /** The health of the connection as far as it is about what is contributed. */
  private ConnectionHealth health() {
    return fresh ? view.health() : ConnectionHealth.NONE;
  }

  private void replaceAll(Map<ServiceId, ConvertedService> whole, long now) {
    List<ServiceId> stay = new ArrayList<>();
    List<CompactEntry> emptied = new ArrayList<>();
    for (ServiceId service : services.services()) {
      ServiceState state = services.get(service);
      if (whole.containsKey(service)) {
        stay.add(service);
      } else if (restored && state != null && state.status() == ServiceStatus.KEPT_EMPTY) {
        state.entry().ifPresent(emptied::add);
      } else if (!unnamed.contains(service)) {
        remove(service);
      }
    }
    boolean otherPolicy = !view.settings().policy().equals(policy);
    Set<ResourceKey> before = otherPolicy || restored ? names(stay) : Set.of();
    if (otherPolicy) {
      // Entries of another policy are nothing to keep empty services with.
      policy = view.settings().policy();
      services.replaceAll(ServiceState::withoutEntry);
    }
    whole.values().forEach(converted -> take(converted, now));
    if (otherPolicy || restored) {
      tellRenamed(before, names(stay));
    }
    emptied.forEach(entry -> keepEmpty(entry, now));
    fresh = true;
    known = true;
    restored = false;
  }

  // A service that had lost its endpoints before the restart may be one that its registry forgot
  // with the last of them: it is kept for its time, unless another one has its host.
  private void keepEmpty(CompactEntry entry, long now) {
    if (!entry.isMerging() && claims.isShared(entry)) {
      remove(entry.service());
    } else {
      unnamed.add(entry.service(), now);
    }
  }

  private Set<ResourceKey> names(List<ServiceId> of) {
    Set<ResourceKey> names = new HashSet<>();
    for (ServiceId service : of) {
      nameOf(service).ifPresent(names::add);
    }
    return names;
  }

  private Optional<ResourceKey> nameOf(ServiceId service) {
    CompactEntry merged = merging.get(service);
    return merged == null ? claims.nameOf(service) : Optional.of(merged.key());
  }

  // Each of these hosts is another one for whoever calls it: it is said before it is committed.
  private void tellRenamed(Set<ResourceKey> before, Set<ResourceKey> after) {
    long go = before.stream().filter(name -> !after.contains(name)).count();
    long come = after.stream().filter(name -> !before.contains(name)).count();
    if (go > 0) {
      LOG.warn(
          "registry {}: its changed configuration removes {} of its {} hosts and adds {}, all in"
              + " one step; callers of the old hosts reach nothing from now on",
          view.settings().name(),
          go,
          before.size(),
          come);
    }
  }

  private void take(ConvertedService converted, long now) {
    ServiceId service = converted.service();
    if (converted.isGone()) {
      takeGone(service, now);
      return;
    }
    if (wasWithdrawn(converted)) {
      services.put(ServiceState.withdrawn(service));
    }
    handle(converted);
    serve(service, ServiceState.next(Optional.ofNullable(services.get(service)), converted));
    ServiceState state = services.get(service);
    unnamed.remove(service);
    if (state != null && state.status() == ServiceStatus.KEPT_EMPTY) {
      empty.add(service, now);
    } else {
      empty.remove(service);
    }
  }

  // One that is empty or held may have nothing that rules with conditions on instances speak of.
  private void handle(ConvertedService converted) {
    Duration keep = converted.handling().keepEmpty();
    if (keep != null) {
      keeps.put(converted.service(), keep);
    } else if (converted.status() == ServiceStatus.SERVED) {
      keeps.remove(converted.service());
    }
  }

  // The routes to a part that its service does not have any more stay for as long as those to a
  // service that lost its instances; then nothing is left of it.
  private void takeGone(ServiceId part, long now) {
    ServiceState state = services.get(part);
    CompactEntry entry = state == null ? null : state.entryOrNull();
    if (entry == null) {
      remove(part);
    } else if (!unnamed.contains(part)) {
      CompactEntry emptied = entry.withoutEndpoints();
      serve(part, ServiceState.keptEmpty(emptied));
      empty.remove(part);
      keepEmpty(emptied, now);
    }
  }

  /** Whether a service without endpoints was not served by the former process either. */
  private boolean wasWithdrawn(ConvertedService converted) {
    return restored
        && converted.status() == ServiceStatus.KEPT_EMPTY
        && converted.entry().isPresent()
        && !services.contains(converted.service());
  }

  private void serve(ServiceId service, ServiceState state) {
    services.put(state);
    CompactEntry entry = state.entryOrNull();
    claim(service, entry);
    // A word that repeats the one before brings equal bytes: one of the two is enough.
    CompactEntry claimed =
        entry != null && entry.isMerging() ? merging.get(service) : claims.entryOf(service);
    if (claimed != null) {
      services.put(state.with(claimed));
    }
    write(service);
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
        table.leave(label, before);
      }
    }
    if (merged != null) {
      merging.put(merged);
      table.join(label, merged);
    }
  }

  /** Takes note why a service has not the host that it claims; null: it has. */
  void refuseMerge(ServiceId service, @Nullable String why) {
    if (services.contains(service)
        && !Objects.equals(
            why == null ? refusals.remove(service) : refusals.put(service, why), why)) {
      write(service);
    }
  }

  /** Shows the sums as they are now. */
  void publish() {
    ledger.publish();
  }

  private void remove(ServiceId service) {
    ServiceState state = services.get(service);
    if (state != null) {
      state.entry().ifPresent(former::removed);
      services.remove(service);
      claim(service, null);
      refusals.remove(service);
      empty.remove(service);
      unnamed.remove(service);
      keeps.remove(service);
      write(service);
    }
  }

  /** Lets go what somebody has approved. */
  void approve(String id, long now) {
    guard.held().approve(id).forEach(loss -> letGo(loss, now));
    expire(now);
  }

  /** Goes over to another guard policy, and lets go what is held and within its limits. */
  void use(GuardPolicy policy, long now) {
    guard.held().use(policy, moment(now)).forEach(loss -> letGo(loss, now));
    expire(now);
  }

  /** Keeps what somebody has rejected. */
  void reject(String id, long now) {
    guard.held().reject(id, now);
  }

  private void letGo(HeldServiceLoss loss, long now) {
    loss.report().ifPresentOrElse(converted -> take(converted, now), () -> remove(loss.key()));
  }

  /** Lets go losses that are confirmed, withdraws services that have been empty for too long. */
  void expire(long now) {
    DeletionGuard.Confirmed<HeldServiceLoss> confirmed =
        guard.held().takeConfirmed(health(), moment(now));
    confirmed.gone().forEach(loss -> letGo(loss, now));
    confirmed.reduced().forEach(loss -> take(loss.served(), now));
    for (ServiceId service : empty.takeDue(view.settings().keepEmpty(), now)) {
      ServiceState state = services.get(service);
      if (state != null) {
        serve(service, state.withdrawn());
      }
    }
    unnamed.takeDue(view.settings().keepEmpty(), now).forEach(this::remove);
    ledger.publish();
  }

  Optional<Duration> untilNextExpiry(long now) {
    Duration keep = view.settings().keepEmpty();
    return Stream.of(
            empty.untilNext(keep, now),
            unnamed.untilNext(keep, now),
            guard.held().untilNext(health(), now))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // an equal entry is not the one that has the resource
  public void nameChanged(ResourceKey key, @Nullable CompactEntry holder) {
    // What a former process served is there already.
    if (holder != null && holder == table.find(label, key)) {
      return;
    }
    table.set(label, key, holder);
  }

  @Override
  public void holdingChanged(ServiceId service) {
    write(service);
  }

  @Override
  public void contestChanged(String host, HostClaims.@Nullable Contest contest) {
    ledger.contest(host, contest);
  }

  // Not while a first whole view is taken in: what is had for a moment in it nobody sees.
  @Override
  public void hostMoved(String host, ServiceId from, ServiceId to) {
    if (fresh) {
      LOG.warn(
          "registry {}: the host {} moves from the service {} to the service {}, which is older or"
              + " has the lower id; the former gets another host (use a host template that tells"
              + " them apart)",
          view.settings().name(),
          host,
          ForeignText.clean(from.toString()),
          ForeignText.clean(to.toString()));
    }
  }

  // By the second, so that the services of a whole view share one.
  private Since now() {
    Instant second = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    if (!present.time().equals(second) || present.atLeast() == known) {
      present = new Since(second, !known);
    }
    return present;
  }

  private void write(ServiceId service) {
    ServiceState state = services.get(service);
    ledger.write(service, state == null ? null : line(state));
  }

  private Ledger.Line line(ServiceState state) {
    return Ledger.Line.of(
        state, claims, merging.get(state.service()), refusals.get(state.service()), now());
  }
}
