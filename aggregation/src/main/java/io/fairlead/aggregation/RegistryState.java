package io.fairlead.aggregation;

import io.fairlead.aggregation.HostTable.Candidate;
import io.fairlead.aggregation.collect.Expiry;
import io.fairlead.common.ForeignText;
import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Resource;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one registry contributes. It outlives a new registration under the same name: the last-known
 * state is served until the new registration's first whole view replaces it. Confined to the commit
 * thread.
 */
final class RegistryState implements HostClaims.Listener {
  private static final Logger log = LoggerFactory.getLogger(RegistryState.class);

  private final HostTable table;
  private final String label;
  private final Contribution services = new Contribution();
  private final DeletionGuard guard;
  private final InstantSource clock;
  private final HostClaims claims = new HostClaims(this);
  private final Expiry<ServiceId> empty = new Expiry<>();
  private final Ledger ledger = new Ledger();
  // Names of resources that a former process committed and that nothing has replaced yet.
  private final Set<ResourceKey> inherited;
  // Those of them that had no endpoints and whose services the first whole view cannot make anew.
  private final Expiry<ResourceKey> emptyInherited = new Expiry<>();
  private RegistryView view;
  // The policy that the services were converted by.
  private ConversionPolicy policy;
  // Whether this registration has had its first whole view.
  private boolean fresh;
  private boolean lastKnown;
  // Whether a former process's state is still to be compared with the first whole view.
  private boolean restored;

