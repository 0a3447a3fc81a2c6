package io.fairlead.aggregation;

import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.guard.ConnectionHealth;
import io.fairlead.guard.DeletionGuard;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.Moment;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of one registry: what its adapter said, what its deletion guard holds, what is kept
 * without endpoints and for how long. So it decides what changes of its {@link Contribution}, and
 * when. It outlives a new registration under the same name: the last-known state is served until
 * the new registration's first whole view replaces it. Confined to the commit thread.
 */
final class RegistryState {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryState.class);

  private final Contribution contribution;
  private final ServiceGuard guard;
  private final InstantSource clock;
  // How long rules let services be served without endpoints.
  private final Map<ServiceId, Duration> keeps = new HashMap<>();
  private final EmptyServices empty = new EmptyServices(keeps);
  // Former services without endpoints that the first whole view does not name.
  private final EmptyServices unnamed = new EmptyServices(keeps);
  private final FormerEntries former;
  private RegistryView view;
  // The policy that the services were converted by; null: another one.
  private @Nullable ConversionPolicy policy;
  // Whether this registration has had its first whole view.
  private boolean fresh;
  private boolean lastKnown;
  // Whether a former process's state is still to be compared with the first whole view.
  private boolean restored;

  /**
   * A registry that is known from now on.
   *
   * @param former its last-known state: the entries that are served from before, perhaps none
   * @param clock the wall clock, for showing times only
   */
  RegistryState(
      HostTable table,
      RegistryView view,
      Optional<List<CompactEntry>> former,
      GuardPolicy guard,
      InstantSource clock) {
    this.contribution = new Contribution(table, view.settings(), clock);
    this.view = view;
    this.policy = view.settings().policy();
    this.former = new FormerEntries(view.settings().label(), former.orElse(List.of()));
    this.lastKnown = former.isPresent();
    this.restored = former.isPresent();
    this.guard = new ServiceGuard(guard, view.settings(), contribution);
    this.clock = clock;
    view.attach(contribution.ledger(), this.guard.held());
  }

  /** Marks it as known, since what its registry had before is served. */
  void knownBefore() {
    lastKnown = true;
  }

  /** A new registration takes over. */
  void replace(RegistryView newView) {
    lastKnown |= fresh;
    fresh = false;
    contribution.unsettled();
    view = newView;
    view.attach(contribution.ledger(), guard.held());
  }

  RegistryView view() {
    return view;
  }

  Contribution contribution() {
    return contribution;
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
    former.take(holders).forEach(contribution::adopt);
    holders.forEach(
        (host, holder) -> {
          CompactEntry left = leaving.get(host);
          if (left != null && !left.isMerging() && !contribution.contains(holder.service())) {
            contribution.assume(former.madeOf(holder, left));
            // Nothing to keep empty services with: it is of another registry.
            policy = null;
          }
        });
  }

  private void identify(Inbox.Batch said) {
    former
        .identified(said)
        .forEach(
            (standIn, like) -> {
              ServiceState state = contribution.get(standIn);
              CompactEntry entry = state == null ? null : state.entryOrNull();
              if (entry != null && !contribution.contains(like.service())) {
                guard.held().forget(standIn);
                remove(standIn);
                contribution.adopt(former.madeOf(like, entry));
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
    for (ServiceId service : contribution.services()) {
      ServiceState state = contribution.get(service);
      if (whole.containsKey(service)) {
        stay.add(service);
      } else if (restored && state != null && state.status() == ServiceStatus.KEPT_EMPTY) {
        state.entry().ifPresent(emptied::add);
      } else if (!unnamed.contains(service)) {
        remove(service);
      }
    }
    ConversionPolicy newPolicy = view.settings().policy();
    ConversionPolicy formerPolicy = policy;
    boolean otherPolicy = formerPolicy == null || !newPolicy.convertsTheSame(formerPolicy);
    Set<ResourceKey> before = otherPolicy || restored ? names(stay) : Set.of();
    policy = newPolicy;
    if (otherPolicy) {
      // An entry of another policy is something to keep an empty service with only if there is no
      // newer one, and it would be under the same name.
      boolean sameNames = formerPolicy != null && newPolicy.namesTheSame(formerPolicy);
      contribution.forgetEntries(service -> !sameNames || !isWithoutNewer(whole.get(service)));
    }
    whole.values().forEach(converted -> take(converted, now));
    if (otherPolicy || restored) {
      tellRenamed(before, names(stay));
    }
    emptied.forEach(entry -> keepEmpty(entry, now));
    fresh = true;
    contribution.settled();
    restored = false;
  }

  private static boolean isWithoutNewer(@Nullable ConvertedService converted) {
    return converted == null || converted.isBare();
  }

  // A service that had lost its endpoints before the restart may be one that its registry forgot
  // with the last of them: it is kept for its time, unless another one has its host.
  private void keepEmpty(CompactEntry entry, long now) {
    if (contribution.isShared(entry)) {
      remove(entry.service());
    } else {
      unnamed.add(entry.service(), now);
    }
  }

  private Set<ResourceKey> names(List<ServiceId> of) {
    Set<ResourceKey> names = new HashSet<>();
    for (ServiceId service : of) {
      contribution.nameOf(service).ifPresent(names::add);
    }
    return names;
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
    handle(converted);
    ServiceState state =
        ServiceState.next(
            wasWithdrawn(converted) ? ServiceState.withdrawn(service) : contribution.get(service),
            converted);
    contribution.put(state);
    unnamed.remove(service);
    if (state.status() == ServiceStatus.KEPT_EMPTY) {
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
    ServiceState state = contribution.get(part);
    CompactEntry entry = state == null ? null : state.entryOrNull();
    if (entry == null) {
      remove(part);
    } else if (!unnamed.contains(part)) {
      CompactEntry emptied = entry.withoutEndpoints();
      contribution.put(ServiceState.keptEmpty(emptied));
      empty.remove(part);
      keepEmpty(emptied, now);
    }
  }

  /** Whether a service without endpoints was not served by the former process either. */
  private boolean wasWithdrawn(ConvertedService converted) {
    return restored
        && converted.status() == ServiceStatus.KEPT_EMPTY
        && converted.entry().isPresent()
        && !contribution.contains(converted.service());
  }

  private void remove(ServiceId service) {
    ServiceState state = contribution.get(service);
    if (state != null) {
      state.entry().ifPresent(former::removed);
      contribution.remove(service);
      empty.remove(service);
      unnamed.remove(service);
      keeps.remove(service);
    }
  }

  /** Lets go what somebody has approved. */
  void approve(String id, long now) {
    guard.held().approve(id).forEach(loss -> letGo(loss, now));
    expire(now);
  }

  /** Applies another guard policy, and lets go what is held and within its limits. */
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
      ServiceState state = contribution.get(service);
      if (state != null) {
        contribution.put(state.withdrawn());
      }
    }
    unnamed.takeDue(view.settings().keepEmpty(), now).forEach(this::remove);
    contribution.ledger().publish();
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
}
