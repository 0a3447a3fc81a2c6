package io.fairlead.guard;

import io.fairlead.common.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log lines of one deletion guard. Confined to the commit thread. */
final class GuardLog {
  private static final Logger LOG = LoggerFactory.getLogger(DeletionGuard.class);
  private static final int NAMES = 10;

  private final GuardSubject subject;
  private GuardPolicy policy;

  GuardLog(GuardSubject subject, GuardPolicy policy) {
    this.subject = subject;
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
        "{}: {} are gone within {}, more than {} % and at least {}, which may be a fault of it or"
            + " of access rights. Removals are held from now on: what is lost stays in the mesh as"
            + " it was known last ({} so far: {}); additions and changes go through. If it can be"
            + " read and still lacks them at {}, they are removed. To decide earlier: fairlead"
            + " approve {} (remove them) or fairlead reject {} (keep them)",
        subject.title(),
        subject.share(lost, of),
        Durations.format(policy.confirmAfter()),
        Math.round(policy.share() * 100),
        policy.atLeast(),
        subject.items(held.size()),
        names(held),
        believed,
        group.id(),
        group.id());
  }

  /** Reports that it holds much more than at the last report. */
  void grown(HeldGroup group, ServiceCount held, Collection<? extends HeldLoss<?>> newest) {
    LOG.warn(
        "{}: {} holds more: {} by now, the newest are {}",
        subject.title(),
        group.id(),
        subject.all(held),
        names(newest));
  }

  /** Reports held services that the registry has again. */
  void cameBack(Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "{}: {} came back and are no longer held: {}",
        subject.title(),
        subject.items(losses.size()),
        names(losses));
  }

  /** Reports removals that were confirmed by time. */
  void confirmed(HeldGroup group, Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "{}: the removals of {} are published, since they have been missing for {} ({}):" + " {}",
        subject.title(),
        subject.items(losses.size()),
        Durations.format(policy.confirmAfter()),
        group.id(),
        names(losses));
  }

  /** Reports removals that the limits of a changed configuration allow. */
  void withinLimits(HeldGroup group, Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "{}: the removals of {} are published, since they are within the changed limits of"
            + " guard ({} %, at least {}; {}): {}",
        subject.title(),
        subject.items(losses.size()),
        Math.round(policy.share() * 100),
        policy.atLeast(),
        group.id(),
        names(losses));
  }

  void approved(HeldGroup group, Collection<? extends HeldLoss<?>> losses) {
    LOG.info(
        "{}: {} approved, the removals of {} are published: {}",
        subject.title(),
        group.id(),
        subject.items(losses.size()),
        names(losses));
  }

  void rejected(HeldGroup group, int services) {
    LOG.info(
        "{}: {} rejected, {} stay in the mesh as they were until it has them again"
            + " or fairlead approve {}",
        subject.title(),
        group.id(),
        subject.items(services),
        group.id());
  }

  void closed(HeldGroup group) {
    LOG.info("{}: {} holds nothing any more", subject.title(), group.id());
  }

  /** Reports that the services of a registry that left the configuration stay for now. */
  void leaves(HeldGroup group, ServiceCount of) {
    LOG.info(
        "{}: it left the configuration or has another source now; its {}"
            + " stay in the mesh until {} read. To remove them now: fairlead approve {}",
        subject.title(),
        subject.all(of),
        waitingFor(group),
        group.id());
  }

  /** Reports that the services of a registry that left the configuration are removed. */
  void left(ServiceCount lost, int elsewhere) {
    LOG.info(
        "{}: it left the configuration or has another source now; {} are"
            + " removed, {} stay, since others have them",
        subject.title(),
        subject.all(lost),
        subject.items(elsewhere));
  }

  private static String waitingFor(HeldGroup group) {
    List<String> names = group.waitingFor();
    return String.join(", ", names) + (names.size() == 1 ? " has been" : " have been");
  }

  void reminder(HeldGroup group, int services, Duration since) {
    LOG.warn(
        "{}: {} have been kept as they were since {}, though it no longer has them:"
            + " {}. To decide: fairlead approve {} or fairlead reject {}",
        subject.title(),
        subject.items(services),
        since.truncatedTo(ChronoUnit.SECONDS),
        group.isRejected()
            ? "the removal was rejected"
            : group.isWaiting()
                ? "they stay until " + waitingFor(group) + " read"
                : "they are not confirmed yet",
        group.id(),
        group.id());
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
