package io.fairlead.registry.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.TestAuthority;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.TlsFiles;
import io.fairlead.registry.testkit.FaultProxy;
import io.fairlead.registry.testkit.SinkEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that speaks TLS and asks clients for a certificate. */
@NeedsServer(ZooKeeperServer.NAME)
class ZooKeeperTlsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder = Path.of("");
  private final TestAuthority authority = TestAuthority.create("zookeeper");
  private final ZooKeeperServer server = ZooKeeperServer.startWithTls(authority);
  private final FaultProxy link = FaultProxy.to(server.securePort());
  private final List<String> addresses = List.of("localhost:" + link.port());

  @BeforeEach
  void prepare() {
    authority.write(folder.resolve("ca.crt"));
    put("10.0.0.1");
  }

  @AfterEach
  void close() {
    link.close();
    server.close();
  }

  private void put(String address) {
    String url = "dubbo://" + address + ":20880/orders?application=a";
    server.api().put("/dubbo/orders/providers/" + ProviderUrls.encoded(url), "");
  }

  private TestAuthority.Leaf writeClient(TestAuthority issuer) {
    TestAuthority.Leaf client = issuer.leaf("client");
    client.write(folder, "client");
    return client;
  }

  private TlsFiles files(String ca, String key) {
    return new TlsFiles(folder.resolve(ca), folder.resolve("client.crt"), folder.resolve(key));
  }

  /** Returns the files in which keys are handed to ZooKeeper's client. */
  private static Set<Path> temporary() throws IOException {
    try (var all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(file -> file.getFileName().toString().startsWith("fairlead-zookeeper-"))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void connectionThatBreaks_comesBack_withoutAnotherSession() {
    writeClient(authority);
    try (Mirroring mirroring =
        Mirroring.of(addresses, "")
            .with("tls", files("ca.crt", "client.key"))
            // No other session is opened while the test lasts.
            .with("sessionTimeout", Duration.ofMinutes(1))
            .start()) {
      mirroring.await("dubbo/orders", "10.0.0.1");
      int mark = mirroring.sink().mark();
      link.reset();
      mirroring.sink().awaitEvent(mark, "a failure", LIMIT, SinkEvent::isFailure);
      put("10.0.0.2");
      mirroring.await("dubbo/orders", "10.0.0.1", "10.0.0.2");
    }
  }

  @Test
  void keyForTheClient_isTheUsersAlone_andGoneAtTheEnd() throws IOException {
    writeClient(authority);
    Set<Path> before = temporary();
    Set<Path> own = new HashSet<>();
    try (Mirroring mirroring =
        Mirroring.of(addresses, "").with("tls", files("ca.crt", "client.key")).start()) {
      mirroring.await("dubbo/orders", "10.0.0.1");
      own.addAll(temporary());
      own.removeAll(before);
      assertThat(own).hasSize(1);
      for (Path file : own) {
        assertThat(Files.getPosixFilePermissions(file))
            .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      }
    }
    assertThat(own).noneMatch(Files::exists);
  }

  @Test
  void certificateThatIsRefused_isReadAnew_onceItIsRenewed() {
    writeClient(TestAuthority.create("former"));
    try (Mirroring mirroring =
        Mirroring.of(addresses, "").with("tls", files("ca.crt", "client.key")).start()) {
      SinkEvent failure = mirroring.sink().awaitEvent(0, "a failure", LIMIT, SinkEvent::isFailure);
      assertThat(failure.toString()).contains("opens no session", "tls");
      writeClient(authority);
      mirroring.await("dubbo/orders", "10.0.0.1");
    }
  }

  @Test
  void keyInAnOlderForm_isTaken() throws IOException {
    Files.writeString(folder.resolve("older.key"), writeClient(authority).olderKeyPem());
    try (Mirroring mirroring =
        Mirroring.of(addresses, "").with("tls", files("ca.crt", "older.key")).start()) {
      mirroring.await("dubbo/orders", "10.0.0.1");
    }
  }

  @Test
  void serverOfAnotherAuthority_isNotBelieved() {
    writeClient(authority);
    TestAuthority.create("other").write(folder.resolve("other.crt"));
    try (Mirroring mirroring =
        Mirroring.of(addresses, "").with("tls", files("other.crt", "client.key")).start()) {
      SinkEvent failure = mirroring.sink().awaitEvent(0, "a failure", LIMIT, SinkEvent::isFailure);
      assertThat(failure.toString()).contains("opens no session", "tls");
    }
  }
}
