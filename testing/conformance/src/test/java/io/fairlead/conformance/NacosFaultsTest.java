package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NacosApi;
import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosLink;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Pause;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of faults of a real Nacos: nothing that exists leaves the mesh, everything that really left
 * leaves it, and the operator sees why. The cases are those of docs/registries.md.
 */
@NeedsServer({NacosServer.NAME, "istiod-1.27.0"})
final class NacosFaultsTest {
  private static final AtomicInteger NAMESPACES = new AtomicInteger();
  private static final int CLIENTS = 5;
  private static final int SERVICES = 6;
  // They return with the restart of the server.
  private static final int RETURNING = 3;

  private static NacosServer server;

  private final String namespace = "faults-" + NAMESPACES.incrementAndGet();
  private final Path folder;

  NacosFaultsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeAll
  static void start() {
    server = NacosServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void makeNamespace() {
    api().createNamespace(namespace);
  }

  private static NacosApi api() {
    return server.api();
  }

  private WatchedGateway gateway(String address, String keys) {
    return new WatchedGateway(
        "nacos",
        "addresses: [\"" + address + "\"], namespaces: [" + namespace + "], keepEmpty: 3s" + keys,
        // Only after the adapter has let them go does the guard have something to confirm.
        "guard: {confirmAfter: 5s}");
  }

  private NacosInstance instance(String service, int number) {
    return NacosInstance.of(service, "10.0.0." + number, 80).in(namespace, "DEFAULT_GROUP");
  }

  // 4. A restart.

  @Test
  void restart_instancesThatRegisterAgainSlowlyNeverLeave() {
    List<NacosClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        NacosClient client = new NacosClient(server, namespace, folder.resolve("client-" + i));
        clients.add(client);
        for (int j = 0; j < SERVICES; j++) {
          client.with("s" + i + "-" + j, "10.0." + i + "." + j, 80);
        }
      }
      api().register(instance("lasting", 1));
      try (WatchedGateway gateway = gateway(server.address(), "");
          IstiodServer istiod =
              IstiodServer.builder("1.27.0").sources(gateway.process().source()).start()) {
        gateway.awaitServices(CLIENTS * SERVICES + 1);
        istiod.awaitSynced();
        int mark = istiod.awaitQuiet(Duration.ofSeconds(1));

        clients.forEach(NacosClient::disconnect);
        server.kill();
        gateway.awaitProblem(server.address());
        server.startAgain();
        for (int i = 0; i < RETURNING; i++) {
          Pause.of(Duration.ofSeconds(3));
          clients.get(i).reconnect();
        }
        api().register(instance("new", 1));
        gateway.awaitEndpoints("new", "10.0.0.1:80");
        awaitServicesInNacos(RETURNING * SERVICES + 2);
        gateway.assertNothingLeft();

        // The others do not return.
        Set<String> lost = new TreeSet<>();
        for (int i = RETURNING; i < CLIENTS; i++) {
          for (int j = 0; j < SERVICES; j++) {
            gateway.awaitGone("s" + i + "-" + j);
            lost.add("s" + i + "-" + j + ".mesh");
          }
        }
        gateway.awaitUp();
        gateway.awaitServices(RETURNING * SERVICES + 2);
        istiod.awaitQuiet(Duration.ofSeconds(1));
        awaitServicesInNacos(RETURNING * SERVICES + 2);
        assertThat(gateway.mesh().losses())
            .isNotEmpty()
            .allSatisfy(loss -> assertThat(lost).contains(loss.split(" ", -1)[0]));
        lost.add("new.mesh");
        assertThat(istiod.pushesSince(mark))
            .isNotEmpty()
            .allSatisfy(push -> assertThat(lost).anyMatch(host -> push.cause().contains(host)));
      }
    } finally {
      clients.forEach(NacosClient::close);
    }
  }

  private void awaitServicesInNacos(int count) {
    String list = "/nacos/v3/admin/ns/service/list?pageNo=1&pageSize=100&namespaceId=" + namespace;
    Awaitility.await("services in Nacos")
        .atMost(WatchedGateway.LIMIT)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(api().get(list)).contains("\"totalCount\":" + count + ","));
  }

  // 5. Real removals.

  @Test
  void oneServiceScaledToZero_isEmptiedSoonAndRemovedAfterKeepEmpty() {
    List.of("web", "api").forEach(service -> api().register(instance(service, 1)));
    try (WatchedGateway gateway = gateway(server.address(), "")) {
      gateway.awaitServices(2);
      api().deregister(instance("web", 1));
      gateway.awaitEndpoints(Duration.ofSeconds(10), "web");
      gateway.awaitGone("web");
      assertThat(gateway.mesh().losses()).containsExactly("web.mesh 10.0.0.1:80", "web.mesh");
      api().register(instance("web", 2));
      gateway.awaitEndpoints("web", "10.0.0.2:80");
    }
  }

  // 6. Lost events.

  @Test
  void pushesLost_changesArriveAllTheSame() {
    api().register(instance("web", 1));
    api().register(instance("api", 1));
    api().register(instance("api", 2));
    try (NacosLink link = NacosLink.to(server);
        WatchedGateway gateway = gateway(link.address(), ", reconcileInterval: 2s")) {
      gateway.awaitServices(2);
      // Pushes are sent, and never arrive.
      link.grpc().freeze();
      api().register(instance("web", 2));
      api().deregister(instance("api", 2));
      api().register(instance("new", 1));
      Duration limit = Duration.ofSeconds(20);
      gateway.awaitEndpoints(limit, "web", "10.0.0.1:80", "10.0.0.2:80");
      gateway.awaitEndpoints(limit, "api", "10.0.0.1:80");
      gateway.awaitEndpoints(limit, "new", "10.0.0.1:80");
      // Not shown by the counts of the list: a whole read finds it.
      api().update(instance("web", 1).withEnabled(false));
      gateway.awaitEndpoints(limit, "web", "10.0.0.2:80");
      link.grpc().thaw();
      api().register(instance("new", 2));
      gateway.awaitEndpoints("new", "10.0.0.1:80", "10.0.0.2:80");
      gateway.awaitUp();
      assertThat(gateway.mesh().losses())
          .containsExactly("api.mesh 10.0.0.2:80", "web.mesh 10.0.0.1:80");
    }
  }

  @Test
  void connectionsFrozen_isSeenAndChangesArriveAfterwards() {
    api().register(instance("web", 1));
    api().register(instance("api", 1));
    try (NacosLink link = NacosLink.to(server);
        WatchedGateway gateway = gateway(link.address(), ", settle: 3s")) {
      gateway.awaitServices(2);
      link.http().freeze();
      link.grpc().freeze();
      api().register(instance("web", 2));
      api().deregister(instance("api", 1));
      gateway.awaitProblem(link.address());
      gateway.assertNothingLeft();
      link.http().thaw();
      link.grpc().thaw();
      gateway.awaitEndpoints("web", "10.0.0.1:80", "10.0.0.2:80");
      gateway.awaitUp();
      gateway.awaitGone("api");
      assertThat(gateway.mesh().losses()).containsExactly("api.mesh 10.0.0.1:80", "api.mesh");
    }
  }
}
