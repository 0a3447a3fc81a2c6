package io.fairlead.aggregation;

import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
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
      Optional<ResourceKey> name,
      List<Finding> findings,
      int instances) {
    boolean isRefused() {
      return phase == ServiceState.Phase.REFUSED
          || (phase != ServiceState.Phase.WITHDRAWN && name.isEmpty());
    }
  }

  /** Sums over all services. */
  record Sums(int services, int instances, int refused, Map<Reason, Integer> findings) {
    static final Sums NONE = new Sums(0, 0, 0, Map.of());
  }

  private final ConcurrentSkipListMap<ServiceId, Line> lines = new ConcurrentSkipListMap<>();
  private volatile Sums sums = Sums.NONE;
  // Owned by the commit thread.
  private final Map<Reason, Integer> findings = new EnumMap<>(Reason.class);
  private int services;
  private int instances;
  private int refused;

  /** Writes a service's line anew; null: strikes it out. */
  void write(ServiceId service, @Nullable Line line) {
    Line before = line == null ? lines.remove(service) : lines.put(service, line);
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
  Collection<Line> lines() {
    return lines.values();
  }
}
