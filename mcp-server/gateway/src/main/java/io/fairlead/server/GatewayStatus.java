package io.fairlead.server;

import io.fairlead.aggregation.Registries;
import io.fairlead.aggregation.RegistryStatus;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.merge.ConfigClaim;
import io.fairlead.configs.merge.ConfigSourceStatus;
import io.fairlead.configs.merge.Configs;
import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.Explanation;
import io.fairlead.conversion.InstanceOutcome;
import io.fairlead.conversion.rules.TrailStep;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.Guards;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.server.admin.AdminSource;
import io.fairlead.server.admin.ConfigSourceSummary;
import io.fairlead.server.admin.ConfigurationStatus;
import io.fairlead.server.admin.HoldStatus;
import io.fairlead.server.admin.ProblemFinder;
import io.fairlead.server.admin.ProblemStatus;
import io.fairlead.server.admin.ReadinessStatus;
import io.fairlead.server.admin.RegistryReads;
import io.fairlead.server.admin.RegistrySummary;
import io.fairlead.server.admin.ReplicaState;
import io.fairlead.server.admin.ReplicaStatus;
import io.fairlead.server.config.ConfigSourceConfig;
import io.fairlead.server.config.LeftOutAdapter;
import io.fairlead.server.config.RegistryConfig;
import io.fairlead.server.config.ShownText;
import io.fairlead.server.replicas.OwnReplica;
import io.fairlead.server.replicas.ReplicaSet;
import io.fairlead.server.tls.TlsListeners;
import io.fairlead.server.tls.TlsStatus;
import io.fairlead.server.xds.ClientStatus;
import io.fairlead.server.xds.DeniedClient;
import io.fairlead.server.xds.ResourceDelivery;
import io.fairlead.server.xds.XdsServer;
import io.fairlead.versioning.CommitHistory;
import io.fairlead.versioning.CommitLogException;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.SqliteCommitLog;
import io.fairlead.versioning.TransactionStatus;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The status of a gateway, gathered from its parts at each call. Thread-safe. */
final class GatewayStatus implements AdminSource {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayStatus.class);

  private final Reloads configuration;
  private final SqliteCommitLog log;
  private final VersionedStore store;
  private final CommitLoop loop;
  private final Registries registries;
  private final Fleet<RegistryConfig, RegistrySink, RegistryAdapter> fleet;
  private final Fleet<ConfigSourceConfig, ConfigSink, ConfigSource> configFleet;
  private final Configs configs;
  private final Guards guards;
  private final Readiness readiness;
  private final ReadMetrics reads;
  private final TlsListeners tls;
  private final Instant started = Instant.now();
  private final OwnReplica own;
  private final ReplicaSet replicas;
  private final ProblemFinder problems = new ProblemFinder(this, Clock.systemUTC());
  // None before clients can connect.
  private volatile @Nullable XdsServer xds;

  GatewayStatus(
      Reloads configuration,
      SqliteCommitLog log,
      VersionedStore store,
      CommitLoop loop,
      Registries registries,
      Fleet<RegistryConfig, RegistrySink, RegistryAdapter> fleet,
      Fleet<ConfigSourceConfig, ConfigSink, ConfigSource> configFleet,
      Configs configs,
      Readiness readiness,
      TlsListeners tls,
      ReadMetrics reads) {
    this.configuration = configuration;
    this.log = log;
    this.store = store;
    this.loop = loop;
    this.registries = registries;
    this.fleet = fleet;
    this.configFleet = configFleet;
    this.configs = configs;
    this.guards = registries.and(configs);
    this.readiness = readiness;
    this.tls = tls;
    this.reads = reads;
    this.own = new OwnReplica(this, guards, loop.transactions(), BuildInfo.version());
    this.replicas = new ReplicaSet(own);
  }

  /** Returns this gateway as one of its replicas. */
  OwnReplica ownReplica() {
    return own;
  }

  /** Returns the replicas, of which this gateway is one. */
  ReplicaSet replicaSet() {
    return replicas;
  }

  /** Takes the server that knows the clients, once they can connect. */
  void serving(XdsServer server) {
    xds = server;
  }

  @Override
  public ReadinessStatus readiness() {
    return readiness.status();
  }

  @Override
  public List<RegistrySummary> registries() {
    Map<String, RegistryStatus> known =
        registries.statuses().stream()
            .collect(Collectors.toMap(RegistryStatus::name, Function.identity()));
    List<RegistrySummary> summaries = new ArrayList<>();
    for (RegistryConfig config : fleet.running().stream().map(Fleet.Running::config).toList()) {
      RegistryStatus registry = known.get(config.name());
      if (registry == null) {
        LOG.debug("registry {}: withdrawn at this moment", config.name());
      } else {
        summaries.add(
            new RegistrySummary(config.shared().type(), config.shared().priority(), registry));
      }
    }
    return summaries;
  }

  @Override
  public List<ServiceReport> services(String registry) {
    return registries.reports(registry);
  }

  @Override
  public Optional<List<InstanceOutcome>> instances(String registry, ServiceId service) {
    return reported(
        registry, service, (policy, found) -> InstanceOutcome.of(policy, found, service));
  }

  @Override
  public List<TrailStep> steps(String registry, ServiceId service) {
    return reported(registry, service, Explanation::of).map(Explanation::steps).orElse(List.of());
  }

  private <T> Optional<T> reported(
      String registry, ServiceId id, BiFunction<ConversionPolicy, Service, T> question) {
    return fleet.running().stream()
        .filter(each -> each.config().name().equals(registry))
        .findFirst()
        .flatMap(
            each ->
                Optional.ofNullable(each.reader())
                    .flatMap(adapter -> adapter.reported(each.config().rules().serviceOf(id)))
                    .map(service -> question.apply(each.config().policy(), service)));
  }

  @Override
  public Optional<Instant> firstSeen(ResourceKey key) {
    return fromLog(key, log::firstSeen);
  }

  private static <T> Optional<T> fromLog(
      ResourceKey key, Function<ResourceKey, Optional<T>> question) {
    try {
      return question.apply(key);
    } catch (CommitLogException | IllegalStateException e) {
      // The file cannot be read now, or the gateway stops: the rest is shown.
      LOG.debug("{}: the store does not say when it came", key, e);
      return Optional.empty();
    }
  }

  @Override
  public Snapshot snapshot() {
    return store.current();
  }

  @Override
  public Optional<SqliteCommitLog.LastWrite> lastWrite(ResourceKey key) {
    return fromLog(key, log::lastWrite);
  }

  @Override
  public CommitHistory history() {
    return store.history();
  }

  @Override
  public List<LeftOutAdapter> leftOutAdapters() {
    return configuration.leftOut();
  }

  @Override
  public ConfigurationStatus configuration() {
    return configuration.status();
  }

  @Override
  public String configurationText() {
    return ShownText.of(configuration.text());
  }

  @Override
  public RegistryReads reads(String registry) {
    return reads.of(registry);
  }

  @Override
  public List<ConfigSourceSummary> configSources() {
    boolean waits = readiness.awaitsDocuments();
    Map<String, String> types =
        configFleet.running().stream()
            .map(Fleet.Running::config)
            .collect(Collectors.toMap(ConfigSourceConfig::name, each -> each.shared().type()));
    return configs.status().stream()
        .map(
            source ->
                new ConfigSourceSummary(
                    types.getOrDefault(source.name(), ""), state(source, waits), source))
        .toList();
  }

  @Override
  public Set<ResourceKey> claimed() {
    return configs.resources();
  }

  @Override
  public List<ConfigClaim> claims(ResourceKey key) {
    return configs.claims(key);
  }

  private static RegistrySummary.State state(ConfigSourceStatus source, boolean waits) {
    boolean unread = source.lastSuccess().isEmpty();
    if (unread && waits) {
      return RegistrySummary.State.WAITING;
    }
    if (source.problem().isPresent()) {
      return RegistrySummary.State.FAILING;
    }
    return unread ? RegistrySummary.State.RESTORED : RegistrySummary.State.UP;
  }

  @Override
  public List<GuardStatus> guards() {
    return guards.guards();
  }

  @Override
  public List<HoldStatus> holds() {
    return holds(registries.statuses(), guards.guardSummaries());
  }

  /** What adapters keep, and what the deletion guard does. */
  static List<HoldStatus> holds(List<RegistryStatus> registries, List<GuardStatus> guards) {
    return Stream.concat(
            registries.stream()
                .flatMap(
                    registry ->
                        registry.holds().stream()
                            .map(hold -> HoldStatus.of(registry.name(), hold))),
            guards.stream().map(HoldStatus::of))
        .sorted(Comparator.comparing(HoldStatus::registry).thenComparing(HoldStatus::since))
        .toList();
  }

  @Override
  public List<TransactionStatus> transactions() {
    return loop.transactions().list();
  }

  @Override
  public List<DampedHost> damped() {
    return registries.damped();
  }

  @Override
  public List<ReplicaStatus> replicas() {
    return replicas.statuses();
  }

  @Override
  public ReplicaState replica() {
    return replicas.own();
  }

  @Override
  public List<ResourceDelivery> deliveries(ResourceKey key) {
    XdsServer server = xds;
    return server == null ? List.of() : server.deliveries(key);
  }

  @Override
  public List<ClientStatus> clients() {
    XdsServer server = xds;
    return server == null ? List.of() : server.clients();
  }

  @Override
  public Optional<Instant> idleSince() {
    XdsServer server = xds;
    return server == null ? Optional.empty() : server.idleSince();
  }

  @Override
  public Instant started() {
    return started;
  }

  @Override
  public List<ProblemStatus> problems() {
    return problems.find();
  }

  @Override
  public List<DeniedClient> denied() {
    XdsServer server = xds;
    return server == null ? List.of() : server.denied();
  }

  @Override
  public List<TlsStatus> tls() {
    return tls.statuses();
  }
}
