package io.fairlead.server.admin;

import com.google.protobuf.ByteString;
import io.fairlead.aggregation.RegistryStatus;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.aggregation.Since;
import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.configs.merge.ConfigClaim;
import io.fairlead.configs.merge.ConfigProblem;
import io.fairlead.configs.merge.ConfigSourceStatus;
import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.InstanceOutcome;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.conversion.rules.TrailStep;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.HeldService;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.RegistryLoad;
import io.fairlead.registry.ServiceId;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.tls.TlsStatus;
import io.fairlead.server.xds.ClientStatus;
import io.fairlead.server.xds.DeniedClient;
import io.fairlead.server.xds.ResourceDelivery;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.CommitHistory;
import io.fairlead.versioning.Durability;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.SqliteCommitLog;
import io.fairlead.versioning.TransactionStatus;
import io.fairlead.versioning.VersionedStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * A sample of the gateway's state: two registries, one of which cannot be read, and some resources.
 */
public class SampleSource implements AdminSource, AdminActions {

  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  /** What operators did. */
  public final List<String> actions = new CopyOnWriteArrayList<>();

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private volatile List<String> transactions = List.of("t1");
  private volatile List<ReplicaStatus> others = List.of();
  private volatile ReadinessStatus readiness =
      new ReadinessStatus(true, List.of(), false, Durability.DURABLE);

  /** A source with that many resources. */
  public SampleSource(int resources) {
    List<Resource> puts = new ArrayList<>();
    for (int i = 0; i < resources; i++) {
      String name = String.format("web-%03d", i);
      puts.add(resource(name, i % 2 == 0 ? "even" : "odd", name + ".shop"));
    }
    var published = store.commit(ChangeSet.of(puts, List.of()));
    if (published.isEmpty() && resources > 0) {
      throw new IllegalStateException("nothing was committed");
    }
  }

  /** Serves it on a free port of this machine, with {@code metrics 1} as its metrics. */
  AdminServer serve() {
    return serve(AdminLimits.DEFAULT);
  }

