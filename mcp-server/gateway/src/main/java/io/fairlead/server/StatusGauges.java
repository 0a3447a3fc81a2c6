package io.fairlead.server;

import io.fairlead.aggregation.Registries;
import io.fairlead.aggregation.RegistryStatus;
import io.fairlead.configs.merge.ConfigProblem;
import io.fairlead.configs.merge.ConfigSourceStatus;
import io.fairlead.configs.merge.Configs;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.guard.GuardStatus;
import io.fairlead.registry.Hold;
import io.fairlead.server.admin.AdminSource;
import io.fairlead.server.admin.ConfigSourceSummary;
import io.fairlead.server.admin.ConfigurationStatus;
import io.fairlead.server.admin.HoldStatus;
import io.fairlead.server.admin.ProblemStatus;
import io.fairlead.server.admin.ReadinessStatus;
import io.fairlead.server.admin.ReplicaStatus;
import io.fairlead.server.tls.TlsStatus;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The gauges of how the gateway is. All are gathered anew for each scrape, so that a withdrawn
 * registry leaves no stale line; the number of values of each label is bounded by the configuration
 * and the program. Thread-safe: one scrape at a time gathers.
 */
final class StatusGauges {
  /** A gauge with its lines, one for each combination of labels. */
  private static final class Lines {
    private final MultiGauge.Builder builder;
    private final List<Row<?>> rows = new ArrayList<>();
    private @Nullable MultiGauge gauge;

    Lines(MultiGauge.Builder builder) {
      this.builder = builder;
    }

    void add(Tags labels, double value) {
      rows.add(Row.of(labels, value));
    }

    void add(double value) {
      add(Tags.empty(), value);
    }

    void add(boolean value) {
      add(value ? 1 : 0);
    }

    void show(MeterRegistry meters) {
      MultiGauge shown = gauge;
      if (shown == null) {
        shown = builder.register(meters);
        gauge = shown;
      }
      shown.register(rows, true);
    }
  }

  private final MeterRegistry meters;
  private final List<Lines> all = new ArrayList<>();

  private final Lines certificateExpiry =
      gauge(
          "tls.certificate.expiry.timestamp.seconds",
          "Unix time at which the certificate of a listener, or one of its chain, expires");
  private final Lines certificateRefused =
      gauge("tls.certificate.refused", "1 while the changed files of a listener cannot be used");
  private final Lines up = gauge("registry.up", "1 while a registry can be read, else 0");
  private final Lines lastSuccess =
      gauge(
          "registry.last.success.timestamp.seconds",
          "Unix time of the last successful contact with a registry, 0 before the first");
  private final Lines formerLastSuccess =
      gauge(
          "registry.last.success.seconds",
          "Former name of fairlead_registry_last_success_timestamp_seconds");
  private final Lines services =
      gauge("registry.services", "Services that a registry has, whether served or not");
  private final Lines instances = gauge("registry.instances", "Instances of these services");
  private final Lines refused =
      gauge("refused.services", "Services that are not served, by the reason of the refusal");
  private final Lines shadowed =
      gauge(
          "shadowed.services", "Services that are not served since another registry has the host");
  private final Lines findings =
      gauge("findings", "What was refused, left out or repaired in the present state, by reason");
  private final Lines guardHeld =
      gauge("guard.held", "Services of a registry whose loss is held, 0 if none is");
  private final Lines guardHeldEndpoints =
      gauge("guard.held.endpoints", "Endpoints of a registry whose loss is held");
  private final Lines configUp =
      gauge("config.source.up", "1 while a config source can be read, else 0");
  private final Lines configDocuments =
      gauge("config.source.documents", "Documents that a config source has");
  private final Lines configProblems =
      gauge(
          "config.source.problems",
          "What is wrong with these documents: an error keeps the resource as it was before");
  private final Lines holds =
      gauge("holds", "What is kept in the mesh on a suspicion, by registry and reason");
  private final Lines problems =
      gauge("problems", "What needs somebody now, as fairlead doctor lists it");
  private final Lines damped =
      gauge("damped.hosts", "Hosts whose newest state waits since they change too often");
  private final Lines transactions =
      gauge("transactions", "Open operator's transactions, which let changes wait");
  private final Lines storeDurable =
      gauge("store.durable", "1 while what is served is on the disk, too, else 0");
  private final Lines storeUnwritten =
      gauge("store.unwritten", "Resources and notes that are served and not on the disk");
  private final Lines ready = gauge("ready", "1 once clients are answered, else 0");
  private final Lines lastReload =
      gauge(
          "config.last.reload.successful",
          "1 while the configuration file is in force, 0 while it is refused or cannot be read");
  private final Lines reloaded =
      gauge(
          "config.last.reload.success.timestamp.seconds",
          "Unix time at which the configuration in force was taken from its file");
  private final Lines restartNeeded =
      gauge(
          "config.restart.needed",
          "1 while keys of the configuration file wait for a restart, else 0");
  private final Lines replicas =
      gauge("replicas", "Gateways behind the same Service that are known, this one included");
  private final Lines replicasReachable =
      gauge("replicas.reachable", "Replicas that answer, this gateway included");
  private final Lines replicasDiffering =
      gauge("replicas.differing", "Replicas that serve something else for longer than a minute");
  private final Lines resources = gauge("resources", "Resources that are served, by type");

  StatusGauges(MeterRegistry meters) {
    this.meters = meters;
  }

