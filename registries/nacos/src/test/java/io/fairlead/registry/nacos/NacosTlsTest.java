package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.alibaba.nacos.api.exception.NacosException;
import io.fairlead.common.KeyedRecord;
import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server that speaks TLS only, over HTTP and gRPC, with clients that have a certificate. */
@NeedsServer(NacosServer.NAME)
class NacosTlsTest {
  private static final ServiceId WEB = new ServiceId("public", "DEFAULT_GROUP", "web");

  @TempDir Path folder = Path.of("");

  private NacosConfiguration configuration(NacosServer server, TlsFiles tls) {
    return KeyedRecord.of(NacosConfiguration.class)
        .with(
            Map.of(
                "addresses",
                List.of(server.address()),
                "tls",
                tls,
                "settle",
                Duration.ofSeconds(2)));
  }

  @Test
  void tls_certificatesOfOneAuthority_readsAndPushes_anothersIsRefused() throws Exception {
    TestAuthority authority = TestAuthority.create("nacos");
    authority.write(folder.resolve("ca.crt"));
    TestAuthority.Leaf leaf = authority.leaf("fairlead");
    leaf.write(folder, "client");
    Files.writeString(folder.resolve("older.key"), leaf.olderKeyPem());
    TestAuthority.create("other").write(folder.resolve("other.crt"));
    TlsFiles right = files("ca.crt");
    try (NacosServer server = NacosServer.startWithTls(authority)) {
      server.api().register(NacosInstance.of("web", "10.0.0.1", 80));
      NacosConfiguration configuration = configuration(server, right);
      try (Mirroring mirroring = new Mirroring(configuration)) {
        mirroring.awaitInstances(WEB, 1);
        server.api().register(NacosInstance.of("web", "10.0.0.2", 80));
        mirroring.awaitInstances(WEB, 2);
      }
      assertPushed(server, right, 2);
      // As openssl and Vault write it: the vendor's client reads PKCS#8 only.
      TlsFiles older = new TlsFiles(right.ca(), right.cert(), folder.resolve("older.key"));
      try (Mirroring mirroring = new Mirroring(configuration(server, older))) {
        mirroring.awaitInstances(WEB, 3);
      }
      assertPushed(server, older, 3);
      try (Mirroring mirroring = new Mirroring(configuration(server, files("other.crt")))) {
        assertThat(mirroring.awaitRefusal())
            .contains(server.address(), "does not answer")
            .containsIgnoringCase("certif");
      }
    }
  }

  private void assertPushed(NacosServer server, TlsFiles tls, int before) throws Exception {
    BlockingQueue<Integer> pushes = new LinkedBlockingQueue<>();
    NacosConfiguration configuration = configuration(server, tls);
    try (VendorNamingFactory clients =
            new VendorNamingFactory(
                NacosRegistryFactory.addresses(configuration),
                "/nacos",
                tls,
                NacosRegistryFactory.login(configuration));
        Naming client = clients.open("public")) {
      // It connects in the background.
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptionsInstanceOf(NacosException.class)
          .until(
              () -> {
                client.subscribe(WEB, instances -> pushes.add(instances.size()));
                return true;
              });
      assertThat(pushes.poll(20, TimeUnit.SECONDS)).isEqualTo(before);
      server.api().register(NacosInstance.of("web", "10.0.0." + (before + 1), 80));
      assertThat(pushes.poll(20, TimeUnit.SECONDS)).isEqualTo(before + 1);
    }
  }

  private TlsFiles files(String ca) {
    return new TlsFiles(
        folder.resolve(ca), folder.resolve("client.crt"), folder.resolve("client.key"));
  }
}
