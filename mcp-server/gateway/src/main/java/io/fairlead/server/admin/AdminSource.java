package io.fairlead.server.admin;

import io.fairlead.aggregation.ServiceReport;
import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.configs.merge.ConfigClaim;
import io.fairlead.conversion.InstanceOutcome;
import io.fairlead.conversion.rules.TrailStep;
import io.fairlead.guard.GuardStatus;
import io.fairlead.registry.ServiceId;
import io.fairlead.server.config.LeftOutAdapter;
import io.fairlead.server.tls.TlsStatus;
import io.fairlead.server.xds.ClientStatus;
import io.fairlead.server.xds.DeniedClient;
import io.fairlead.server.xds.ResourceDelivery;
import io.fairlead.versioning.CommitHistory;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.SqliteCommitLog;
import io.fairlead.versioning.TransactionStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The state that the admin server shows. Every method may be called from any thread and has no
 * effect.
 */
public interface AdminSource {
  /** Whether clients are answered. */
  ReadinessStatus readiness();

  /** Returns the registries, in the order of the configuration. */
  List<RegistrySummary> registries();

  /** Returns the config sources, by name. */
  default List<ConfigSourceSummary> configSources() {
    return List.of();
  }

  /** Returns the resources that documents have, or had when they were valid last. */
  default Set<ResourceKey> claimed() {
    return Set.of();
  }

  /** Returns the documents that have a resource, the one that is served first. */
  default List<ConfigClaim> claims(ResourceKey key) {
    return List.of();
  }

  /** Returns the status of each service of a registry; empty for an unknown registry. */
  List<ServiceReport> services(String registry);

  /**
   * Returns what becomes of each instance of a service, in the order of its adapter; empty if the
   * adapter does not remember what it reported.
   */
  Optional<List<InstanceOutcome>> instances(String registry, ServiceId service);

  /**
   * Returns the steps by which a service becomes what is served of it; empty if the adapter does
   * not remember what it reported.
   */
  List<TrailStep> steps(String registry, ServiceId service);

  /** Returns the snapshot that is served. */
  Snapshot snapshot();

  /** Returns when a resource first came, or came back; empty if that is not known. */
  Optional<Instant> firstSeen(ResourceKey key);

  /**
   * Returns the commit that a resource is from, as it is on the disk; empty if that is not known.
   */
  Optional<SqliteCommitLog.LastWrite> lastWrite(ResourceKey key);

  /** Returns the newest commits of this process with what each changed. */
  CommitHistory history();

  /** Returns the status of the configuration file. */
  ConfigurationStatus configuration();

  /** Returns the adapters in the folder of those that are dropped in which are not used. */
  default List<LeftOutAdapter> leftOutAdapters() {
    return List.of();
  }

  /** Returns the text of the configuration in force, secrets hidden. */
  String configurationText();

  /** Returns what was read of a registry since the start. */
  RegistryReads reads(String registry);

  /** Losses that are held, by their ids. */
  List<GuardStatus> guards();

  /** Returns everything that is kept in the mesh on a suspicion, by registry, the oldest first. */
  List<HoldStatus> holds();

  /** Open operator's transactions, oldest first. */
  List<TransactionStatus> transactions();

  /** Hosts whose newest state waits since they changed too often, by name. */
  List<DampedHost> damped();

  /** Whether each connected client has a resource, by node and revision. */
  List<ResourceDelivery> deliveries(ResourceKey key);

  /** Returns the replicas as this gateway sees them, itself first; itself alone without others. */
  List<ReplicaStatus> replicas();

  /** Returns the state of this gateway as one of the replicas. */
  ReplicaState replica();

  /** Returns the connected clients. */
  List<ClientStatus> clients();

  /** Returns the clients that were turned away within the last hour, the newest first. */
  List<DeniedClient> denied();

  /** Returns the status of each listener that speaks TLS. */
  List<TlsStatus> tls();

  /** Returns since when no client is connected; empty while one is, or none can be yet. */
  Optional<Instant> idleSince();

  /** Returns when this process began. */
  Instant started();

  /** Returns what needs somebody now, the most urgent first. */
  List<ProblemStatus> problems();
}
