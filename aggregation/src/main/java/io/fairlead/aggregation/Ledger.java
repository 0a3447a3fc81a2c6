package io.fairlead.aggregation;

import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is to be shown of one registry's services, with sums kept as it changes. Written by the
 * commit thread; {@link #lines} and {@link #sums} are for any thread.
 */
final class Ledger {
  /** One service. */
  record Line(
      ServiceId service,
      ServiceState.Phase phase,
      @Nullable ResourceKey nameOrNull,
      List<Finding> findings,
      int instances) {
    /** The name that it is served by, if it has one. */
    Optional<ResourceKey> name() {
      return Optional.ofNullable(nameOrNull);
    }

    boolean isRefused() {
      return phase == ServiceState.Phase.REFUSED
          || (phase != ServiceState.Phase.WITHDRAWN && nameOrNull == null);
    }
  }

  /** Sums over all services. */
  record Sums(int services, int instances, int refused, Map<Reason, Integer> findings) {
    static final Sums NONE = new Sums(0, 0, 0, Map.of());
  }

  // Guarded by itself, for no longer than it takes to copy it.
  private final KeyedTable<ServiceId, Line> lines = new KeyedTable<>(Line::service);
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
      before = line == null ? lines.remove(service) : lines.put(line);
    }
    if (before != null) {
      count(before, -1);
    }
    if (line != null) {
      count(line, 1);
    }
  }

  private void count(Line line, int sign) {
    services += sign;
    instances += sign * line.instances();
    refused += line.isRefused() ? sign : 0;
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