  /** Serves it in the same way with other limits. */
  AdminServer serve(AdminLimits limits) {
    try {
      return AdminServer.start(
          List.of(new AdminListener(new HostPort("127.0.0.1", 0), null)),
          null,
          this,
          this,
          () -> "metrics 1\n",
          limits);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has other transactions be open. */
  public void transactions(String... ids) {
    transactions = List.of(ids);
  }

  private static Resource resource(String name, String registry, String host) {
    return Resource.encode(
        new ResourceContent(
            new ResourceKey(
                new ResourceType("networking.istio.io", "ServiceEntry"), "shop/" + name),
            Map.of(ConvertedEntry.REGISTRY_LABEL, registry),
            Map.of(),
            Set.of(),
            Instant.parse("2020-01-01T00:00:00Z"),
            "type.googleapis.com/istio.networking.v1alpha3.ServiceEntry",
            ByteString.copyFrom(ServiceEntry.newBuilder().addHosts(host).build().toByteArray())));
  }

  void readiness(ReadinessStatus status) {
    readiness = status;
  }

  @Override
  public ReadinessStatus readiness() {
    return readiness;
  }

  @Override
  public List<RegistrySummary> registries() {
    return List.of(
        new RegistrySummary(
            "file",
            100,
            new RegistryStatus(
                "even",
                true,
                Instant.parse("2026-01-02T03:04:05Z"),
                null,
                null,
                2,
                3,
                1,
                Map.of(),
                List.of(),
                List.of())),
        new RegistrySummary(
            "consul",
            50,
            new RegistryStatus(
                "odd",
                true,
                null,
                "http://127.0.0.1:1: refused",
                NOON,
                0,
                0,
                0,
                Map.of(),
                List.of(),
                List.of())));
  }

  @Override
  public List<ConfigSourceSummary> configSources() {
    ResourceKey routes =
        new ResourceKey(new ResourceType("networking.istio.io", "VirtualService"), "shop/orders");
    ConfigProblem error =
        new ConfigProblem(
            Optional.of(routes),
            9,
            15,
            "spec.http[0].route[0].weight",
            "ninety (expected: a whole number)",
            ConfigProblem.Severity.ERROR);
    ConfigProblem warning =
        new ConfigProblem(Optional.empty(), 1, 1, "", "<b>odd</b>", ConfigProblem.Severity.WARNING);
    return List.of(
        new ConfigSourceSummary(
            "file",
            RegistrySummary.State.FAILING,
            new ConfigSourceStatus(
                "mesh",
                100,
                3,
                2,
                Optional.of(NOON),
                Optional.of("mesh: does not exist"),
                Optional.of(NOON),
                Stream.of(error, warning)
                    .map(each -> new DocumentProblem("orders.yaml", NOON, each))
                    .toList())));
  }

  @Override
  public Set<ResourceKey> claimed() {
    return Set.of(
        new ResourceKey(new ResourceType("networking.istio.io", "DestinationRule"), "shop/orders"));
  }

  @Override
  public List<ConfigClaim> claims(ResourceKey key) {
    return claimed().contains(key)
        ? List.of(
            new ConfigClaim("mesh", 100, "orders.yaml", true),
            new ConfigClaim("mesh", 100, "rules.yaml", true))
        : List.of();
  }

  @Override
  public List<ServiceReport> services(String registry) {
    return registry.equals("even")
        ? List.of(
            new ServiceReport(
                ServiceId.of("web-000"),
                ServiceStatus.SERVED,
                "shop/web-000",
                "web-000.shop",
                "",
                new Since(NOON, true),
                List.of("even/web-000", "odd/web"),
                List.of()),
            new ServiceReport(
                ServiceId.of("broken"),
                ServiceStatus.REFUSED,
                "",
                "",
                "",
                new Since(NOON, false),
                List.of(),
                List.of(new Finding(Reason.NO_PORT, "broken", "0"))))
        : List.of();
  }

  @Override
  public List<TrailStep> steps(String registry, ServiceId service) {
    return List.of(
        new TrailStep("host", "host of the registry", service.toString(), "{service}", "a"));
  }

  @Override
  public Optional<List<InstanceOutcome>> instances(String registry, ServiceId service) {
    Instance unhealthy =
        new Instance(
            "second",
            "10.0.0.2",
            80,
            Double.NaN,
            Availability.UNHEALTHY,
            Locality.parse("eu/a"),
            Map.of("version", "v1"),
            List.of("blue"));
    return service.name().equals("web-000")
        ? Optional.of(
            List.of(
                new InstanceOutcome(unhealthy, Optional.empty(), Optional.of(Reason.UNHEALTHY))))
        : Optional.empty();
  }

  @Override
  public List<GuardStatus> guards() {
    return List.of(
        new GuardStatus(
            "odd-1",
            "odd",
            GuardStatus.State.HOLDING,
            NOON,
            Optional.of(NOON.plusSeconds(300)),
            Optional.of(NOON.plusSeconds(600)),
            2,
            7,
            5,
            20,
            List.of(),
            List.of(
                new HeldService(ServiceId.of("web-001"), 4, 0, true, NOON),
                new HeldService(ServiceId.of("web-003"), 5, 2, false, NOON))));
  }

  @Override
  public List<HoldStatus> holds() {
    return List.of(
        HoldStatus.of(
            "even",
            new Hold(
                "shop/web-007",
                Hold.Reason.OUTAGE,
                NOON,
                NOON.plusSeconds(60),
                "The registry could not be reached.")),
        HoldStatus.of(guards().get(0)));
  }

  @Override
  public List<TransactionStatus> transactions() {
    return transactions.stream()
        .map(id -> new TransactionStatus(id, NOON, NOON.plusSeconds(600), 3))
        .toList();
  }

  @Override
  public List<DampedHost> damped() {
    return List.of(
        new DampedHost("web-002.shop", List.of("shop/web-002"), NOON, NOON.plusSeconds(9), 14));
  }

  @Override
  public ActionResult open(Duration ttl, Optional<String> id, Reach reach) {
    if (ttl.compareTo(Duration.ofHours(24)) > 0) {
      throw new IllegalArgumentException("ttl: " + ttl + " (expected: at most 24 h)");
    }
    actions.add("open " + ttl + id.map(" "::concat).orElse("") + suffix(reach));
    return new ActionResult(
        ActionResult.Status.DONE,
        "",
        replicas(reach),
        Optional.of(new TransactionStatus(id.orElse("t2"), NOON, NOON.plus(ttl), 0)));
  }

  @Override
  public ActionResult release(String id, Reach reach) {
    return act("release ", id, reach, "t1", "transaction");
  }

  @Override
  public ActionResult approve(String guard, Reach reach) {
    return act("approve ", guard, reach, "odd-1", "guard");
  }

  @Override
  public ActionResult reject(String guard, Reach reach) {
    return act("reject ", guard, reach, "odd-1", "guard");
  }

  // The id "refused" is that of an action that a replica cannot take part in.
  private ActionResult act(String what, String id, Reach reach, String known, String kind) {
    if (id.equals("refused") && reach == Reach.ALL) {
      return ActionResult.failed(
          ActionResult.Status.REFUSED,
          "nothing was done anywhere: gw-1: cannot be reached (expected: every replica)",
          replicas(Reach.FORCED));
    }
    actions.add(what + id + suffix(reach));
    return id.equals(known) || id.equals("refused")
        ? ActionResult.done(replicas(reach))
        : ActionResult.failed(
            ActionResult.Status.UNKNOWN,
            id + " (expected: the id of an open " + kind + ")",
            List.of());
  }

  private static String suffix(Reach reach) {
    return reach == Reach.ALL ? "" : " " + reach;
  }

  private static List<ReplicaResult> replicas(Reach reach) {
    ReplicaResult first =
        new ReplicaResult("gw-0", "http://10.0.0.1:15014", ReplicaResult.Outcome.DONE, "done");
    return reach == Reach.FORCED
        ? List.of(
            first,
            new ReplicaResult(
                "gw-1",
                "http://10.0.0.2:15014",
                ReplicaResult.Outcome.UNREACHABLE,
                "cannot be reached: connection refused"))
        : List.of(first);
  }

  @Override
  public List<ReplicaStatus> replicas() {
    List<ReplicaStatus> all = new ArrayList<>();
    all.add(
        new ReplicaStatus(
            "http://10.0.0.1:15014", true, "", NOON, Optional.of(replica()), Optional.empty()));
    all.addAll(others);
    return all;
  }

  /** Adds a replica that serves something else since a time, and one that cannot be reached. */
  public void addReplicas(Instant since) {
    others =
        List.of(
            new ReplicaStatus(
                "http://10.0.0.2:15014",
                false,
                "",
                NOON,
                Optional.of(replica("gw-1", "0123456789abcdef0123456789abcdef")),
                Optional.of(since)),
            new ReplicaStatus(
                "http://10.0.0.3:15014",
                false,
                "connection refused",
                since,
                Optional.empty(),
                Optional.empty()));
  }

  @Override
  public ReplicaState replica() {
    return replica("gw-0", store.current().contentDigest());
  }

  private ReplicaState replica(String name, String digest) {
    return new ReplicaState(
        "instance of " + name,
        name,
        "0.1.0",
        NOON,
        readiness.ready(),
        store.current().versionInfo(),
        digest,
        3,
        2,
        0,
        1,
        List.of("odd-1"),
        List.of("t1"));
  }

  @Override
  public ConfigurationStatus configuration() {
    return new ConfigurationStatus("f.yaml", Instant.EPOCH, List.of(), null, List.of());
  }

  @Override
  public String configurationText() {
    return "registries: []\n";
  }

  @Override
  public RegistryReads reads(String registry) {
    return new RegistryReads(
        12, 3, Duration.ofMillis(60), Duration.ofMillis(20), new RegistryLoad(4, 100, 1200), 3.5);
  }

  @Override
  public Snapshot snapshot() {
    return store.current();
  }

  @Override
  public Optional<Instant> firstSeen(ResourceKey key) {
    return key.name().contains("web-001")
        ? Optional.empty()
        : Optional.of(Instant.parse("2026-01-01T10:00:00Z"));
  }

  @Override
  public Optional<SqliteCommitLog.LastWrite> lastWrite(ResourceKey key) {
    return Optional.empty();
  }

  @Override
  public CommitHistory history() {
    return store.history();
  }

  /** Commits a resource more, a changed one and the removal of one. */
  void commitAnother() {
    Resource gone = resource("web-002", "even", "web-002.shop");
    store.commit(
        ChangeSet.of(
            List.of(
                resource("another", "even", "another.shop"),
                resource("web-000", "even", "changed.shop")),
            List.of(gone.key())));
  }

  @Override
  public List<ResourceDelivery> deliveries(ResourceKey key) {
    return List.of(
        new ResourceDelivery("istiod-1", "default", true, ResourceDelivery.State.NEWEST, NOON, ""));
  }

  @Override
  public List<ClientStatus> clients() {
    return List.of();
  }

  @Override
  public List<DeniedClient> denied() {
    Instant before = NOON.minusSeconds(1800);
    return List.of(
        new DeniedClient(
            "10.0.0.9",
            15012,
            "",
            "",
            DeniedClient.Reason.PLAINTEXT,
            "spoke plaintext at a port for TLS",
            before,
            before,
            3));
  }

  @Override
  public List<TlsStatus> tls() {
    return List.of(
        new TlsStatus(
            "xds",
            Path.of("tls.crt"),
            List.of("fairlead.example"),
            NOON.minusSeconds(3600),
            Instant.parse("2126-01-02T12:00:00Z"),
            null,
            NOON,
            "",
            null));
  }

  @Override
  public Optional<Instant> idleSince() {
    return Optional.of(NOON);
  }

  @Override
  public Instant started() {
    return NOON;
  }

  @Override
  public List<ProblemStatus> problems() {
    return new ProblemFinder(this, Clock.fixed(NOON.plusSeconds(120), ZoneOffset.UTC)).find();
  }
}
