package io.fairlead.guard;

import io.fairlead.common.Counts;
import io.fairlead.common.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log lines of the deletion guard of one registry. Confined to the commit thread. */
final class GuardLog {
  private static final Logger LOG = LoggerFactory.getLogger(DeletionGuard.class);
  private static final int NAMES = 10;

  private final String registry;
  private GuardPolicy policy;

  GuardLog(String registry, GuardPolicy policy) {
    this.registry = registry;
    this.policy = policy;
  }

  /** Goes by another policy from now on. */
  void use(GuardPolicy next) {
    policy = next;
  }

  /**
   * It begins to hold.
   *
   * @param lost what is missing in the window, with what is held now
   * @param held what is held now
   */
  void tripped(
      HeldGroup group,
      ServiceCount lost,
      ServiceCount of,
      Collection<? extends HeldLoss<?>> held,
      Instant believed) {
    LOG.warn(
        "registry {}: {} of {} services and {} of {} endpoints are gone within {}, more than {} %"
            + " and at least {}, which may be a fault of the registry or of its access rights."
            + " Removals are held from now on: the last known endpoints stay in the mesh ({} so"
            + " far: {}); additions and changes go through. If the registry can be read and still"
            + " lacks them at {}, they are removed. To decide earlier: fairlead approve {} (remove"
            + " them) or fairlead reject {} (keep them)",
        registry,
        lost.services(),
        of.services(),
        lost.endpoints(),
        of.endpoints(),
        Durations.format(policy.confirmAfter()),
        Math.round(policy.share() * 100),
        policy.atLeast(),
        services(held.size()),
        names(held),
        believed,
        group.id(),
        group.id());
  }

  /** Reports that it holds much more than at the last report. */
  void grown(HeldGroup group, ServiceCount held, Collection<? extends HeldLoss<?>> newest) {
    LOG.warn(
        "registry {}: {} holds more: {} and {} by now, the newest are {}",
        registry,
        group.id(),
        services(held.services()),
        endpoints(held.endpoints()),
        names(newest));
  }

  /** Reports held services that the registry has again. */
  void cameBack(Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "registry {}: {} came back and are no longer held: {}",
        registry,
        services(losses.size()),
        names(losses));
  }

  /** Reports removals that were confirmed by time. */
  void confirmed(HeldGroup group, Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "registry {}: the removals of {} are published, since they have been missing for {} ({}):"
            + " {}",
        registry,
        services(losses.size()),
        Durations.format(policy.confirmAfter()),
        group.id(),
        names(losses));
  }

  /** Reports removals that the limits of a changed configuration allow. */
  void withinLimits(HeldGroup group, Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "registry {}: the removals of {} are published, since they are within the changed limits of"
            + " guard ({} %, at least {}; {}): {}",
        registry,
        services(losses.size()),
        Math.round(policy.share() * 100),
        policy.atLeast(),
        group.id(),
        names(losses));
  }

  void approved(HeldGroup group, Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "registry {}: {} approved, the removals of {} are published: {}",
        registry,
        group.id(),
        services(losses.size()),
        names(losses));
  }

  void rejected(HeldGroup group, int services) {
    LOG.info(
        "registry {}: {} rejected, {} stay in the mesh as they were until the registry has them"
            + " again or fairlead approve {}",
        registry,
        group.id(),
        services(services),
        group.id());
  }

  void closed(HeldGroup group) {
    LOG.info("registry {}: {} holds nothing any more", registry, group.id());
  }

  /** Reports that the services of a registry that left the configuration stay for now. */
  void leaves(HeldGroup group, ServiceCount of) {
    LOG.info(
        "registry {}: it left the configuration or has another source now; its {} with {}"
            + " stay in the mesh until {} read. To remove them now: fairlead approve {}",
        registry,
        services(of.services()),
        endpoints(of.endpoints()),
        waitingFor(group),
        group.id());
  }

  /** Reports that the services of a registry that left the configuration are removed. */
  void left(ServiceCount lost, int elsewhere) {
    LOG.info(
        "registry {}: it left the configuration or has another source now; {} with {} are"
            + " removed, {} stay with other registries",
        registry,
        services(lost.services()),
        endpoints(lost.endpoints()),
        services(elsewhere));
  }

  private static String waitingFor(HeldGroup group) {
    List<String> names = group.waitingFor();
    return String.join(", ", names) + (names.size() == 1 ? " has been" : " have been");
  }

  void reminder(HeldGroup group, int services, Duration since) {
    LOG.warn(
        "registry {}: {} have been kept as they were since {}, though the registry no longer has"
            + " them: {}. To decide: fairlead approve {} or fairlead reject {}",
        registry,
        services(services),
        since.truncatedTo(ChronoUnit.SECONDS),
        group.isRejected()
            ? "the removal was rejected"
            : group.isWaiting()
                ? "they stay until " + waitingFor(group) + " read"
                : "they are not confirmed yet",
        group.id(),
        group.id());
  }

  private static String services(int count) {
    return Counts.of(count, "service");
  }

  private static String endpoints(int count) {
    return Counts.of(count, "endpoint");
  }

  private static String names(Collection<? extends HeldLoss<?>> losses) {
    String first =
        losses.stream()
            .map(loss -> loss.shownAs().service())
            .sorted()
            .limit(NAMES)
            .map(Object::toString)
            .collect(Collectors.joining(", "));
    int more = losses.size() - NAMES;
    return more > 0 ? first + " and " + more + " more" : first;
  }
}
