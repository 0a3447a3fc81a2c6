package io.fairlead.aggregation;

import io.fairlead.guard.ConnectionHealth;
import io.fairlead.guard.DeletionGuard;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardSubject;
import io.fairlead.guard.Moment;
import io.fairlead.guard.ServiceCount;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The deletion guard of a registry's services: compares each batch with what the registry
 * contributes, and has what is held be taken as it was. Confined to the commit thread.
 */
final class ServiceGuard {
  private final Contribution contribution;
  private final DeletionGuard<ServiceId, HeldServiceLoss> guard;

  ServiceGuard(GuardPolicy policy, RegistrySettings settings, Contribution contribution) {
    this.contribution = contribution;
    this.guard =
        new DeletionGuard<>(
            policy,
            GuardSubject.registry(settings.name()),
            settings.label() + "-",
            HeldServiceLoss::rest);
  }

  /** The guard, for what becomes of what it holds. */
  DeletionGuard<ServiceId, HeldServiceLoss> held() {
    return guard;
  }

  /** Returns the part of a batch to take: the very same one unless something in it is held. */
  Inbox.Batch admit(Inbox.Batch said, ConnectionHealth health, Moment now) {
    if (guard.isOff()) {
      return said;
    }
    ServiceCount of = contribution.extent().plus(guard.lostLately(now));
    GuardedBatch batch = new GuardedBatch(said, contribution::services);
    Map<ServiceId, ServiceCount> losses = new LinkedHashMap<>();
    List<HeldServiceLoss> back = new ArrayList<>();
    batch
        .latest()
        .forEach(
            (service, report) -> {
              HeldServiceLoss loss = guard.find(service);
              if (loss == null) {
                compare(service, HeldServiceLoss.endpoints(report), losses, now);
              } else if (HeldServiceLoss.endpoints(report) >= loss.before()) {
                back.add(loss);
              } else {
                HeldServiceLoss next = loss.after(report, guard.isRejected(service), now);
                guard.update(next);
                batch.replace(service, next.served());
              }
            });
    guard.cameBack(back);
    guard
        .judge(losses, of, service -> heldAs(service, batch, now), health, now)
        .forEach(loss -> batch.replace(loss.key(), loss.served()));
    return batch.toTake();
  }

  private void compare(
      ServiceId service, int after, Map<ServiceId, ServiceCount> losses, Moment now) {
    int before = contribution.endpoints(service);
    if (after < before) {
      losses.put(service, ServiceCount.lost(before, after));
    } else if (after > before) {
      guard.gained(service, before, after, now);
    }
  }

  private HeldServiceLoss heldAs(ServiceId service, GuardedBatch batch, Moment now) {
    ServiceState state = Objects.requireNonNull(contribution.get(service), "state");
    return HeldServiceLoss.of(state, batch.about(service), now);
  }
}
