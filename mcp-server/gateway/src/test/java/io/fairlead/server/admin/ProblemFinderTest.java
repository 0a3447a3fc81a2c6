package io.fairlead.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fairlead.aggregation.RegistryStatus;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.aggregation.Since;
import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.guard.GuardStatus;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Notice;
import io.fairlead.registry.ServiceId;
import io.fairlead.server.admin.ProblemStatus.Kind;
import io.fairlead.server.admin.ProblemStatus.Severity;
import io.fairlead.server.tls.TlsStatus;
import io.fairlead.server.xds.ClientStatus;
import io.fairlead.server.xds.ClientStatus.SubscriptionStatus;
import io.fairlead.server.xds.DeniedClient;
import io.fairlead.versioning.Durability;
import io.fairlead.versioning.TransactionStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProblemFinderTest {
  private static final Instant NOW = Instant.parse("2026-01-02T12:00:00Z");

  /** A gateway in which nothing is wrong, but for what a test sets. */
  private static final class Quiet extends SampleSource {
    private final List<RegistrySummary> registries = new ArrayList<>();
    private final List<ServiceReport> services = new ArrayList<>();
    private final List<GuardStatus> guards = new ArrayList<>();
    private final List<HoldStatus> holds = new ArrayList<>();
    private final List<TransactionStatus> transactions = new ArrayList<>();
    private final List<DampedHost> damped = new ArrayList<>();
    private final List<ClientStatus> clients = new ArrayList<>();
    private ConfigurationStatus configuration =
        new ConfigurationStatus("f.yaml", NOW, List.of(), null, List.of());
    private Optional<Instant> idleSince = Optional.empty();
    private final List<TlsStatus> tls = new ArrayList<>();
    private final List<DeniedClient> denied = new ArrayList<>();
    private boolean configs;

    Quiet() {
      super(0);
    }

    @Override
    public List<RegistrySummary> registries() {
      return registries;
    }

    @Override
    public List<ConfigSourceSummary> configSources() {
      return configs ? super.configSources() : List.of();
    }

    @Override
    public List<ServiceReport> services(String registry) {
      return registry.equals("dc1") ? services : List.of();
    }

    @Override
    public List<GuardStatus> guards() {
      return guards;
    }

    @Override
    public List<HoldStatus> holds() {
      return holds;
    }

    @Override
    public List<TransactionStatus> transactions() {
      return transactions;
    }

    @Override
    public List<DampedHost> damped() {
      return damped;
    }

    @Override
    public List<ClientStatus> clients() {
      return clients;
    }

    @Override
    public ConfigurationStatus configuration() {
      return configuration;
    }

    @Override
    public Optional<Instant> idleSince() {
      return idleSince;
    }

    @Override
    public List<TlsStatus> tls() {
      return tls;
    }

    @Override
    public List<DeniedClient> denied() {
      return denied;
    }

    @Override
    public Instant started() {
      return ago(3600);
    }
  }

  private final Quiet source = new Quiet();

  private static Instant ago(long seconds) {
    return NOW.minusSeconds(seconds);
  }

  private List<ProblemStatus> find() {
    return new ProblemFinder(source, Clock.fixed(NOW, ZoneOffset.UTC)).find();
  }

  private ProblemStatus only() {
    List<ProblemStatus> found = find();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private void registry(
      RegistrySummary.State state,
      @Nullable Instant last,
      String problem,
      @Nullable Instant since,
      Notice... notices) {
    RegistrySummary registry =
        new RegistrySummary(
            "consul",
            100,
            new RegistryStatus(
                "dc1",
                state != RegistrySummary.State.WAITING,
                last,
                problem.isEmpty() ? null : problem,
                since,
                3,
                9,
                0,
                Map.of(),
                List.of(),
                List.of(notices)));
    assertThat(registry.state()).isEqualTo(state);
    source.registries.add(registry);
  }

  private void registry(String name, int refused) {
    source.registries.add(
        new RegistrySummary(
            "file",
            1,
            new RegistryStatus(
                name, true, NOW, null, null, 4, 4, refused, Map.of(), List.of(), List.of())));
  }

  private static ServiceReport service(String id, ServiceStatus status, Finding... findings) {
    boolean shadowed = status == ServiceStatus.SHADOWED;
    return new ServiceReport(
        ServiceId.of(id),
        status,
        "",
        "",
        shadowed ? "dc0" : "",
        new Since(ago(id.charAt(0)), true),
        List.of(),
        List.of(findings));
  }

  private static GuardStatus guard(GuardStatus.State state, List<String> waitingFor) {
    return new GuardStatus(
        "dc1-1",
        "dc1",
        state,
        ago(30),
        Optional.of(NOW.plusSeconds(270)),
        Optional.empty(),
        2,
        7,
        5,
        20,
        waitingFor,
        List.of());
  }

  private static ClientStatus client(
      String node, @Nullable Instant refusedSince, @Nullable Instant sentAt) {
    return new ClientStatus(
        1,
        "10.0.0.9:4711",
        node,
        "canary",
        "1.27.0",
        15010,
        ago(600),
        "v9",
        List.of(
            new SubscriptionStatus(
                "networking.istio.io/v1/ServiceEntry",
                "v9",
                "v8",
                3,
                900,
                refusedSince == null ? 0 : 1,
                refusedSince == null ? "" : "unknown field",
                refusedSince,
                sentAt,
                sentAt == null ? Duration.ZERO : Duration.between(sentAt, NOW))));
  }

  @Test
  void find_nothingWrong_isEmpty() {
    registry(RegistrySummary.State.UP, ago(14 * 60), "", null);
    registry(RegistrySummary.State.UP, NOW, "", null);
    source.clients.add(client("istiod-1", null, ago(9)));

    assertThat(find()).isEmpty();
  }

  @Test
  void find_notReady_saysWhichRegistryIsWaitedFor() {
    List<ReadinessStatus.Waiting> waiting = List.of(new ReadinessStatus.Waiting("dc1", "refused"));
    source.readiness(new ReadinessStatus(false, waiting, false, Durability.DURABLE));

    ProblemStatus soon = only();
    source.readiness(new ReadinessStatus(false, waiting, true, Durability.DURABLE));
    ProblemStatus overdue = only();

    assertThat(soon.severity()).isEqualTo(Severity.WARNING);
    assertThat(soon.subject()).isEqualTo("dc1");
    assertThat(soon.message())
        .isEqualTo("Clients are not answered yet, since nothing is known of dc1.");
    assertThat(soon.since()).isEqualTo(source.started());
    assertThat(overdue.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(overdue.message()).endsWith("The wait is longer than readiness.wait.");
  }

  @Test
  void find_storeNotDurable_isCriticalSinceItsFirstCommit() {
    source.readiness(
        new ReadinessStatus(
            true, List.of(), false, new Durability(false, "disk full", Optional.of(ago(9)), 7)));

    assertThat(only().severity()).isEqualTo(Severity.CRITICAL);
    assertThat(only().kind()).isEqualTo(Kind.STORE_NOT_DURABLE);
    assertThat(only().message()).endsWith("disk full");
    assertThat(only().since()).isEqualTo(ago(9));
  }

  @Test
  void find_registryFailing_becomesCriticalWithTime() {
    registry(RegistrySummary.State.FAILING, ago(400), "connection refused", ago(299));
    ProblemStatus young = only();
    source.registries.clear();
    registry(RegistrySummary.State.FAILING, ago(400), "connection refused", ago(300));

    assertThat(young.severity()).isEqualTo(Severity.WARNING);
    assertThat(young.kind()).isEqualTo(Kind.REGISTRY_FAILING);
    assertThat(young.message()).isEqualTo("The registry cannot be read: connection refused");
    assertThat(young.since()).isEqualTo(ago(299));
    assertThat(young.command()).isEqualTo("fairlead get registries dc1");
    assertThat(only().severity()).isEqualTo(Severity.CRITICAL);
  }

  @Test
  void find_registryRestored_isUnread() {
    registry(RegistrySummary.State.RESTORED, null, "", null);

    assertThat(only().kind()).isEqualTo(Kind.REGISTRY_UNREAD);
    assertThat(only().since()).isEqualTo(source.started());
  }

  @Test
  void find_registrySilent_isStale() {
    registry(RegistrySummary.State.UP, ago(15 * 60), "", null);

    assertThat(only().kind()).isEqualTo(Kind.REGISTRY_STALE);
    assertThat(only().since()).isEqualTo(ago(15 * 60));
  }

  @Test
  void find_configSources_sayWhatIsWrongWithThemAndTheirDocuments() {
    source.clients.add(client("istiod-1", null, ago(9)));
    source.configs = true;

    assertThat(find())
        .extracting(ProblemStatus::kind, ProblemStatus::subject, ProblemStatus::message)
        .containsExactlyInAnyOrder(
            tuple(
                Kind.CONFIGS_FAILING,
                "mesh",
                "The config source cannot be read: mesh: does not exist"),
            tuple(
                Kind.DOCUMENTS_REFUSED,
                "mesh",
                "Errors in documents: 1, for example orders.yaml:9:15:"
                    + " spec.http[0].route[0].weight: ninety (expected: a whole number)"));
  }

  @Test
  void find_guards_areCriticalWhileTheyHold() {
    source.guards.add(guard(GuardStatus.State.HOLDING, List.of()));
    ProblemStatus holding = only();
    source.guards.set(0, guard(GuardStatus.State.REJECTED, List.of()));
    ProblemStatus rejected = only();
    source.guards.set(0, guard(GuardStatus.State.WAITING, List.of("dc2")));

    assertThat(holding.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(holding.message()).contains("fairlead approve dc1-1", "7 of 20 endpoints");
    assertThat(holding.since()).isEqualTo(ago(30));
    assertThat(rejected.severity()).isEqualTo(Severity.WARNING);
    assertThat(only().severity()).isEqualTo(Severity.WARNING);
  }

  @Test
  void find_holds_thatLastAreOneForARegistryAndReason() {
    for (int i = 0; i < 3; i++) {
      source.holds.add(
          HoldStatus.of(
              "dc1",
              new Hold(
                  "web-" + i, Hold.Reason.OUTAGE, ago(299 + i), NOW.plusSeconds(60), "Was down.")));
    }
    source.holds.add(HoldStatus.of(guard(GuardStatus.State.HOLDING, List.of())));

    assertThat(only().kind()).isEqualTo(Kind.HOLD_LASTS);
    assertThat(only().message()).contains("(outage): 2, for example web-2. Was down.");
    assertThat(only().since()).isEqualTo(ago(301));
  }

  @Test
  void find_transaction_saysUntilWhen() {
    source.transactions.add(new TransactionStatus("t1", ago(60), NOW.plusSeconds(540), 3));
    ProblemStatus young = only();
    source.transactions.set(0, new TransactionStatus("t1", ago(3600), NOW.plusSeconds(540), 3));

    assertThat(young.severity()).isEqualTo(Severity.WARNING);
    assertThat(young.message())
        .contains("changes that wait: 3", "ends by itself at 2026-01-02T12:09:00Z");
    assertThat(young.command()).isEqualTo("fairlead release t1");
    assertThat(only().severity()).isEqualTo(Severity.CRITICAL);
  }

  @Test
  void find_refusedReload_namesTheFirstProblem() {
    source.configuration =
        new ConfigurationStatus("my f.yaml", NOW, List.of("a", "b"), ago(5), List.of("xds.limits"));

    List<ProblemStatus> found = find();

    assertThat(found)
        .extracting(ProblemStatus::kind)
        .containsExactly(Kind.RELOAD_REFUSED, Kind.RESTART_NEEDED);
    assertThat(found.get(0).message()).endsWith("a (and 1 more)");
    assertThat(found.get(0).command()).isEqualTo("fairlead check --config 'my f.yaml'");
    assertThat(found.get(0).since()).isEqualTo(ago(5));
    assertThat(found.get(1).message()).contains("xds.limits");
  }

  @Test
  void find_refusedServices_areCountedByReasonWithAnExample() {
    registry("dc1", 3);
    source.services.add(service("a", ServiceStatus.SERVED));
    for (String id : List.of("b", "c")) {
      source.services.add(service(id, ServiceStatus.REFUSED, new Finding(Reason.NO_PORT, id, "0")));
    }
    source.services.add(
        service("d", ServiceStatus.REFUSED, new Finding(Reason.UDP_NOT_SERVED, "d", "")));

    List<ProblemStatus> found = find();

    assertThat(found).extracting(ProblemStatus::kind).containsOnly(Kind.SERVICES_REFUSED);
    assertThat(found)
        .extracting(ProblemStatus::message)
        .containsExactly(
            "Services that are refused: 1, for example d: " + Reason.UDP_NOT_SERVED.text() + ".",
            "Services that are refused: 2, for example b: " + Reason.NO_PORT.text() + ".");
    assertThat(found.get(1).advice()).startsWith("Register an instance with a legal port");
    assertThat(found.get(0).since()).isEqualTo(ago('d'));
    assertThat(found.get(1).since()).as("of the first that was refused").isEqualTo(ago('c'));
  }

  @Test
  void find_shadowedServices_nameTheRegistryThatHasTheirHosts() {
    registry("dc0", 0);
    registry("dc1", 0);
    source.services.add(service("b", ServiceStatus.SHADOWED));

    assertThat(only().kind()).isEqualTo(Kind.HOSTS_SHADOWED);
    assertThat(only().subject()).isEqualTo("dc1");
    assertThat(only().message()).contains("for example b: the registry dc0 has their hosts");
  }

  @Test
  void find_dampedHosts_areOneProblem() {
    source.damped.add(new DampedHost("a.mesh", List.of(), NOW.minusSeconds(60), NOW, 11));
    source.damped.add(new DampedHost("b.mesh", List.of(), NOW.minusSeconds(5), NOW, 40));

    assertThat(only().kind()).isEqualTo(Kind.HOSTS_DAMPED);
    assertThat(only().message()).contains(": 2, most of all b.mesh");
    assertThat(only().since()).isEqualTo(ago(60));
  }

  @Test
  void find_noClient_afterAWhile() {
    source.idleSince = Optional.of(ago(59));
    assertThat(find()).isEmpty();
    source.idleSince = Optional.of(ago(60));

    assertThat(only().kind()).isEqualTo(Kind.NO_CLIENT);
    assertThat(only().since()).isEqualTo(ago(60));
  }

  @Test
  void find_clientThatRefuses_saysWhy() {
    source.clients.add(client("istiod-1", ago(20), null));
    source.clients.add(client("istiod-1", ago(40), null));
    source.clients.add(client("istiod-2", null, null));

    assertThat(only().severity()).isEqualTo(Severity.CRITICAL);
    assertThat(only().kind()).isEqualTo(Kind.CLIENT_REFUSES);
    assertThat(only().subject()).isEqualTo("istiod-1 (canary)");
    assertThat(only().message())
        .isEqualTo(
            "The client refuses the newest ServiceEntry resources and keeps what it had: unknown"
                + " field");
    assertThat(only().since()).isEqualTo(ago(40));
  }

  @Test
  void find_clientThatLags_becomesCriticalWithTime() {
    source.clients.add(client("istiod-1", null, ago(10)));
    ProblemStatus young = only();
    source.clients.set(0, client("istiod-1", null, ago(60)));

    assertThat(young.severity()).isEqualTo(Severity.WARNING);
    assertThat(young.kind()).isEqualTo(Kind.CLIENT_LAGS);
    assertThat(young.since()).isEqualTo(ago(10));
    assertThat(only().severity()).isEqualTo(Severity.CRITICAL);
  }

  @Test
  void find_manyClientsWithOneFault_areOneProblem() {
    for (int i = 0; i < 11; i++) {
      source.clients.add(client("istiod-" + i, ago(20 + i), null));
    }

    assertThat(only().subject()).isEqualTo("11 clients");
    assertThat(only().message()).startsWith("So it is with 11 clients, first with istiod-10");
    assertThat(only().since()).isEqualTo(ago(30));
  }

  @Test
  void find_several_theMostUrgentFirst() {
    registry(RegistrySummary.State.FAILING, ago(400), "down", ago(400));
    source.transactions.add(new TransactionStatus("t1", ago(60), NOW.plusSeconds(540), 3));
    source.clients.add(client("istiod-1", ago(20), null));

    assertThat(find())
        .extracting(ProblemStatus::kind)
        .containsExactly(Kind.CLIENT_REFUSES, Kind.REGISTRY_FAILING, Kind.TRANSACTION_OPEN);
  }

  @Test
  void find_replicas_areNamedWithWhatToDo() {
    source.addReplicas(ago(61));
    List<ProblemStatus> found = find();

    assertThat(found)
        .extracting(ProblemStatus::kind, ProblemStatus::subject, ProblemStatus::since)
        .containsExactly(
            tuple(Kind.REPLICA_UNREACHABLE, "http://10.0.0.3:15014", ago(61)),
            tuple(Kind.REPLICA_DIFFERS, "http://10.0.0.2:15014", ago(61)));
    assertThat(found.get(0).message())
        .isEqualTo(
            "The replica http://10.0.0.3:15014 cannot be reached from gw-0: connection refused.");
    assertThat(found.get(1).message())
        .startsWith("The replica gw-1 at http://10.0.0.2:15014 serves something else than gw-0,");

    // What differs for a moment is a change on its way.
    source.addReplicas(ago(59));
    assertThat(only().kind()).isEqualTo(Kind.REPLICA_UNREACHABLE);
  }

  private static TlsStatus tls(Duration left, String refusal) {
    return new TlsStatus(
        "xds",
        Path.of("tls.crt"),
        List.of("gw"),
        NOW.minus(Duration.ofDays(100)),
        NOW.plus(left),
        null,
        ago(60),
        refusal,
        refusal.isEmpty() ? null : ago(30));
  }

  @Test
  void find_certificate_isTwoWeeksBeforeItsEndAProblem_andAfterItACriticalOne() {
    source.tls.add(tls(Duration.ofDays(15), ""));
    assertThat(find()).isEmpty();

    source.tls.set(0, tls(Duration.ofDays(13), ""));
    assertThat(only())
        .extracting(ProblemStatus::kind, ProblemStatus::severity, ProblemStatus::subject)
        .containsExactly(Kind.CERTIFICATE_EXPIRES, Severity.WARNING, "xds");
    assertThat(only().message())
        .isEqualTo("The certificate in tls.crt expires on 2026-01-15 12:00 UTC.");

    source.tls.set(0, tls(Duration.ofSeconds(-1), ""));
    assertThat(only())
        .extracting(ProblemStatus::kind, ProblemStatus::severity, ProblemStatus::since)
        .containsExactly(Kind.CERTIFICATE_EXPIRED, Severity.CRITICAL, ago(1));
  }

  @Test
  void find_certificateRefused_saysWhyAndHowLongTheFormerLasts() {
    source.tls.add(tls(Duration.ofDays(50), "tls.key: does not belong to the certificate"));

    assertThat(only())
        .extracting(ProblemStatus::kind, ProblemStatus::since)
        .containsExactly(Kind.CERTIFICATE_REFUSED, ago(30));
    assertThat(only().message())
        .contains("stays in force until 2026-02-21 12:00 UTC", "does not belong");
  }

  @Test
  void find_authoritiesOfClients_thatEndAreAProblem() {
    TlsStatus tls = tls(Duration.ofDays(50), "");
    for (Instant ends : List.of(NOW.plusSeconds(60), NOW)) {
      source.tls.clear();
      source.tls.add(
          new TlsStatus(
              "admin",
              tls.certificate(),
              tls.names(),
              tls.issued(),
              tls.expiry(),
              ends,
              tls.loaded(),
              "",
              null));

      assertThat(only().kind())
          .isEqualTo(ends.isAfter(NOW) ? Kind.CERTIFICATE_EXPIRES : Kind.CERTIFICATE_EXPIRED);
      assertThat(only().message()).startsWith("The last authority in clientCa ");
    }
  }

  private static DeniedClient denied(String address, long first, long last) {
    return new DeniedClient(
        address,
        15012,
        "",
        "",
        DeniedClient.Reason.PLAINTEXT,
        "it speaks plaintext (expected: TLS)",
        ago(first),
        ago(last),
        2);
  }

  @Test
  void find_deniedClients_areOneProblemWhileTheyComeBack() {
    source.denied.add(denied("10.0.0.9", 600, 10));
    source.denied.add(denied("10.0.0.8", 500, 20));
    source.denied.add(denied("10.0.0.7", 900, 301));

    assertThat(only())
        .extracting(ProblemStatus::kind, ProblemStatus::subject, ProblemStatus::since)
        .containsExactly(Kind.CLIENTS_DENIED, "10.0.0.9", ago(600));
    assertThat(only().message())
        .isEqualTo(
            "The client 10.0.0.9 is turned away at port 15012: it speaks plaintext (expected: TLS)."
                + " So is another one.");
  }

  @Test
  void find_clientsThatExceedABound_areAProblemOfTheirOwn() {
    source.denied.add(
        new DeniedClient(
            "10.0.0.9",
            15010,
            "istiod-0",
            "default",
            DeniedClient.Reason.LIMIT,
            "names: 7 (expected: at most 6, xds.limits.names)",
            ago(60),
            ago(10),
            3));

    assertThat(only())
        .extracting(ProblemStatus::kind, ProblemStatus::subject, ProblemStatus::since)
        .containsExactly(Kind.CLIENTS_CUT_OFF, "istiod-0", ago(60));
    assertThat(only().message())
        .isEqualTo(
            "The client 10.0.0.9 was cut off at port 15010: names: 7 (expected: at most 6,"
                + " xds.limits.names).");
    assertThat(only().command()).isEqualTo("fairlead get denied");
  }

  @Test
  void notices_areOneProblemOfEachKind() {
    registry(
        RegistrySummary.State.UP,
        NOW,
        "",
        null,
        new Notice(Notice.Kind.RULE_NOT_APPLIED, "a", "Rule a is not applied.", "Move it."),
        new Notice(Notice.Kind.CREDENTIAL_EXPIRES, "token", "It expires.", "Write one."),
        new Notice(Notice.Kind.RULE_NOT_APPLIED, "b", "Rule b is not applied.", "Move it."),
        new Notice(Notice.Kind.CHANGES_LATE, "watches", "They come late.", "Use HTTPS."));

    List<ProblemStatus> found = find();

    assertThat(found)
        .extracting(ProblemStatus::kind)
        .containsExactly(Kind.CREDENTIAL_EXPIRES, Kind.CHANGES_LATE, Kind.RULES_NOT_APPLIED);
    assertThat(found).allMatch(it -> it.severity() == Severity.WARNING);
    assertThat(found.get(0).message()).isEqualTo("It expires.");
    assertThat(found.get(2).message()).isEqualTo("Rule a is not applied. More like it: 1.");
  }
}
