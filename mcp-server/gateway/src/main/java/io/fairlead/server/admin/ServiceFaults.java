package io.fairlead.server.admin;

import io.fairlead.aggregation.ServiceReport;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.server.admin.ProblemStatus.Kind;
import io.fairlead.server.admin.ProblemStatus.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A count of the services that are refused or shadowed, with an example of each reason. Since that
 * looks at every service, a count serves all who ask for some seconds. Guarded by its own lock.
 */
final class ServiceFaults {
  private static final Duration LIFETIME = Duration.ofSeconds(5);

  private final LongSupplier nanoTime;
  private List<ProblemStatus> last = List.of();
  private Optional<Long> countedNanos = Optional.empty();

  /** The services of one registry with one fault. */
  private static final class Group {
    private final ServiceReport example;
    private Instant since;
    private int count;

    Group(ServiceReport example) {
      this.example = example;
      this.since = example.since().time();
    }

    void add(ServiceReport report) {
      count++;
      since = report.since().time().isBefore(since) ? report.since().time() : since;
    }
  }

  ServiceFaults(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  synchronized void find(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    long nanos = nanoTime.getAsLong();
    if (countedNanos.isEmpty() || nanos - countedNanos.get() > LIFETIME.toNanos()) {
      last = count(source);
      countedNanos = Optional.of(nanoTime.getAsLong());
    }
    last.forEach(found);
  }

  private static List<ProblemStatus> count(AdminSource source) {
    List<ProblemStatus> problems = new ArrayList<>();
    List<RegistrySummary> registries = source.registries();
    for (RegistrySummary registry : registries) {
      // One that is alone cannot be shadowed.
      if (registry.refused() > 0 || registries.size() > 1) {
        Map<String, Group> groups = new TreeMap<>();
        for (ServiceReport report : source.services(registry.name())) {
          if (report.status() == ServiceStatus.REFUSED
              || report.status() == ServiceStatus.SHADOWED) {
            groups.computeIfAbsent(cause(report), cause -> new Group(report)).add(report);
          }
        }
        groups.forEach((cause, group) -> problems.add(problem(registry.name(), cause, group)));
      }
    }
    return problems;
  }

  private static String cause(ServiceReport report) {
    return report.status() == ServiceStatus.SHADOWED
        ? "the registry " + report.shadowedBy() + " has their hosts and takes precedence"
        : refusal(report).map(finding -> finding.reason().text()).orElse("see the gateway's log");
  }

  private static Optional<Finding> refusal(ServiceReport report) {
    return report.findings().stream()
        .filter(finding -> finding.reason().status() == ServiceStatus.REFUSED)
        .findFirst()
        .or(() -> report.findings().stream().findFirst());
  }

  private static ProblemStatus problem(String registry, String cause, Group group) {
    boolean shadowed = group.example.status() == ServiceStatus.SHADOWED;
    String message =
        (shadowed ? "Services that are shadowed: " : "Services that are refused: ")
            + group.count
            + ", for example "
            + group.example.service()
            + ": "
            + cause
            + ".";
    String advice =
        shadowed
            ? "If they are to be served as well, give the registry a host template of its own; if"
                + " instead, a higher priority."
            : refusal(group.example).map(finding -> sentence(finding.reason().advice())).orElse("");
    return new ProblemStatus(
        Severity.WARNING,
        shadowed ? Kind.HOSTS_SHADOWED : Kind.SERVICES_REFUSED,
        registry,
        message,
        advice,
        "fairlead get refused --registry " + registry,
        group.since);
  }

  private static String sentence(String clause) {
    return clause.isEmpty()
        ? ""
        : Character.toUpperCase(clause.charAt(0)) + clause.substring(1) + ".";
  }
}