  /**
   * A registry that is known from now on.
   *
   * @param inherited names of its resources that are served from before
   * @param lastKnown whether there is a last-known state, be it an empty one
   * @param clock the wall clock, for showing times only
   */
  RegistryState(
      HostTable table,
      RegistryView view,
      Collection<ResourceKey> inherited,
      boolean lastKnown,
      GuardPolicy guard,
      InstantSource clock) {
    this.table = table;
    this.label = view.settings().label();
    this.view = view;
    this.policy = view.settings().policy();
    this.inherited = new HashSet<>(inherited);
    this.lastKnown = lastKnown;
    this.restored = lastKnown;
    this.guard = new DeletionGuard(guard, view.settings(), services);
    this.clock = clock;
    view.attach(ledger, this.guard.decisions().board());
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
    view.attach(ledger, guard.decisions().board());
    table.touchContested(label);
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
   * @param leaving what is served of registries whose successor this one may be, by name
   */
  boolean apply(Inbox.Batch said, Map<ResourceKey, Resource> leaving, long now) {
    Inbox.Batch batch = admit(said, leaving, now);
    boolean first = false;
    if (batch.whole().isPresent()) {
      first = !fresh;
      replaceAll(batch.whole().get(), now);
    }
    // Before the first whole view single changes mean nothing: it will hold them.
    if (fresh) {
      batch
          .changes()
          .forEach(
              (service, taken) ->
                  taken.ifPresentOrElse(present -> take(present, now), () -> remove(service)));
    }
    // Where nothing is kept, what is empty shall not be served for a moment either.
    expire(now);
    return first;
  }

  private Inbox.Batch admit(Inbox.Batch said, Map<ResourceKey, Resource> leaving, long now) {
    if (said.whole().isPresent() && !fresh && (restored || !leaving.isEmpty())) {
      // Of what leaves, the names that it has: the others are not its loss.
      Map<ResourceKey, Resource> former = new HashMap<>(leaving);
      if (!leaving.isEmpty()) {
        Words words = new Words(said, List::of);
        former
            .keySet()
            .retainAll(RestartLosses.names(words.last().values(), leaving.keySet()).keySet());
      }
      for (ResourceKey key : inherited) {
        if (table.find(label, key) instanceof Candidate.Inherited candidate) {
          former.put(key, candidate.resource());
        }
      }
      return guard.admitFirst(said, former, moment(now));
    }
    return fresh || said.whole().isPresent()
        ? guard.admit(said, view.contact(), moment(now))
        : said;
  }

  private Moment moment(long now) {
    return new Moment(now, clock.instant());
  }

  /** The contact as far as it is about what is contributed. */
  private RegistryView.Contact contact() {
    return fresh ? view.contact() : RegistryView.Contact.NONE;
  }

  private void replaceAll(Map<ServiceId, Taken> whole, long now) {
    for (ServiceId service : services.services()) {
      if (!whole.containsKey(service)) {
        remove(service);
      }
    }
    boolean otherPolicy = !policy.equals(view.settings().policy());
    Set<ResourceKey> before = otherPolicy ? names() : Set.of();
    if (otherPolicy) {
      // Entries of another policy are nothing to keep empty services with.
      policy = view.settings().policy();
      services.replaceAll(ServiceState::withoutEntry);
    }
    whole.values().forEach(taken -> take(taken, now));
    if (otherPolicy) {
      tellRenamed(before);
    }
    fresh = true;
    restored = false;
    for (ResourceKey key : inherited) {
      if (!guard.keeps(key) && table.find(label, key) instanceof Candidate.Inherited former) {
        replaceInherited(key, former, now);
      }
    }
    inherited.clear();
  }

  private Set<ResourceKey> names() {
    Set<ResourceKey> names = new HashSet<>();
    for (ServiceId service : services.services()) {
      claims.nameOf(service).ifPresent(names::add);
    }
    return names;
  }

  // Each of these hosts is another one for whoever calls it: it is said before it is committed.
  private void tellRenamed(Set<ResourceKey> before) {
    Set<ResourceKey> after = names();
    long go = before.stream().filter(name -> !after.contains(name)).count();
    long come = after.stream().filter(name -> !before.contains(name)).count();
    if (go > 0) {
      log.warn(
          "Registry {}: by its changed configuration {} of its {} hosts go and {} come, all in one"
              + " step; callers of the old hosts reach nothing from now on",
          view.settings().name(),
          go,
          before.size(),
          come);
    }
  }

  /**
   * Withdraws what a former process served and the registry does not give any more; but a service
   * that had lost its endpoints already is kept for its time, as it would be without the restart.
   */
  private void replaceInherited(ResourceKey key, Candidate.Inherited former, long now) {
    boolean hostIsTaken =
        table.slot(CompactEntry.hostOf(key)).candidates(label).values().stream()
            .anyMatch(CompactEntry.class::isInstance);
    if (former.isWithoutEndpoints() && !hostIsTaken) {
      emptyInherited.add(key, now);
    } else {
      table.set(label, key, null);
    }
  }

  private void take(Taken taken, long now) {
    ServiceId service = taken.service();
    if (wasWithdrawn(taken)) {
      services.put(ServiceState.withdrawn(service));
    }
    serve(service, ServiceState.next(Optional.ofNullable(services.get(service)), taken));
    ServiceState state = services.get(service);
    if (state != null && state.status() == ServiceStatus.KEPT_EMPTY) {
      empty.add(service, now);
    } else {
      empty.remove(service);
    }
  }

  /** Whether a service without endpoints was not served by the former process either. */
  private boolean wasWithdrawn(Taken taken) {
    return restored
        && taken.status() == ServiceStatus.KEPT_EMPTY
        && taken.entry().isPresent()
        && !services.contains(taken.service())
        && taken.entry().filter(entry -> inherited.contains(entry.key())).isEmpty();
  }

  private void serve(ServiceId service, ServiceState state) {
    services.put(state);
    CompactEntry entry = state.entryOrNull();
    if (entry != null
        && !inherited.isEmpty()
        && table.find(label, entry.key()) instanceof Candidate.Inherited former) {
      entry.share(former.key());
    }
    claims.set(service, entry);
    // A word that repeats the one before brings equal bytes: one of the two is enough.
    CompactEntry claimed = claims.entryOf(service);
    if (claimed != null) {
      services.put(state.with(claimed));
    }
    write(service);
  }

  private void remove(ServiceId service) {
    if (services.remove(service)) {
      claims.set(service, null);
      empty.remove(service);
      write(service);
    }
  }

  /** Lets go what somebody has approved. */
  void approve(String id, long now) {
    guard.decisions().approve(id).forEach(loss -> letGo(loss, now));
    expire(now);
  }

  /** Keeps what somebody has rejected. */
  void reject(String id, long now) {
    guard.decisions().reject(id, now);
  }

  private void letGo(HeldLoss loss, long now) {
    if (loss instanceof HeldLoss.OfService lost) {
      lost.word().ifPresentOrElse(taken -> take(taken, now), () -> remove(lost.service()));
    } else if (loss instanceof HeldLoss.OfResource lost
        && table.find(label, lost.resource().key()) instanceof Candidate.Inherited) {
      table.set(label, lost.resource().key(), null);
    }
  }

  /** Lets go losses that are confirmed, withdraws services that have been empty for too long. */
  void expire(long now) {
    GuardDecisions.Confirmed confirmed = guard.decisions().takeConfirmed(contact(), moment(now));
    confirmed.gone().forEach(loss -> letGo(loss, now));
    confirmed.reduced().forEach(loss -> take(loss.served(), now));
    for (ServiceId service : empty.takeDue(view.settings().keepEmpty(), now)) {
      ServiceState state = services.get(service);
      if (state != null) {
        serve(service, state.withdrawn());
      }
    }
    for (ResourceKey key : emptyInherited.takeDue(view.settings().keepEmpty(), now)) {
      if (table.find(label, key) instanceof Candidate.Inherited) {
        table.set(label, key, null);
      }
    }
    ledger.publish();
  }

  Optional<Duration> untilNextExpiry(long now) {
    Duration keep = view.settings().keepEmpty();
    return Stream.of(
            empty.untilNext(keep, now),
            emptyInherited.untilNext(keep, now),
            guard.decisions().untilNext(contact(), now))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  @Override
  public void nameChanged(ResourceKey key, @Nullable CompactEntry holder) {
    if (holder != null) {
      guard.named(key);
      dropInheritedBeside(key);
    }
    table.set(label, key, holder);
  }

  // What a former process served of the same host in another namespace: nobody has two.
  private void dropInheritedBeside(ResourceKey key) {
    HostTable.Slot slot = table.slot(CompactEntry.hostOf(key));
    for (ResourceKey other = slot.inheritedBeside(label, key);
        other != null;
        other = slot.inheritedBeside(label, key)) {
      guard.named(other);
      emptyInherited.remove(other);
      table.set(label, other, null);
    }
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
      log.warn(
          "Registry {}: the host {} goes from the service {} to the service {}, which is older or"
              + " has the lower id; the former gets another host (use a host template that tells"
              + " them apart)",
          view.settings().name(),
          host,
          ForeignText.clean(from.toString()),
          ForeignText.clean(to.toString()));
    }
  }

  private void write(ServiceId service) {
    ServiceState state = services.get(service);
    if (state == null) {
      ledger.write(service, null);
      return;
    }
    List<Finding> findings = state.findings();
    Optional<ResourceKey> name = claims.nameOf(service);
    CompactEntry entry = state.entryOrNull();
    Reason reason = entry == null ? null : collision(service, entry);
    if (entry != null && reason != null) {
      findings = new ArrayList<>(findings);
      findings.add(Finding.about(service, reason, entry.host()));
      findings.sort(null);
    }
    ledger.write(
        service,
        new Ledger.Line(
            state.service(),
            state.status(),
            name.orElse(null),
            List.copyOf(findings),
            state.instances()));
  }

  private @Nullable Reason collision(ServiceId service, CompactEntry entry) {
    if (claims.isDisambiguated(service)) {
      return Reason.HOST_COLLISION;
    }
    return claims.isContested(entry) ? Reason.HOST_CONTESTED : null;
  }
}
