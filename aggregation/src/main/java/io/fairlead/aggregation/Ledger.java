package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.KeyedTable;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.conversion.rules.PartId;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The reports of one registry's services for the API and the console, with sums kept as it changes.
 * Written by the commit thread; {@link #lines}, {@link #findings} and {@link #sums} are for any
 * thread.
 */
final class Ledger {
  /** One service, and its status as far as its registry alone is concerned. */
  record Line(
      ServiceId service,
      ServiceStatus status,
      @Nullable ResourceKey nameOrNull,
      List<Finding> findings,
      int instances,
      Since since) {
    /**
     * Returns the line of a service: without a name it could not be served under any.
     *
     * @param merging its entry if it is to be merged with others of its host, which is no claim
     * @param refusal why it has not the host that it claims, besides what the claims say
     * @param now since when that is its status, if it had another before
     */
    static Line of(
        ServiceState state,
        HostClaims claims,
        @Nullable CompactEntry merging,
        @Nullable String refusal,
        Since now) {
      Optional<ResourceKey> name =
          refusal != null
              ? Optional.empty()
              : merging == null ? claims.nameOf(state.service()) : Optional.of(merging.key());
      return new Line(
          state.service(),
          name.isEmpty() && !isUnserved(state.status()) ? ServiceStatus.REFUSED : state.status(),
          name.orElse(null),
          findings(state, claims, refusal),
          state.instances(),
          now);
    }

    private Line since(Since former) {
      return new Line(service, status, nameOrNull, findings, instances, former);
    }

    private static boolean isUnserved(ServiceStatus status) {
      return status == ServiceStatus.WITHDRAWN || status == ServiceStatus.NOT_SELECTED;
    }

    private static List<Finding> findings(
        ServiceState state, HostClaims claims, @Nullable String refusal) {
      CompactEntry entry = state.entryOrNull();
      Reason reason =
          entry == null
              ? null
              : refusal != null
                  ? refused(state.service())
                  : entry.isMerging() ? null : collision(state.service(), entry, claims);
      if (entry == null || reason == null) {
        return List.copyOf(state.findings());
      }
      Finding about =
          Finding.about(state.service(), reason, refusal == null ? entry.host() : refusal);
      return Stream.concat(state.findings().stream(), Stream.of(about)).sorted().toList();
    }

    private static Reason refused(ServiceId service) {
      return PartId.isAlias(service) ? Reason.ALIAS_TAKEN : Reason.MERGE_REFUSED;
    }

    private static @Nullable Reason collision(
        ServiceId service, CompactEntry entry, HostClaims claims) {
      if (PartId.isAlias(service)) {
        return claims.nameOf(service).isEmpty() ? Reason.ALIAS_TAKEN : null;
      }
      if (claims.isDisambiguated(service)) {
        return Reason.HOST_COLLISION;
      }
      return claims.isContested(entry) ? Reason.HOST_CONTESTED : null;
    }

    /** The name that it is served by, if it has one. */
    Optional<ResourceKey> name() {
      return Optional.ofNullable(nameOrNull);
    }
  }

  /** Sums over all services. */
  record Sums(int services, int instances, int refused, Map<Reason, Integer> findings) {
    static final Sums NONE = new Sums(0, 0, 0, Map.of());
  }

  // Guarded by itself, for no longer than it takes to copy it.
  private final KeyedTable<ServiceId, Line> lines = new KeyedTable<>(Line::service);
  // By host; written by the commit thread.
  private final Map<String, HostClaims.Contest> contests = new ConcurrentHashMap<>();
  private volatile Sums sums = Sums.NONE;
  // Owned by the commit thread.
  private final Map<Reason, Integer> findings = new EnumMap<>(Reason.class);
  private int services;
  private int instances;
  private int refused;

  /** Writes a service's line anew; null: strikes it out. */
  void write(ServiceId service, @Nullable Line line) {
    Line before;
    synchronized (lines) {
      before = lines.get(service);
      if (line == null) {
        lines.remove(service);
      } else if (before != null && before.status() == line.status()) {
        lines.put(line.since(before.since()));
      } else {
        lines.put(line);
      }
    }
    if (before != null) {
      count(before, -1);
    }
    if (line != null) {
      count(line, 1);
    }
  }

  /** Takes who claims a host from now on; null: at most one service. */
  void contest(String host, HostClaims.@Nullable Contest contest) {
    if (contest == null) {
      contests.remove(host);
    } else {
      contests.put(host, contest);
    }
  }

  /** The findings of a service; those about a host that several claim with who else does. */
  List<Finding> findings(Line line) {
    return line.findings().stream().map(this::withOthers).toList();
  }

  private static boolean isAboutHost(Reason reason) {
    return reason == Reason.HOST_COLLISION
        || reason == Reason.HOST_CONTESTED
        || reason == Reason.ALIAS_TAKEN;
  }

  // Only now: of a host that ten thousand claim, each line would change with each claim.
  private Finding withOthers(Finding finding) {
    HostClaims.Contest contest =
        isAboutHost(finding.reason()) ? contests.get(finding.detail()) : null;
    if (contest == null) {
      return finding;
    }
    String text;
    if (finding.reason() != Reason.HOST_CONTESTED) {
      text = " belongs to the service " + contest.holder();
    } else {
      text =
          " is claimed by the service "
              + contest.next()
              + (contest.claims() > 2 ? " and " + (contest.claims() - 2) + " more" : "");
    }
    return finding.withDetail(finding.detail() + text);
  }

  private void count(Line line, int sign) {
    services += sign;
    instances += sign * line.instances();
    refused += line.status() == ServiceStatus.REFUSED ? sign : 0;
    for (Finding finding : line.findings()) {
      int sum = findings.merge(finding.reason(), sign * finding.count(), Integer::sum);
      if (sum == 0) {
        findings.remove(finding.reason());
      }
    }
  }

  /** Shows the sums as they are now. */
  void publish() {
    sums = new Sums(services, instances, refused, Map.copyOf(findings));
  }

  Sums sums() {
    return sums;
  }

  /** The lines in the order of services; each is whole, together they may be of two moments. */
  List<Line> lines() {
    List<Line> all;
    synchronized (lines) {
      all = lines.values();
    }
    all.sort(Comparator.comparing(Line::service));
    return all;
  }
}
