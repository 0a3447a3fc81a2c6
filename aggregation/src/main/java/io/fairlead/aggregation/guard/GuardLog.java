package io.fairlead.aggregation.guard;

import io.fairlead.common.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log lines of the deletion guard of one registry. */
final class GuardLog {
  private static final Logger LOG = LoggerFactory.getLogger(DeletionGuard.class);
  private static final int NAMES = 10;

  private final String registry;
  private final GuardPolicy policy;

  GuardLog(String registry, GuardPolicy policy) {
    this.registry = registry;
    this.policy = policy;
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
        "Registry {}: {} of {} services and {} of {} endpoints are gone within {}, more than {} %"
            + " and at least {}, which may be a fault of the registry or of its access rights."
            + " Removals are held from now on: the last known endpoints stay in the mesh ({} so"
            + " far: {}); what is new or changed goes through. If the registry can be read and says"
            + " the same till {}, it is believed. To decide before: fairlead approve {} (it goes)"
            + " or fairlead reject {} (it stays)",
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

  /** It holds much more than when that was said last. */
  void grown(HeldGroup group, ServiceCount held, Collection<? extends HeldLoss<?>> newest) {
    LOG.warn(
        "Registry {}: more is gone and held by {}: {} services and {} endpoints by now, the last"
            + " ones are {}",
        registry,
        group.id(),
        held.services(),
        held.endpoints(),
        names(newest));
  }

  /** Services are given again. */
  void cameBack(Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "Registry {}: {} came back and need not be held any more: {}",
        registry,
        services(losses.size()),
        names(losses));
  }

  /** What the registry kept saying is believed. */
  void confirmed(HeldGroup group, Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "Registry {}: the losses of {} go, since the registry has said the same for {} ({}): {}",
        registry,
        services(losses.size()),
        Durations.format(policy.confirmAfter()),
        group.id(),
        names(losses));
  }

  void approved(HeldGroup group, Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "Registry {}: {} approved, the losses of {} go: {}",
        registry,
        group.id(),
        services(losses.size()),
        names(losses));
  }

  void rejected(HeldGroup group, int services) {
    LOG.info(
        "Registry {}: {} rejected, {} are served as they were until the registry gives them again"
            + " or fairlead approve {}",
        registry,
        group.id(),
        services(services),
        group.id());
  }

  void closed(HeldGroup group) {
    LOG.info("Registry {}: nothing is held by {} any more", registry, group.id());
  }

  /** Tells that the services of a registry that left the configuration stay for now. */
  void leaves(HeldGroup group, ServiceCount of) {
    LOG.info(
        "Registry {}: it left the configuration or is another one now; its {} with {} endpoints"
            + " stay in the mesh until {} read. To let them go now: fairlead approve {}",
        registry,
        services(of.services()),
        of.endpoints(),
        waitingFor(group),
        group.id());
  }

  /** Tells that the services of a registry that left the configuration go. */
  void left(ServiceCount lost, int elsewhere) {
    LOG.info(
        "Registry {}: it left the configuration or is another one now; {} with {} endpoints go, {}"
            + " go on with other registries",
        registry,
        services(lost.services()),
        lost.endpoints(),
        services(elsewhere));
  }

  private static String waitingFor(HeldGroup group) {
    List<String> names = group.waitingFor();
    return String.join(", ", names) + (names.size() == 1 ? " has been" : " have been");
  }

  void reminder(HeldGroup group, int services, Duration since) {
    LOG.warn(
        "Registry {}: {} are still served as they were since {}, though the registry does not give"
            + " them any more: {}. To decide: fairlead approve {} or fairlead reject {}",
        registry,
        services(services),
        since.truncatedTo(ChronoUnit.SECONDS),
        group.isRejected()
            ? "that was rejected"
            : group.isWaiting()
                ? "they stay until " + waitingFor(group) + " read"
                : "they are not confirmed yet",
        group.id(),
        group.id());
  }

  private static String services(int count) {
    return count == 1 ? "1 service" : count + " services";
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
