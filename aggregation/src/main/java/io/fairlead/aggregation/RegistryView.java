package io.fairlead.aggregation;

import io.fairlead.common.ForeignText;
import io.fairlead.guard.ConnectionHealth;
import io.fairlead.guard.DeletionGuard;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.Moment;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Notice;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One registration of a registry as any thread may see it. {@link #health}, {@link #holds} and
 * {@link #notices} are written by the adapter's calls, which do not overlap; the rest by the commit
 * thread.
 */
final class RegistryView {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryView.class);

  private final RegistrySettings settings;
  private volatile ConnectionHealth health = ConnectionHealth.NONE;
  // What the adapter keeps on a suspicion.
  private volatile List<Hold> holds = List.of();
  private volatile List<Notice> notices = List.of();
  private volatile Ledger ledger = new Ledger();
  private volatile @Nullable DeletionGuard<?, ?> guard;
  private volatile boolean synced;

  RegistryView(RegistrySettings settings) {
    this.settings = settings;
  }

  RegistrySettings settings() {
    return settings;
  }

  /** A contact that says nothing about parts that fail. */
  void reached(Moment now) {
    health = health.reached(now);
  }

  /** A contact after which nothing is known to fail. */
  void healthy(Moment now) {
    if (health.problem().isPresent()) {
      LOG.info("registry {}: can be read again", settings.name());
    }
    health = health.healthy(now);
  }

  void failing(String said, Throwable cause, Moment now) {
    String problem = ForeignText.problem(said);
    // Not on every try: a registry that is down for hours fails every few seconds.
    if (!health.problem().equals(Optional.of(problem))) {
      LOG.warn("registry {}: {}", settings.name(), problem);
      // The problem says what happened and what to do; the trace is for whoever debugs an adapter.
      LOG.debug("registry {}: the cause of the problem", settings.name(), cause);
    }
    health = health.failed(problem, now);
  }

  void holding(List<Hold> newHolds) {
    holds = List.copyOf(newHolds);
  }

  void noticed(List<Notice> newNotices) {
    for (Notice notice : newNotices) {
      // One of which only the figures changed is logged once.
      if (notices.stream().noneMatch(notice::isAbout)) {
        LOG.warn("registry {}: {} {}", settings.name(), notice.message(), notice.advice());
      }
    }
    notices = List.copyOf(newNotices);
  }

  ConnectionHealth health() {
    return health;
  }

  /** Shows these as what is known of the registry. */
  void attach(Ledger newLedger, DeletionGuard<?, ?> newGuard) {
    ledger = newLedger;
    guard = newGuard;
  }

  /** What the deletion guard holds. */
  List<GuardStatus> guards(InstantSource clock) {
    DeletionGuard<?, ?> shown = guard;
    return shown == null ? List.of() : shown.statuses(health, clock);
  }

  /** The same without the services. */
  List<GuardStatus> guardSummaries(InstantSource clock) {
    DeletionGuard<?, ?> shown = guard;
    return shown == null ? List.of() : shown.summaries(health, clock);
  }

  boolean hasGuard(String id) {
    DeletionGuard<?, ?> shown = guard;
    return shown != null && shown.hasGuard(id);
  }

  Ledger ledger() {
    return ledger;
  }

  void markSynced() {
    synced = true;
  }

  boolean isSynced() {
    return synced;
  }

  RegistryStatus status() {
    ConnectionHealth last = health;
    Ledger.Sums sums = ledger.sums();
    return new RegistryStatus(
        settings.name(),
        synced,
        last.last().map(Moment::wall).orElse(null),
        last.problem().orElse(null),
        last.failing().map(Moment::wall).orElse(null),
        sums.services(),
        sums.instances(),
        sums.refused(),
        sums.findings(),
        holds,
        notices);
  }
}
