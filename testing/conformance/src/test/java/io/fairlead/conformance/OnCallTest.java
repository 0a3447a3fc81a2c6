package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.ConsulApi;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.NeedsSmallDisk;
import io.fairlead.harness.SmallDisk;
import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The night of somebody on call: what goes wrong, and what the console, the commands and the
 * metrics say of it, while a real istiod keeps its one stream and its services through all of it. A
 * full disk is in {@link FullDiskTest}, a replica that is killed in {@link ThreeGatewaysTest}, a
 * root file system that is read-only in {@link ImageTest}.
 *
 * <p>What a person types, and how long each answer takes, is written to {@code target/on-call.md}.
 */
@NeedsServer({"consul", "istiod-1.27.0"})
@NeedsSmallDisk
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OnCallTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String RIGHTS =
      "service_prefix \"\" { policy = \"read\" } node_prefix \"\" { policy = \"read\" }";
  private static final TestAuthority AUTHORITY = TestAuthority.create("servers");

  private final ConsulServer consul = ConsulServer.builder().acl().start();
  private final ConsulApi api = consul.api();
  private final GatewayProcess gateway = GatewayProcess.of(configuration("files", "services"));
  private final Operator operator = new Operator(gateway);
  private final List<String> answers = new ArrayList<>();
  private List<IstiodServer> istiod = List.of();
  private List<String> streams = List.of();

  private String configuration(String name, String path) {
    return """
    xds:
      tls: {address: "@xds@", certificate: tls.crt, key: tls.key}
    admin: {address: "@admin@"}
    registries:
    - {name: consul, type: consul, addresses: ["%s"], token: {file: token}, maxWait: 2s}
    - {name: %s, type: file, path: %s, rescan: 100ms}
    """
        .formatted(consul.address(), name, path);
  }

  @BeforeAll
  void start() throws IOException {
    api.register("n1", "web-1", "web", "10.0.0.1", 80);
    write("token", api.token("fairlead", RIGHTS).secret());
    write("services/one.yaml", "services: [{name: s, instances: [{address: 10.0.0.2, port: 80}]}]");
    AUTHORITY.write(gateway.folder().resolve("ca.crt"));
    AUTHORITY.leaf("127.0.0.1").write(gateway.folder(), "tls");
    gateway.start().awaitReady();
    String sources =
        gateway
            .run("mesh-config", "--config", gateway.config().toString())
            .out()
            .lines()
            .filter(line -> !line.contains("k8s://"))
            .collect(Collectors.joining("\n", "", "\n"));
    istiod = List.of(IstiodServer.builder(Istiods.NEWEST).configSources(sources).start());
    istiod.get(0).awaitSynced();
    streams = streams();
    assertThat(streams).hasSize(1);
  }

  @AfterEach
  void streamsAndServicesStay() {
    List<JsonNode> problems = operator.items("problems");
    if (!problems.isEmpty()) {
      // So that the next test begins with a sound gateway all the same.
      gateway.rewriteConfig(configuration("files", "services"));
      AUTHORITY.leaf("127.0.0.1").write(gateway.folder(), "tls");
      awaitNoProblem();
    }
    assertThat(problems).as("problems at the end").isEmpty();
    assertThat(streams()).as("streams of istiods").isEqualTo(streams);
    assertThat(istiod.get(0).serviceEntries()).hasSize(2);
  }

  @AfterAll
  void end() throws IOException {
    istiod.forEach(IstiodServer::close);
    gateway.close();
    consul.close();
    if (!answers.isEmpty()) {
      Files.write(
          Files.createDirectories(Path.of("target")).resolve("on-call.md"),
          answers,
          StandardCharsets.UTF_8);
    }
  }

  private List<String> streams() {
    return operator.items("clients").stream()
        .map(client -> client.path("id").asText() + " since " + client.path("connected").asText())
        .toList();
  }

  private void write(String name, String text) {
    Path file = gateway.folder().resolve(name);
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command as somebody on call does, and writes down how long its answer took. */
  private String asked(String what, int exitCode, String... arguments) {
    long begin = System.nanoTime();
    GatewayProcess.Result result = gateway.run(arguments);
    double seconds = (System.nanoTime() - begin) / 1e9;
    String said = result.out() + result.err();
    assertThat(result.exitCode()).as(said).isEqualTo(exitCode);
    answers.add(
        String.format(
            Locale.ROOT,
            "## %s%n`fairlead %s` (%.1f s)%n```%n%s```",
            what,
            String.join(" ", arguments),
            seconds,
            said));
    return said;
  }

  /**
   * Asserts that a problem is shown, by the API that the console shows first, by {@code doctor} and
   * in the metric of all problems.
   */
  private String assertShown(String what, String kind, String subject, String text) {
    operator.awaitItems(
        "problems", problems -> problems.stream().anyMatch(one -> is(one, kind, subject, text)));
    String doctor = asked(what, 1, "doctor", "--admin", gateway.adminUrl());
    assertThat(doctor.replaceAll("\\s+", " ")).contains(subject, text);
    assertThat(gateway.metrics().sum("fairlead_problems", "kind", kind)).isPositive();
    return doctor;
  }

  private static boolean is(JsonNode problem, String kind, String subject, String text) {
    return problem.path("kind").asText().equals(kind)
        && problem.path("subject").asText().contains(subject)
        && problem.path("message").asText().contains(text)
        && !problem.path("advice").asText().isEmpty();
  }

  private String get(String kind) {
    return asked("... in detail", 0, "get", kind, "--admin", gateway.adminUrl());
  }

  private void awaitNoProblem() {
    operator.awaitItems("problems", List::isEmpty);
  }

  @Test
  void wrongKey_isNamedWithItsLine_andTheFormerConfigurationGoesOn() {
    gateway.rewriteConfig(
        configuration("files", "services") + "guard: {share: 0.3, confrimAfter: 5m}\n");

    assertShown(
        "A wrong key in the configuration", "reload_refused", "fairlead.yaml", "confrimAfter");
    assertThat(asked("... and where", 2, "check", "--config", gateway.config().toString()))
        .contains("fairlead.yaml:", "guard.confrimAfter", "confirmAfter");
    operator.awaitMetric(0, "fairlead_config_last_reload_successful");

    gateway.rewriteConfig(configuration("files", "services"));
    awaitNoProblem();
    operator.awaitMetric(1, "fairlead_config_last_reload_successful");
  }

  @Test
  void wrongToken_isNamed_andWhatWasKnownStays() {
    write("token", "11111111-2222-3333-4444-555555555555");
    // What is under way was authorised by the former.
    api.register("n1", "web-1", "web", "10.0.0.1", 80);

    assertShown("A wrong token", "registry_failing", "consul", "403");
    assertThat(get("registries")).contains("consul", "failing");
    operator.awaitMetric(0, "fairlead_registry_up", "registry", "consul");

    write("token", api.token("again", RIGHTS).secret());
    awaitNoProblem();
    operator.awaitMetric(1, "fairlead_registry_up", "registry", "consul");
  }

  @Test
  void registryDown_isNamed_andWhatWasKnownStays() {
    consul.stop();
    try {
      assertShown("A registry that is down", "registry_failing", "consul", "connection refused");
      assertThat(get("registries")).contains("consul", "failing", "connection refused");
      operator.awaitMetric(0, "fairlead_registry_up", "registry", "consul");
      assertThat(
              asked(
                  "... and what its services do in the mesh",
                  0,
                  "describe",
                  "web",
                  "--admin",
                  gateway.adminUrl()))
          .contains("served", "connection refused");
    } finally {
      consul.start();
    }
    awaitNoProblem();
  }

  @Test
  void certificateSwapped_aGoodOneIsTaken_aBadOneIsNamedAndTheFormerStays() {
    AUTHORITY.leaf("127.0.0.1").write(gateway.folder(), "tls");
    operator.awaitMetric(1, "fairlead_tls_reloads_total", "listener", "xds", "outcome", "applied");
    assertThat(operator.items("problems")).isEmpty();
    assertThat(get("certificates")).contains("xds", "127.0.0.1");

    write("tls.key", AUTHORITY.leaf("127.0.0.1").keyPem());
    assertShown("A certificate that was swapped", "certificate_refused", "xds", "tls.key");
    get("certificates");
    operator.awaitMetric(1, "fairlead_tls_certificate_refused", "listener", "xds");
    // Whoever connects now still gets the former one.
    assertThat(
            asked(
                "... and what clients get",
                0,
                "watch",
                gateway.xdsAddress(),
                "--once",
                "--ca",
                gateway.folder().resolve("ca.crt").toString()))
        .contains("consul/web.service.dc1.consul");

    AUTHORITY.leaf("127.0.0.1").write(gateway.folder(), "tls");
    awaitNoProblem();
    operator.awaitMetric(0, "fairlead_tls_certificate_refused", "listener", "xds");
  }

  @Test
  void registryRenamedToOneThatCannotBeRead_isNamed_andWhatWasThereStays() {
    gateway.rewriteConfig(configuration("renamed", "servces"));

    assertShown("A registry that was renamed", "removals_held", "files", "renamed");
    assertShown("... and why", "registry_failing", "renamed", "servces: does not exist");
    assertThat(get("holds")).contains("reload", "files", "no limit");
    operator.awaitMetric(1, "fairlead_holds", "registry", "files", "reason", "reload");

    gateway.rewriteConfig(configuration("renamed", "services"));
    awaitNoProblem();
    gateway.rewriteConfig(configuration("files", "services"));
    await("the former name").atMost(LIMIT).until(() -> has("files"));
    awaitNoProblem();
  }

  private boolean has(String registry) {
    return gateway
            .get("/api/v1/registries")
            .path("items")
            .findValuesAsText("name")
            .contains(registry)
        && operator.items("resources").size() == 2
        && istiod.get(0).serviceEntries().stream()
            .anyMatch(entry -> registry.equals(entry.labels().get("fairlead.io/registry")));
  }

  // A gateway that does not start has no console and no metrics of its own: Prometheus says that it
  // is missing (FairleadDown, FairleadReplicaMissing).

  private String other(String more) {
    write(
        "other/fairlead.yaml",
        more + "registries: [{name: files, type: file, path: ../services}]\n");
    return gateway.folder().resolve("other/fairlead.yaml").toString();
  }

  private String doctorOf(String what, String config) {
    return asked(
        what, 1, "doctor", "--config", config, "--admin", "http://127.0.0.1:" + FreePorts.next());
  }

  @Test
  void portInUse_isNamedWithItsKey() {
    String config =
        other(
            "xds: {address: \"%s\"}\nadmin: {address: \"127.0.0.1:%d\"}\n"
                .formatted(gateway.xdsAddress(), FreePorts.next()));

    assertThat(asked("A port that is in use", 1, "serve", "--config", config))
        .contains(
            "xds.address: "
                + gateway.xdsAddress()
                + " cannot be listened on: address already in use");
    assertThat(doctorOf("... and who has it", config))
        .contains("port  " + gateway.xdsAddress(), "address already in use", "ss -ltnp")
        .doesNotContain(" INFO ");
  }

  @Test
  void secondInstanceOnOneStore_namesTheFirst() {
    String config =
        other(
            "xds: {address: \"127.0.0.1:%d\"}\nadmin: {address: \"127.0.0.1:%d\"}\nstore: {path: \"%s\"}\n"
                .formatted(
                    FreePorts.next(),
                    FreePorts.next(),
                    gateway.dataFolder().resolve("fairlead.db")));

    assertThat(asked("A second instance on one store", 1, "serve", "--config", config))
        .contains("fairlead.db", "in use by");
    assertThat(doctorOf("... and which", config)).contains("fairlead.db", "in use by");
  }

  @Test
  void readOnlyVolume_isNamed() throws IOException {
    Path volume = gateway.folder().resolve("volume");
    try (SmallDisk disk = SmallDisk.mount(volume, 1)) {
      disk.readOnly();
      String config =
          other(
              "xds: {address: \"127.0.0.1:%d\"}\nadmin: {address: \"127.0.0.1:%d\"}\nstore: {path: \"%s\"}\n"
                  .formatted(FreePorts.next(), FreePorts.next(), volume.resolve("fairlead.db")));

      assertThat(asked("A read-only volume", 1, "serve", "--config", config))
          .contains(volume.toString())
          .containsIgnoringCase("read-only");
      assertThat(doctorOf("... and what to do", config))
          .contains("store  " + volume, "The file system of the store is read-only.");
    }
  }
}
