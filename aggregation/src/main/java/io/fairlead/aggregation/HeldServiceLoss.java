package io.fairlead.aggregation;

import com.google.protobuf.ByteString;
import io.fairlead.conversion.Handling;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.guard.HeldLoss;
import io.fairlead.guard.HeldService;
import io.fairlead.guard.Moment;
import io.fairlead.registry.ServiceId;
import java.util.Optional;

/**
 * The held loss of a service. One that is gone is served as it was; one that shrank with its new
 * endpoints, ports, labels and all, and those it lacks ({@link KeptEndpoints}). Immutable.
 *
 * @param key the service
 * @param before number of its endpoints before
 * @param kept its endpoints to keep, as in {@link KeptEndpoints}
 * @param report the registry's latest report on it; nothing: it is gone
 * @param served what is served instead
 * @param since from when on it was seen without a break
 * @param growth what it was before it grew while it was waited for; nothing: it did not grow
 */
record HeldServiceLoss(
    ServiceId key,
    int before,
    ByteString kept,
    Optional<ConvertedService> report,
    ConvertedService served,
    Moment since,
    Optional<Growth> growth)
    implements HeldLoss<ServiceId> {
  /**
   * The growth of a loss while it is waited for: what was missing until then goes on being
   * confirmed as before, and what is missing since waits from its own start. So a loss that grows
   * for ever is not held for ever.
   *
   * @param left number of endpoints that the registry gave before
   * @param last when it grew last
   */
  record Growth(int left, Moment last) {}

  /**
   * A loss that is held from now on.
   *
   * @param state what the service contributed until now
   */
  static HeldServiceLoss of(ServiceState state, Optional<ConvertedService> report, Moment now) {
    ConvertedService until =
        new ConvertedService(
            state.service(),
            state.entry(),
            Handling.NONE,
            ServiceStatus.HELD,
            state.findings(),
            state.instances());
    ByteString kept = until.entry().orElseThrow().content().body();
    return new HeldServiceLoss(
        state.service(),
        state.endpoints(),
        kept,
        report,
        served(report, kept, until),
        now,
        Optional.empty());
  }

  /**
   * The same after another report by which it still is a loss.
   *
   * @param isRejected whether it stays until it comes back, whatever it is by then
   */
  HeldServiceLoss after(Optional<ConvertedService> next, boolean isRejected, Moment now) {
    if (next.equals(report)) {
      return this;
    }
    boolean grows = endpoints(next) < now();
    ByteString keep =
        grows
            ? KeptEndpoints.grown(
                kept,
                report.flatMap(ConvertedService::entry).orElseThrow(),
                next.flatMap(ConvertedService::entry),
                before)
            : kept;
    Optional<Growth> grown = growth.filter(before -> endpoints(next) < before.left());
    if (grows && !isRejected) {
      grown = Optional.of(new Growth(growth.map(Growth::left).orElse(now()), now));
    }
    return new HeldServiceLoss(key, before, keep, next, served(next, keep, served), since, grown);
  }

  /** The loss without the endpoints that were missing before it grew: those are believed. */
  Optional<HeldServiceLoss> rest() {
    return growth.map(
        grown -> {
          ByteString keep =
              KeptEndpoints.trimmed(
                  kept, report.flatMap(ConvertedService::entry), grown.left() - now());
          ConvertedService cut =
              new ConvertedService(
                  key,
                  served.entry().map(entry -> KeptEndpoints.only(entry, keep)),
                  served.handling(),
                  ServiceStatus.HELD,
                  served.findings(),
                  served.instances());
          return new HeldServiceLoss(
              key,
              grown.left(),
              keep,
              report,
              served(report, keep, cut),
              grown.last(),
              Optional.empty());
        });
  }

  private static ConvertedService served(
      Optional<ConvertedService> report, ByteString kept, ConvertedService until) {
    if (report.isEmpty()) {
      return until;
    }
    Optional<CompactEntry> merged =
        report.get().entry().flatMap(entry -> KeptEndpoints.merge(entry, kept));
    return new ConvertedService(
        until.service(),
        merged.or(until::entry),
        report.get().handling(),
        ServiceStatus.HELD,
        report.get().findings(),
        report.get().instances());
  }

  @Override
  public int now() {
    return endpoints(report);
  }

  @Override
  public HeldService shownAs() {
    return new HeldService(key, before, now(), report.isEmpty(), since.wall());
  }

  /** Number of endpoints by a registry's report. */
  static int endpoints(Optional<ConvertedService> report) {
    return report
        .filter(converted -> converted.status() == ServiceStatus.SERVED)
        .flatMap(ConvertedService::entry)
        .map(CompactEntry::endpointsToLose)
        .orElse(0);
  }
}
