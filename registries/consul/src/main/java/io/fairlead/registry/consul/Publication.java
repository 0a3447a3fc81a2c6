package io.fairlead.registry.consul;

import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The publication of single services to the sink. Additions and changes go through; the last
 * instance of a service leaves only after an answer without instances was read again in mode {@code
 * consistent}, and the token was found to exist. Owned by the loop.
 */
final class Publication {
  private final RegistrySink sink;
  private final Staleness staleness;
  private final TokenProbe probe;
  private final Reads reads;
  private final Watches watches;
  private final WholeReads whole;
  private final Retention retention;
  private final Supplier<String> datacenter;
  private final Consumer<TrackedService> forget;

  /**
   * @param datacenter gives the datacenter of the services
   * @param forget ends the mirroring of a service
   */
  Publication(
      RegistrySink sink,
      Staleness staleness,
      TokenProbe probe,
      Reads reads,
      Watches watches,
      WholeReads whole,
      Retention retention,
      Supplier<String> datacenter,
      Consumer<TrackedService> forget) {
    this.sink = sink;
    this.staleness = staleness;
    this.probe = probe;
    this.reads = reads;
    this.watches = watches;
    this.whole = whole;
    this.retention = retention;
    this.datacenter = datacenter;
    this.forget = forget;
  }

  /** Handles that the catalog lacks a service. */
  void vanished(TrackedService tracked) {
    if (whole.phase() == MirrorPhase.READING) {
      forget.accept(tracked);
    } else if (tracked.hasInstances()) {
      if (retention.isActive() && !retention.isOverdue(tracked)) {
        // Its instances may register again.
        retention.keep(tracked, tracked.service(ServiceHealth.NONE, datacenter.get()));
      } else {
        confirm(tracked);
      }
    } else if (!tracked.confirming && !whole.phase().retainsMissing()) {
      forget.accept(tracked);
    }
  }

  /** Publishes the newest state of a service, unless it has to be confirmed first. */
  void taken(TrackedService tracked, Service newest, boolean confirmed) {
    Service merged = retention.keep(tracked, newest);
    if (!merged.instances().isEmpty()) {
      tracked.confirming = false;
      if (!tracked.knows(merged)) {
        publish(tracked, merged);
      }
    } else if (tracked.hasInstances()) {
      if (tracked.confirming && (confirmed || retention.isOverdue(tracked))) {
        probe.check(verdict -> probed(tracked, verdict));
      } else {
        confirm(tracked);
      }
    } else if (tracked.gone && whole.phase() == MirrorPhase.LIVE) {
      forget.accept(tracked);
    }
  }

  /** Reads a service again that has no instances any more, or an index that went back. */
  void confirm(TrackedService tracked) {
    tracked.confirming = true;
    reads.urgent(tracked);
  }

  private void probed(TrackedService tracked, Optional<Answer.Failed<?>> verdict) {
    if (tracked.forgotten || !tracked.confirming || whole.phase() == MirrorPhase.READING) {
      return;
    }
    boolean overdue = retention.isOverdue(tracked);
    if (retention.isActive() && !overdue) {
      tracked.confirming = false;
      return;
    }
    if (verdict.isPresent() && !(verdict.get().fault().mayPass() && overdue)) {
      staleness.fail(tracked.part(), verdict.get());
      reads.again(tracked);
      return;
    }
    tracked.confirming = false;
    retention.drop(tracked);
    publish(tracked, tracked.service(ServiceHealth.NONE, datacenter.get()));
    if (tracked.gone && whole.phase() == MirrorPhase.LIVE) {
      forget.accept(tracked);
    }
  }

  private void publish(TrackedService tracked, Service service) {
    sink.changed(service);
    tracked.know(service);
    watches.changed(tracked);
  }
}
