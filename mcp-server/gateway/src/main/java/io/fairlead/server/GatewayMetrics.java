package io.fairlead.server;

import com.sun.management.OperatingSystemMXBean;
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
import io.fairlead.server.tls.ReloadingTls;
import io.fairlead.server.tls.TlsStatus;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.CommitSummary;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of registries, commits and configuration. What is per registry, type or reason is
 * gathered anew for each scrape, so that a withdrawn registry leaves no stale line; the number of
 * values of each label is bounded by the configuration and the program. Thread-safe.
 */
final class GatewayMetrics implements CommitObserver, AutoCloseable {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(20),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10)
  };

  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ReadMetrics reads = new ReadMetrics(meters);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

  private final MultiGauge certificateExpiry =
      gauge(
          "tls.certificate.expiry.timestamp.seconds",
          "Unix time at which the certificate of a listener, or one of its chain, expires");
  private final MultiGauge certificateRefused =
      gauge("tls.certificate.refused", "1 while the changed files of a listener cannot be used");
  private final MultiGauge up = gauge("registry.up", "1 while a registry can be read, else 0");
  private final MultiGauge lastSuccess =
      gauge(
          "registry.last.success.timestamp.seconds",
          "Unix time of the last successful contact with a registry, 0 before the first");
  private final MultiGauge formerLastSuccess =
      gauge(
          "registry.last.success.seconds",
          "Former name of fairlead_registry_last_success_timestamp_seconds");
  private final MultiGauge services =
      gauge("registry.services", "Services that a registry has, whether served or not");
  private final MultiGauge instances = gauge("registry.instances", "Instances of these services");
  private final MultiGauge refused =
      gauge("refused.services", "Services that are not served, by the reason of the refusal");
  private final MultiGauge shadowed =
      gauge(
          "shadowed.services", "Services that are not served since another registry has the host");
  private final MultiGauge findings =
      gauge("findings", "What was refused, left out or repaired in the present state, by reason");
  private final MultiGauge guardHeld =
      gauge("guard.held", "Services of a registry whose loss is held, 0 if none is");
  private final MultiGauge guardHeldEndpoints =
      gauge("guard.held.endpoints", "Endpoints of a registry whose loss is held");
  private final MultiGauge configUp =
      gauge("config.source.up", "1 while a config source can be read, else 0");
  private final MultiGauge configDocuments =
      gauge("config.source.documents", "Documents that a config source has");
  private final MultiGauge configProblems =
      gauge(
          "config.source.problems",
          "What is wrong with these documents: an error keeps the resource as it was before");
  private final MultiGauge holds =
      gauge("holds", "What is kept in the mesh on a suspicion, by registry and reason");
  private final MultiGauge problems =
      gauge("problems", "What needs somebody now, as fairlead doctor lists it");
  private final MultiGauge damped =
      gauge("damped.hosts", "Hosts whose newest state waits since they change too often");
  private final MultiGauge transactions =
      gauge("transactions", "Open operator's transactions, which let changes wait");
  private final MultiGauge storeDurable =
      gauge("store.durable", "1 while what is served is on the disk, too, else 0");
  private final MultiGauge storeUnwritten =
      gauge("store.unwritten", "Resources and notes that are served and not on the disk");
  private final MultiGauge ready = gauge("ready", "1 once clients are answered, else 0");
  private final MultiGauge lastReload =
      gauge(
          "config.last.reload.successful",
          "1 while the configuration file is in force, 0 while it is refused or cannot be read");
  private final MultiGauge reloaded =
      gauge(
          "config.last.reload.success.timestamp.seconds",
          "Unix time at which the configuration in force was taken from its file");
  private final MultiGauge restartNeeded =
      gauge(
          "config.restart.needed",
          "1 while keys of the configuration file wait for a restart, else 0");
  private final MultiGauge replicas =
      gauge("replicas", "Gateways behind the same Service that are known, this one included");
  private final MultiGauge replicasReachable =
      gauge("replicas.reachable", "Replicas that answer, this gateway included");
  private final MultiGauge replicasDiffering =
      gauge("replicas.differing", "Replicas that serve something else for longer than a minute");
  private final MultiGauge resources = gauge("resources", "Resources that are served, by type");

  private final Counter commits =
      Counter.builder("fairlead.commits").description("Commits").register(meters);
  private final Counter commitFailures =
      Counter.builder("fairlead.commit.failures")
          .description("Tries to commit that failed; they are tried again")
          .register(meters);
  private final Counter taskFailures =
      Counter.builder("fairlead.change.failures")
          .description("Changes that failed for an error of the gateway; its log has them")
          .register(meters);
  private final Counter reloadFailures =
      Counter.builder("fairlead.config.reload.failures")
          .description("Changes of the configuration file that were refused")
          .register(meters);
  private final Timer commitDuration =
      Timer.builder("fairlead.commit.duration")
          .description("Time for comparing, writing and publishing a commit")
          .serviceLevelObjectives(BUCKETS)
          .register(meters);

  GatewayMetrics() {
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new ClassLoaderMetrics().bindTo(meters);
    garbageCollection.bindTo(meters);
    // By the names that dashboards expect of every process; Micrometer has others.
    ProcessMetrics.builder().register(meters.getPrometheusRegistry());
    gauge("build.info", "What runs: its version, the revision of its source, and the Java")
        .register(
            List.of(
                Row.of(
                    Tags.of(
                        "version",
                        BuildInfo.version(),
                        "revision",
                        BuildInfo.revision(),
                        "java",
                        Runtime.version().toString()),
                    1)));
    gauge("memory.limit.bytes", "Memory of the container, or of the machine if it has no limit")
        .register(List.of(Row.of(Tags.empty(), memoryLimit())));
  }

  private static long memoryLimit() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private MultiGauge gauge(String name, String description) {
    return MultiGauge.builder("fairlead." + name).description(description).register(meters);
  }

  /** Returns the metrics of what adapters read. */
  ReadMetrics reads() {
    return reads;
  }

  /** Where other parts register theirs. */
  PrometheusMeterRegistry meters() {
    return meters;
  }

  @Override
  public void committed(CommitSummary commit) {
    commits.increment();
    commitDuration.record(commit.took());
  }

  @Override
  public void commitFailed(Throwable cause, int failures, Duration retryIn) {
    commitFailures.increment();
  }

  @Override
  public void taskFailed(Throwable cause) {
    taskFailures.increment();
  }

  /** Counts a change of the configuration file that was refused. */
  void reloadFailed() {
    reloadFailures.increment();
  }

  /** Everything in Prometheus' text format, as it is now. */
  String scrape(Registries registries, Configs configs, AdminSource status) {
    refresh(registries.statuses(), registries.shadowed(), status.snapshot());
    refreshHeld(registries, configs);
    refreshConfigs(status.configSources());
    refreshGateway(status);
    refreshProblems(status.problems());
    refreshReplicas(status.replicas());
    return meters.scrape();
  }

  // Two scrapes at a time would otherwise mix their rows.
  private synchronized void refresh(
      List<RegistryStatus> registries, Map<String, Integer> shadowedServices, Snapshot snapshot) {
    List<Row<?>> ups = new ArrayList<>();
    List<Row<?>> successes = new ArrayList<>();
    List<Row<?>> serviceCounts = new ArrayList<>();
    List<Row<?>> instanceCounts = new ArrayList<>();
    List<Row<?>> refusals = new ArrayList<>();
    List<Row<?>> shadows = new ArrayList<>();
    List<Row<?>> allFindings = new ArrayList<>();
    for (RegistryStatus registry : registries) {
      Tags tags = Tags.of("registry", registry.name());
      boolean reached = registry.lastSuccess() != null;
      ups.add(Row.of(tags, reached && registry.problem() == null ? 1 : 0));
      successes.add(
          Row.of(
              tags,
              registry.lastSuccess() == null ? 0 : registry.lastSuccess().toEpochMilli() / 1000.0));
      serviceCounts.add(Row.of(tags, registry.services()));
      instanceCounts.add(Row.of(tags, registry.instances()));
      shadows.add(Row.of(tags, shadowedServices.getOrDefault(registry.name(), 0)));
      for (Reason reason : Reason.values()) {
        Integer count = registry.findings().get(reason);
        Tags withReason = tags.and("reason", lower(reason));
        if (reason.status() == ServiceStatus.REFUSED) {
          refusals.add(Row.of(withReason, count == null ? 0 : count));
        }
        if (count != null) {
          allFindings.add(Row.of(withReason.and("kind", reason.status().label()), count));
        }
      }
    }
    up.register(ups, true);
    lastSuccess.register(successes, true);
    formerLastSuccess.register(successes, true);
    shadowed.register(shadows, true);
    services.register(serviceCounts, true);
    instances.register(instanceCounts, true);
    refused.register(refusals, true);
    findings.register(allFindings, true);
    resources.register(
        snapshot.types().stream().<Row<?>>map(type -> row(snapshot, type)).toList(), true);
  }

  private synchronized void refreshConfigs(List<ConfigSourceSummary> sources) {
    List<Row<?>> ups = new ArrayList<>();
    List<Row<?>> documents = new ArrayList<>();
    List<Row<?>> problems = new ArrayList<>();
    for (ConfigSourceSummary summary : sources) {
      ConfigSourceStatus source = summary.status();
      Tags tags = Tags.of("source", source.name());
      ups.add(Row.of(tags, source.lastSuccess().isPresent() && source.problem().isEmpty() ? 1 : 0));
      documents.add(Row.of(tags, source.documents()));
      for (ConfigProblem.Severity severity : ConfigProblem.Severity.values()) {
        problems.add(Row.of(tags.and("severity", lower(severity)), source.count(severity)));
      }
    }
    configUp.register(ups, true);
    configDocuments.register(documents, true);
    configProblems.register(problems, true);
  }

  private synchronized void refreshReplicas(List<ReplicaStatus> statuses) {
    Instant now = Instant.now();
    single(replicas, statuses.size());
    single(
        replicasReachable,
        Math.toIntExact(statuses.stream().filter(ReplicaStatus::reachable).count()));
    single(
        replicasDiffering,
        Math.toIntExact(statuses.stream().filter(status -> status.differsLong(now)).count()));
  }

  private synchronized void refreshHeld(Registries registries, Configs configs) {
    List<Row<?>> services = new ArrayList<>();
    List<Row<?>> endpoints = new ArrayList<>();
    List<GuardStatus> guards = registries.and(configs).guardSummaries();
    List<RegistryStatus> statuses = registries.statuses();
    // Also what has left the configuration and is still served.
    Set<String> names = new TreeSet<>();
    statuses.forEach(registry -> names.add(registry.name()));
    guards.forEach(guard -> names.add(guard.registry()));
    holds.register(holdRows(names, GatewayStatus.holds(statuses, guards)), true);
    for (String name : names) {
      List<GuardStatus> own =
          guards.stream()
              .filter(guard -> guard.registry().equals(name))
              .filter(guard -> guard.state() != GuardStatus.State.WAITING)
              .toList();
      Tags tags = Tags.of("registry", name);
      services.add(Row.of(tags, own.stream().mapToInt(GuardStatus::heldServices).sum()));
      endpoints.add(Row.of(tags, own.stream().mapToInt(GuardStatus::heldEndpoints).sum()));
    }
    guardHeld.register(services, true);
    guardHeldEndpoints.register(endpoints, true);
  }

  /** Counts the reloads of a listener's certificate. */
  void count(ReloadingTls tls) {
    reloads("applied", tls, ReloadingTls::applied);
    reloads("refused", tls, ReloadingTls::refused);
  }

  private void reloads(String outcome, ReloadingTls tls, ToDoubleFunction<ReloadingTls> count) {
    FunctionCounter.builder("fairlead.tls.reloads", tls, count)
        .description("Changes of a listener's certificate files, by what became of them")
        .tag("listener", tls.status().listener())
        .tag("outcome", outcome)
        .register(meters);
  }

  private void refreshCertificates(List<TlsStatus> listeners) {
    List<Row<?>> expiries = new ArrayList<>();
    List<Row<?>> refusals = new ArrayList<>();
    for (TlsStatus tls : listeners) {
      Tags tags = Tags.of("listener", tls.listener());
      expiries.add(Row.of(tags, tls.expiry().toEpochMilli() / 1000.0));
      refusals.add(Row.of(tags, tls.refusal().isEmpty() ? 0 : 1));
    }
    certificateExpiry.register(expiries, true);
    certificateRefused.register(refusals, true);
  }

  private synchronized void refreshGateway(AdminSource status) {
    refreshCertificates(status.tls());
    ReadinessStatus readiness = status.readiness();
    ConfigurationStatus configuration = status.configuration();
    single(ready, readiness.ready() ? 1 : 0);
    single(damped, status.damped().size());
    single(transactions, status.transactions().size());
    single(storeDurable, readiness.store().durable() ? 1 : 0);
    single(storeUnwritten, readiness.store().unwritten());
    single(lastReload, configuration.problems().isEmpty() ? 1 : 0);
    single(reloaded, configuration.loaded().toEpochMilli() / 1000.0);
    single(restartNeeded, configuration.needRestart().isEmpty() ? 0 : 1);
  }

  private synchronized void refreshProblems(List<ProblemStatus> present) {
    List<Row<?>> rows = new ArrayList<>();
    for (ProblemStatus.Severity severity : ProblemStatus.Severity.values()) {
      for (ProblemStatus.Kind kind : ProblemStatus.Kind.values()) {
        long count =
            present.stream()
                .filter(problem -> problem.severity() == severity && problem.kind() == kind)
                .count();
        rows.add(Row.of(Tags.of("severity", severity.label(), "kind", kind.label()), count));
      }
    }
    problems.register(rows, true);
  }

  private static List<Row<?>> holdRows(Set<String> registries, List<HoldStatus> all) {
    List<Row<?>> rows = new ArrayList<>();
    for (String registry : registries) {
      for (Hold.Reason reason : Hold.Reason.values()) {
        long count =
            all.stream()
                .filter(hold -> hold.registry().equals(registry) && hold.reason() == reason)
                .count();
        rows.add(Row.of(Tags.of("registry", registry, "reason", reason.label()), count));
      }
    }
    return rows;
  }

  private static void single(MultiGauge gauge, double value) {
    gauge.register(List.of(Row.of(Tags.empty(), value)), true);
  }

  private static Row<?> row(Snapshot snapshot, ResourceType type) {
    return Row.of(Tags.of("type", type.kind()), snapshot.size(type));
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    garbageCollection.close();
    meters.close();
  }
}
