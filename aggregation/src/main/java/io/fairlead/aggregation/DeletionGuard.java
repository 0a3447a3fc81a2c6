package io.fairlead.aggregation;

import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a registry from emptying the mesh by mistake.
 *
 * <p><b>Why.</b> A registry that has lost its data, a token that has lost its rights or a server
 * that answers before it has loaded say the same as one whose services were really removed: an
 * authorised, successful, short answer. No single read tells the two apart. What does is size and
 * time: what is removed on purpose is small, or stays removed. So a loss that is large is not
 * believed before the registry has kept saying so.
 *
 * <p><b>Where.</b> Between what an adapter said and what its registry contributes, for each
 * registry by itself. The merge over registries is not looked at: another registry may have the
 * same host, but that it does says nothing about this one's health.
 *
 * <p><b>What a loss is.</b> A service that has fewer endpoints by the registry's last word than are
 * served for it, down to none: gone, refused and unhealthy are the same to those who call it. Only
 * numbers of one service are compared, so a redeployment that replaces every endpoint is no loss,
 * while a registry that is swapped for another one, with as many other services, is. A service that
 * is served without endpoints has nothing left to lose. What counts are services that lose their
 * last endpoint and endpoints, each for itself, against what the registry contributed.
 *
 * <p><b>The sum.</b> Shrunken rights show in one whole view with Consul, and as a thousand single
 * changes with Nacos. Therefore losses are summed over a window as long as the time of
 * confirmation, less what came back, and less what the same service had grown by within that time:
 * a deployment may start each new instance before it ends the old one. As long as the sum is small
 * everything passes at once and untouched, since an endpoint that is gone must leave the mesh
 * quickly. The batch with which the sum becomes too much is held as a whole, and so is each later
 * loss, until the first of them have been decided about ({@code confirmAfter} after the guard began
 * to hold); after that a loss is held only if it is too much together with all that is held, since
 * otherwise a registry with everyday removals would be held for ever, each loss waiting for the one
 * before. What was let go earlier stays gone: it was small.
 *
 * <p><b>Holding.</b> Only removals are held. A service that is gone is served as it was; one that
 * shrank with its new endpoints, ports, labels and all, and those it lacks ({@link KeptEndpoints}).
 * Every word about it is taken in as it comes and compared with what it had: it may shrink on, or
 * come back, which ends its holding.
 *
 * <p><b>Believing.</b> Each loss by itself, once it was seen unbroken for {@code confirmAfter}. The
 * registry must have been readable all the time (after a failure it begins again) and have been
 * read in the later half: a silent one confirms nothing. Of one that fails now and then a loss is
 * believed after {@value GuardDecisions#CEILING} times {@code confirmAfter}, whatever failed in
 * between, if the registry was read again and again ({@link RegularReads}); otherwise a flaky
 * network would hold it for ever. If a loss grows, what was missing before is believed at its time
 * and the rest waits from the time of its last growth; if it becomes smaller nothing starts anew.
 * An operator can decide before. <em>Approved</em>, all that is held goes in one commit.
 * <em>Rejected</em>, it stays until it is given again or approved after all, and later losses are
 * judged without it. Either way the sum begins at nothing, since a person has looked.
 *
 * <p><b>After a restart</b> the services that the store has are contributed before the first whole
 * view, which is judged like any other. What was held is in the store as it was served, so it is
 * held again; nothing else of the guard is kept, a rejection neither.
 *
 * <p>Confined to the commit thread. Decisions are made by monotonic time.
 */
final class DeletionGuard {
  private final GuardPolicy policy;
  private final Contribution contribution;
  private final RecentLosses recent;
  private final HeldLosses held = new HeldLosses();
  private final GuardLog log;
  private final GuardDecisions decisions;

  /** A guard that holds nothing, for what a registry contributes. */
  DeletionGuard(GuardPolicy policy, RegistrySettings settings, Contribution contribution) {
    this.policy = policy;
    this.contribution = contribution;
    this.recent = new RecentLosses(policy.confirmAfter().toNanos());
    this.log = new GuardLog(settings.name(), policy);
    this.decisions =
        new GuardDecisions(policy, settings.label() + "-", 0, settings.name(), held, recent, log);
  }

  /** What becomes of what is held. */
  GuardDecisions decisions() {
    return decisions;
  }

  /** What is to be taken of a batch: the very same one unless something in it is held. */
  Inbox.Batch admit(Inbox.Batch batch, RegistryView.Contact contact, Moment now) {
    if (policy.isOff()) {
      return batch;
    }
    recent.forgetOld(now.nanos());
    Extent of = contributed();
    Words words = new Words(batch, contribution::services);
    Map<ServiceId, Extent> losses = new LinkedHashMap<>();
    List<HeldLoss> back = new ArrayList<>();
    words
        .last()
        .forEach(
            (service, word) -> {
              HeldLoss before = held.find(new Subject.OfService(service));
              if (before != null) {
                follow(before, service, words, back, now);
              } else {
                compare(service, word, losses, now);
              }
            });
    if (!back.isEmpty()) {
      log.cameBack(back);
    }
    judge(losses, of, words, contact, now);
    return words.toTake();
  }

  private Extent contributed() {
    return contribution.extent().plus(recent.sum());
  }

  private static int endpoints(@Nullable ServiceState state) {
    return state == null ? 0 : state.endpoints();
  }

  private void follow(
      HeldLoss loss, ServiceId service, Words words, List<HeldLoss> back, Moment now) {
    Optional<Taken> word = words.about(service);
    if (HeldLoss.endpoints(word) >= loss.before()) {
      held.remove(loss.subject());
      back.add(loss);
      return;
    }
    HeldLoss.OfService next = ((HeldLoss.OfService) loss).after(word, now);
    if (next != loss) {
      held.put(next);
    }
    words.replace(service, next.served());
  }

  private void compare(
      ServiceId service, Optional<Taken> word, Map<ServiceId, Extent> losses, Moment now) {
    int before = endpoints(contribution.get(service));
    int after = HeldLoss.endpoints(word);
    if (after < before) {
      losses.put(service, Extent.lost(before, after));
    } else if (after > before) {
      Extent gained = Extent.lost(after, before);
      Extent more = recent.cameBack(new Subject.OfService(service), gained);
      if (before > 0) {
        recent.grew(new Subject.OfService(service), more, now.nanos());
      }
    }
  }

  private void judge(
      Map<ServiceId, Extent> losses,
      Extent of,
      Words words,
      RegistryView.Contact contact,
      Moment now) {
    if (losses.isEmpty()) {
      return;
    }
    Extent lost = recent.sum().plus(held.waiting());
    for (Map.Entry<ServiceId, Extent> loss : losses.entrySet()) {
      Subject subject = new Subject.OfService(loss.getKey());
      lost = lost.plus(recent.beyondGrowth(subject, loss.getValue()));
    }
    HeldGroup group = decisions.holding();
    boolean undecided =
        group != null && !decisions.isConfirmed(group.opened().nanos(), contact, now);
    if (!undecided && !policy.isTooMuch(lost, of)) {
      losses.forEach(
          (service, extent) -> recent.add(new Subject.OfService(service), extent, now.nanos()));
      return;
    }
    HeldGroup into = group == null ? decisions.open(of, now) : group;
    List<HeldLoss> newest = new ArrayList<>();
    for (ServiceId service : losses.keySet()) {
      ServiceState state = contribution.get(service);
      if (state != null) {
        HeldLoss.OfService loss =
            HeldLoss.OfService.of(
                into,
                new Taken(
                    service,
                    state.entry(),
                    ServiceStatus.HELD,
                    state.findings(),
                    state.instances()),
                endpoints(state),
                words.about(service),
                now);
        held.put(loss);
        newest.add(loss);
        words.replace(service, loss.served());
      }
    }
    tell(into, group == null, lost, of, newest, now);
  }

  private void tell(
      HeldGroup group, boolean isNew, Extent lost, Extent of, List<HeldLoss> newest, Moment now) {
    if (!group.takeGrowth()) {
      return;
    }
    if (isNew) {
      log.tripped(group, lost, of, newest, now.wall().plus(policy.confirmAfter()));
    } else {
      log.grown(group, held.waiting(), newest);
    }
  }

  /** Holds nothing of a service any more, since another one has its place. */
  void forget(ServiceId service) {
    held.remove(new Subject.OfService(service));
  }
}
