package io.fairlead.server.replicas;

import io.fairlead.aggregation.ServiceOrigin;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.configs.merge.Configs;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.Guards;
import io.fairlead.server.admin.AdminSource;
import io.fairlead.server.admin.ReplicaState;
import io.fairlead.server.admin.ReplicaStatus;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.TransactionStatus;
import io.fairlead.versioning.Transactions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This gateway as one of the replicas. Thread-safe. */
public final class OwnReplica implements Replica {
  private static final Logger LOG = LoggerFactory.getLogger(OwnReplica.class);
  private static final int MAX_ENDED = 1000;
  private static final ResourceType SERVICE_ENTRY =
      new ResourceType("networking.istio.io", "ServiceEntry");

  private final String instance = UUID.randomUUID().toString();
  private final Instant started = Instant.now();
  private final String name = ownName();
  private final AdminSource source;
  private final Guards guards;
  private final Transactions transactions;
  private final String program;
  private volatile String address = "";
  // What was released before this gateway had heard of it from the others.
  private final Set<String> endedEarly = ConcurrentHashMap.newKeySet();
  private volatile boolean joined;

  /**
   * This gateway.
   *
   * @param source what it knows of itself
   * @param guards what decides about held losses
   * @param transactions its transactions
   * @param program the version of the program
   */
  public OwnReplica(AdminSource source, Guards guards, Transactions transactions, String program) {
    this.source = source;
    this.guards = guards;
    this.transactions = transactions;
    this.program = program;
  }

  // In a pod its name; without a question to the name service, which may take long.
  private static String ownName() {
    String name = System.getenv().getOrDefault("HOSTNAME", "");
    try {
      return name.isEmpty() ? InetAddress.getLocalHost().getHostName() : name;
    } catch (UnknownHostException e) {
      return "";
    }
  }

  /** Says under which address the others know it. */
  void knownAs(String newAddress) {
    address = newAddress;
  }

  String instance() {
    return instance;
  }

  /** Returns a digest of all that it serves. */
  String digest() {
    return source.snapshot().contentDigest();
  }

  /** Opens here what is open at other replicas, but for what was released here meanwhile. */
  void join(List<PeerReplica.OpenTransaction> open) {
    for (PeerReplica.OpenTransaction one : open) {
      Duration left = Duration.between(Instant.now(), one.expires());
      if (!left.isNegative() && !left.isZero() && !endedEarly.contains(one.id())) {
        try {
          transactions.open(left, one.id());
        } catch (IllegalArgumentException | IllegalStateException e) {
          LOG.warn("The transaction {} of the other replicas is not held here", one.id(), e);
        }
      }
    }
    joined = true;
    endedEarly.clear();
  }

  /** Returns its state. */
  ReplicaState state() {
    Snapshot snapshot = source.snapshot();
    return new ReplicaState(
        instance,
        name,
        program,
        started,
        source.readiness().ready(),
        snapshot.versionInfo(),
        snapshot.contentDigest(),
        snapshot.types().stream().mapToInt(snapshot::size).sum(),
        source.clients().size(),
        source.clients().stream().mapToLong(client -> client.lag().toMillis()).max().orElse(0),
        source.holds().size(),
        guards.guardSummaries().stream().map(GuardStatus::id).toList(),
        transactions.list().stream().map(TransactionStatus::id).toList());
  }

  @Override
  public ReplicaStatus status() {
    return new ReplicaStatus(address, true, "", started, Optional.of(state()), Optional.empty());
  }

  @Override
  public List<HeldGuard> guards() {
    return guards.guards().stream().map(HeldGuard::of).toList();
  }

  @Override
  public boolean stillHas(HeldGuard guard) {
    if (guard.registry().startsWith(Configs.PREFIX)) {
      return guard.services().keySet().stream().anyMatch(this::servesDocument);
    }
    return guard.hasLeft()
        ? guard.services().keySet().stream().anyMatch(name -> isFrom(guard.registry(), name))
        : source.services(guard.registry()).stream()
            .anyMatch(
                report -> {
                  Integer left = guard.services().get(report.service().toString());
                  return left != null && endpoints(guard.registry(), report) > left;
                });
  }

  // What a config source lost is named by kind and name: VirtualService shop/orders.
  private boolean servesDocument(String shown) {
    Snapshot snapshot = source.snapshot();
    return snapshot.types().stream()
        .filter(type -> shown.startsWith(type.kind() + " "))
        .map(type -> new ResourceKey(type, shown.substring(type.kind().length() + 1)))
        .anyMatch(key -> snapshot.find(key) != null);
  }

  private boolean isFrom(String registry, String name) {
    Resource resource =
        ResourceKey.isName(name)
            ? source.snapshot().find(new ResourceKey(SERVICE_ENTRY, name))
            : null;
    return resource != null && registry.equals(resource.label(ConvertedEntry.REGISTRY_LABEL));
  }

  private int endpoints(String registry, ServiceReport report) {
    Resource resource =
        ResourceKey.isName(report.resource())
            ? source.snapshot().find(new ResourceKey(SERVICE_ENTRY, report.resource()))
            : null;
    return resource == null || !report.status().isServed()
        ? 0
        : ServiceOrigin.endpoints(resource, registry, report.service());
  }

  /** Opens a transaction with a new id. */
  TransactionStatus open(Duration ttl) {
    return transactions.open(ttl);
  }

  @Override
  public TransactionStatus open(Duration ttl, String id) {
    return transactions.open(ttl, id);
  }

  @Override
  public boolean release(String id) {
    boolean released = transactions.release(id);
    if (!released && !joined && endedEarly.size() < MAX_ENDED) {
      endedEarly.add(id);
    }
    return released;
  }

  @Override
  public boolean decide(String guard, Decision decision) {
    return switch (decision) {
      case APPROVE -> guards.approve(guard);
      case REJECT -> guards.reject(guard);
    };
  }
}