  private Lines gauge(String name, String description) {
    Lines made = new Lines(MultiGauge.builder("fairlead." + name).description(description));
    all.add(made);
    return made;
  }

  /** Gathers everything as it is now. */
  synchronized void refresh(Registries registries, Configs configs, AdminSource status) {
    all.forEach(each -> each.rows.clear());
    List<RegistryStatus> statuses = registries.statuses();
    gatherRegistries(statuses, registries.shadowed());
    gatherHeld(statuses, registries.and(configs).guardSummaries());
    gatherConfigSources(status.configSources());
    gatherResources(status.snapshot());
    gatherCertificates(status.tls());
    gatherReadiness(status.readiness());
    gatherConfiguration(status.configuration());
    damped.add(status.damped().size());
    transactions.add(status.transactions().size());
    gatherProblems(status.problems());
    gatherReplicas(status.replicas());
    all.forEach(each -> each.show(meters));
  }

  private void gatherRegistries(
      List<RegistryStatus> registries, Map<String, Integer> shadowedServices) {
    for (RegistryStatus registry : registries) {
      Tags labels = Tags.of("registry", registry.name());
      Instant last = registry.lastSuccess();
      up.add(labels, last != null && registry.problem() == null ? 1 : 0);
      lastSuccess.add(labels, last == null ? 0 : seconds(last));
      formerLastSuccess.add(labels, last == null ? 0 : seconds(last));
      services.add(labels, registry.services());
      instances.add(labels, registry.instances());
      shadowed.add(labels, shadowedServices.getOrDefault(registry.name(), 0));
      for (Reason reason : Reason.values()) {
        Integer count = registry.findings().get(reason);
        Tags withReason = labels.and("reason", lower(reason));
        if (reason.status() == ServiceStatus.REFUSED) {
          refused.add(withReason, count == null ? 0 : count);
        }
        if (count != null) {
          findings.add(withReason.and("kind", reason.status().label()), count);
        }
      }
    }
  }

  private void gatherHeld(List<RegistryStatus> registries, List<GuardStatus> guards) {
    // Also what has left the configuration and is still served.
    Set<String> names = new TreeSet<>();
    registries.forEach(registry -> names.add(registry.name()));
    guards.forEach(guard -> names.add(guard.registry()));
    List<HoldStatus> held = GatewayStatus.holds(registries, guards);
    for (String name : names) {
      Tags labels = Tags.of("registry", name);
      List<GuardStatus> own =
          guards.stream()
              .filter(guard -> guard.registry().equals(name))
              .filter(guard -> guard.state() != GuardStatus.State.WAITING)
              .toList();
      guardHeld.add(labels, own.stream().mapToInt(GuardStatus::heldServices).sum());
      guardHeldEndpoints.add(labels, own.stream().mapToInt(GuardStatus::heldEndpoints).sum());
      for (Hold.Reason reason : Hold.Reason.values()) {
        holds.add(
            labels.and("reason", reason.label()),
            held.stream()
                .filter(hold -> hold.registry().equals(name) && hold.reason() == reason)
                .count());
      }
    }
  }

  private void gatherConfigSources(List<ConfigSourceSummary> sources) {
    for (ConfigSourceSummary summary : sources) {
      ConfigSourceStatus source = summary.status();
      Tags labels = Tags.of("source", source.name());
      configUp.add(labels, source.lastSuccess().isPresent() && source.problem().isEmpty() ? 1 : 0);
      configDocuments.add(labels, source.documents());
      for (ConfigProblem.Severity severity : ConfigProblem.Severity.values()) {
        configProblems.add(labels.and("severity", lower(severity)), source.count(severity));
      }
    }
  }

  private void gatherResources(Snapshot snapshot) {
    for (ResourceType type : snapshot.types()) {
      resources.add(Tags.of("type", type.kind()), snapshot.size(type));
    }
  }

  private void gatherCertificates(List<TlsStatus> listeners) {
    for (TlsStatus tls : listeners) {
      Tags labels = Tags.of("listener", tls.listener());
      certificateExpiry.add(labels, seconds(tls.expiry()));
      certificateRefused.add(labels, tls.refusal().isEmpty() ? 0 : 1);
    }
  }

  private void gatherReadiness(ReadinessStatus readiness) {
    ready.add(readiness.ready());
    storeDurable.add(readiness.store().durable());
    storeUnwritten.add(readiness.store().unwritten());
  }

  private void gatherConfiguration(ConfigurationStatus configuration) {
    lastReload.add(configuration.problems().isEmpty());
    reloaded.add(seconds(configuration.loaded()));
    restartNeeded.add(!configuration.needRestart().isEmpty());
  }

  private void gatherProblems(List<ProblemStatus> present) {
    for (ProblemStatus.Severity severity : ProblemStatus.Severity.values()) {
      for (ProblemStatus.Kind kind : ProblemStatus.Kind.values()) {
        problems.add(
            Tags.of("severity", severity.label(), "kind", kind.label()),
            present.stream()
                .filter(problem -> problem.severity() == severity && problem.kind() == kind)
                .count());
      }
    }
  }

  private void gatherReplicas(List<ReplicaStatus> statuses) {
    Instant now = Instant.now();
    replicas.add(statuses.size());
    replicasReachable.add(statuses.stream().filter(ReplicaStatus::reachable).count());
    replicasDiffering.add(statuses.stream().filter(status -> status.differsLong(now)).count());
  }

  private static double seconds(Instant time) {
    return time.toEpochMilli() / 1000.0;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
