package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulApi;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Notice;
import io.fairlead.registry.RegistryLoad;
import io.fairlead.registry.Secret;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that lack rights, lose them, or go away, with a real Consul's ACLs. */
@NeedsServer("consul")
class ConsulAclTest {
  private static final String FULL =
      "service_prefix \"\" { policy = \"read\" } node_prefix \"\" { policy = \"read\" }";
  private static final String NARROW =
      "service_prefix \"web\" { policy = \"read\" } node_prefix \"\" { policy = \"read\" }";
  private static ConsulServer consul;
  private static int policies;

  private final Path folder;

  ConsulAclTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeAll
  static void start() {
    consul = ConsulServer.builder().acl().start();
  }

  @AfterAll
  static void stop() {
    consul.close();
  }

  @BeforeEach
  void services() {
    consul.api().register("n1", "web-1", "web", "10.0.0.1", 80);
    consul.api().register("n1", "api-1", "api", "10.0.0.2", 80);
  }

  private static ConsulApi.Token token(String rules) {
    return consul.api().token(policy(), rules);
  }

  private static String policy() {
    return "policy-" + ++policies;
  }

  private ConsulConfiguration with(String secret, AclFiltering filtering) throws IOException {
    Path file = folder.resolve("token");
    Files.writeString(file, secret + "\n");
    return Configurations.at(consul.address())
        .token(new Secret.InFile(file))
        .maxWait(Duration.ofSeconds(1))
        .aclFiltering(filtering)
        .build();
  }

  private ConsulConfiguration with(ConsulApi.Token token) throws IOException {
    return with(token.secret(), AclFiltering.REFUSE);
  }

