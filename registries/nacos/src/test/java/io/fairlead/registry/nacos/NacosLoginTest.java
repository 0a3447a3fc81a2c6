package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.NacosApi;
import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Secret;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Users, passwords and rights, on real servers 3.x. */
@NeedsServer(NacosServer.NAME)
@ExtendWith(SharedNacos.class)
class NacosLoginTest {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final ServiceId WEB = new ServiceId("public", "DEFAULT_GROUP", "web");

  private final NacosServer server = SharedNacos.get(generation(), Login.EVERYTHING);
  private final NacosApi api = server.api();
  private final String user = "user-" + NAMES.incrementAndGet();

  @TempDir Path folder = Path.of("");

  /** Of the server; asked before the test's own fields are set. */
  Generation generation() {
    return Generation.NACOS_3;
  }

  private Secret secret(String name, String value) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, value + "\n");
    return new Secret.InFile(file);
  }

  private NacosConfiguration configuration(
      @Nullable List<String> namespaces, List<String> groups, String password) throws IOException {
    return Mirroring.withLogin(
        Mirroring.configuration(server.address(), namespaces, groups, Duration.ofSeconds(2)),
        secret("username", user),
        secret("password", password));
  }

  @Test
  void login_userWithTheRightToRead_seesServicesAndTheirChanges() throws IOException {
    api.createUser(user, "right", "public", "r");
    api.register(NacosInstance.of("web", "10.0.0.1", 80));
    try (Mirroring mirroring =
        new Mirroring(configuration(List.of("public"), List.of("*"), "right"))) {
      mirroring.awaitInstances(WEB, 1);
      api.register(NacosInstance.of("web", "10.0.0.2", 80));
      mirroring.awaitInstances(WEB, 2);
      api.deregister(NacosInstance.of("web", "10.0.0.2", 80));
      mirroring.awaitInstances(WEB, 1);
    }
  }

  @Test
  void login_wrongPassword_isNamedAndTheCorrectedOneIsUsed() throws IOException {
    api.createUser(user, "right", "public", "r");
    api.register(NacosInstance.of("web", "10.0.0.1", 80));
    try (Mirroring mirroring =
        new Mirroring(configuration(List.of("public"), List.of("*"), "wrong"))) {
      assertThat(mirroring.awaitRefusal())
          .contains("login of user " + user, server.address(), "refused")
          .doesNotContain("wrong");
      assertThat(mirroring.sink.resyncs()).isZero();
      secret("password", "right");
      mirroring.await("web", state -> state.containsKey(WEB));
    }
  }

  @Test
  void login_userWithoutTheRight_isToldWhichOneIsMissing() throws IOException {
    api.createNamespace(user);
    api.createUser(user, "right", "public", "r");
    try (Mirroring mirroring = new Mirroring(configuration(List.of(user), List.of("*"), "right"))) {
      assertThat(mirroring.awaitRefusal())
          .contains("namespace " + user, "403", "the right r on the namespace");
    }
  }

  @Test
  void all_userWithoutRights_isToldWhatToDo() throws IOException {
    api.createUser(user, "right", "public", "r");
    try (Mirroring mirroring = new Mirroring(configuration(null, List.of("*"), "right"))) {
      // Servers 2.x let everybody list the namespaces.
      assertThat(mirroring.awaitRefusal()).contains("namespace", "the right r on the namespace");
    }
  }

  @Test
  void login_none_isToldToConfigureOne() {
    NacosConfiguration anonymous =
        Mirroring.configuration(
            server.address(), List.of("public"), List.of("DEFAULT_GROUP"), Duration.ofSeconds(2));
    try (Mirroring mirroring = new Mirroring(anonymous)) {
      assertThat(mirroring.awaitRefusal()).contains("username and password");
    }
  }

  @Test
  void httpApi_refused_everyGroupNeedsIt() {
    Login refusing = generation() == Generation.NACOS_3 ? Login.ADMIN_API : Login.EVERYTHING;
    NacosConfiguration anonymous =
        Mirroring.configuration(
            SharedNacos.get(generation(), refusing).address(),
            List.of("public"),
            List.of("*"),
            Duration.ofSeconds(2));
    try (Mirroring mirroring = new Mirroring(anonymous)) {
      assertThat(mirroring.awaitRefusal())
          .contains("all groups", "name the groups", "username and password");
    }
  }
}