  @Test
  void token_withTheRightsReadsAll() throws IOException {
    try (Mirrored mirrored = new Mirrored(with(token(FULL)))) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state())
          .containsOnlyKeys(ServiceId.of("web"), ServiceId.of("api"));
    }
  }

  @Test
  void token_unknown_failsAndTellsTheRight() throws IOException {
    String unknown = "11111111-1111-1111-1111-111111111111";
    try (Mirrored mirrored = new Mirrored(with(unknown, AclFiltering.REFUSE))) {
      assertThat(mirrored.awaitFailure(0, "403")).contains("service:read").contains("node:read");
      assertThat(mirrored.sink().resyncs()).isZero();
    }
  }

  @Test
  void token_absent_isNotTakenForAnEmptyRegistry() {
    ConsulConfiguration anonymous = Configurations.at(consul.address()).build();
    try (Mirrored mirrored = new Mirrored(anonymous)) {
      mirrored.awaitFailure(0, "Consul's own service");
      assertThat(mirrored.sink().resyncs()).isZero();
    }
  }

  @Test
  void token_tooNarrow_failsUntilItHasTheRights() throws IOException {
    ConsulApi.Token token = token(NARROW);
    try (Mirrored mirrored = new Mirrored(with(token))) {
      assertThat(mirrored.awaitFailure(0, "ACLs")).contains("service_prefix");
      assertThat(mirrored.sink().resyncs()).isZero();
      consul.api().changeToken(token, policy(), FULL);
      mirrored.await("api", 1);
    }
  }

  @Test
  void token_narrowOnPurpose_mirrorsWhatItSees() throws IOException {
    try (Mirrored mirrored = new Mirrored(with(token(NARROW).secret(), AclFiltering.ACCEPT))) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).containsOnlyKeys(ServiceId.of("web"));
      consul.api().register("n1", "web2-1", "web2", "10.0.0.3", 80);
      mirrored.await("web2", 1);
      consul.api().deregister("n1", "web2-1");
      mirrored.await("web2", 0);
    }
  }

  @Test
  void token_narrowedWhileRunning_freezesRemovalsAndLetsAdditionsThrough() throws IOException {
    ConsulApi.Token token = token(FULL);
    try (Mirrored mirrored = new Mirrored(with(token))) {
      mirrored.awaitSynced();
      Map<ServiceId, Service> before = mirrored.sink().state();
      int mark = mirrored.mark();
      consul.api().changeToken(token, policy(), NARROW);
      mirrored.awaitFailure(mark, "ACLs");
      consul.api().register("n1", "web-new-1", "web-new", "10.0.0.4", 80);
      mirrored.await("web-new", 1);
      mirrored.assertNothingLost(mark, before);
      consul.api().deregister("n1", "web-new-1");
      mark = mirrored.mark();
      consul.api().changeToken(token, policy(), FULL);
      mirrored.awaitSuccess(mark);
      mirrored.await("web-new", 0);
      mirrored.await("api", 1);
    }
  }

  @Test
  void token_revokedWhileRunning_keepsEverythingUntilTheFileHasANewOne() throws IOException {
    ConsulApi.Token token = token(FULL);
    try (Mirrored mirrored = new Mirrored(with(token))) {
      mirrored.awaitSynced();
      Map<ServiceId, Service> before = mirrored.sink().state();
      int mark = mirrored.mark();
      consul.api().revoke(token);
      mirrored.awaitFailure(mark, "403");
      consul.api().deregister("n1", "api-1");
      mirrored.awaitFailure(mirrored.mark(), "403");
      mirrored.assertNothingLost(mark, before);
      Files.writeString(folder.resolve("token"), token(FULL).secret());
      mirrored.await("api", 0);
      mirrored.await("web", 1);
    }
  }

  @Test
  void token_fileMissing_failsByNameUntilItIsThere() throws IOException {
    ConsulConfiguration configuration = with(token(FULL));
    Path file = folder.resolve("token");
    String secret = Files.readString(file);
    Files.delete(file);
    try (Mirrored mirrored = new Mirrored(configuration)) {
      mirrored.awaitFailure(0, file.toString());
      Files.writeString(file, secret);
      mirrored.awaitSynced();
    }
  }

  @Test
  void token_thatExpires_isToldBeforeAndAfter_andANewOneEndsIt() throws Exception {
    ConsulApi.Token token = consul.api().token(policy(), FULL, Duration.ofMinutes(1));
    try (Mirrored mirrored = new Mirrored(with(token))) {
      mirrored.awaitSynced();
      Map<ServiceId, Service> before = mirrored.sink().state();
      Awaitility.await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> !mirrored.sink().notices().isEmpty());
      Notice notice = mirrored.sink().notices().get(0);
      assertThat(notice.kind()).isEqualTo(Notice.Kind.CREDENTIAL_EXPIRES);
      assertThat(notice.message()).startsWith("The Consul token expires at 20");
      assertThat(notice.advice()).contains(folder.resolve("token").toString());
      int mark = mirrored.mark();
      mirrored.awaitFailure(mark, "the present one expired at 20");
      mirrored.assertNothingLost(mark, before);
      Awaitility.await()
          .atMost(Mirrored.LIMIT)
          .until(() -> mirrored.sink().notices().get(0).message().contains("expired at 20"));
      mark = mirrored.mark();
      Files.writeString(folder.resolve("token"), token(FULL).secret());
      mirrored.awaitSuccess(mark);
      Awaitility.await().atMost(Mirrored.LIMIT).until(() -> mirrored.sink().notices().isEmpty());
    }
  }

  @Test
  void token_withoutAnEnd_isNoNotice_andTheLoadIsTold() throws Exception {
    try (Mirrored mirrored = new Mirrored(with(token(FULL)))) {
      mirrored.awaitSynced();
      Awaitility.await()
          .atMost(Mirrored.LIMIT)
          .until(
              () -> {
                RegistryLoad load = mirrored.sink().load();
                // The leader, the catalog, two services, the token and the watches.
                return load != null && load.requests() >= 7 && load.connections() >= 3;
              });
      assertThat(mirrored.sink().load())
          .isNotNull()
          .extracting(RegistryLoad::maxConnections)
          .isEqualTo(150);
      assertThat(mirrored.sink().notices()).isEmpty();
    }
  }
}
