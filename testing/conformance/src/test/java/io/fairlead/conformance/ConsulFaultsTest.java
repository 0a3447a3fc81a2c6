package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulApi;
import io.fairlead.harness.ConsulCluster;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Pause;
import io.fairlead.registry.testkit.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Tests of faults of a real Consul: nothing that exists leaves the mesh, everything that really
 * left leaves it, and the operator sees why. The cases are those of docs/registries.md.
 */
@NeedsServer({"consul", "istiod-1.27.0"})
final class ConsulFaultsTest {
  private static final Duration SETTLE = Duration.ofSeconds(15);

  /** The longest blocking query where connections are refused; Consul adds up to a sixteenth. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(5);

  /** The connections that Consul allows a client address there. */
  private static final int MAX_CONNECTIONS = 12;

  private static WatchedGateway gateway(Object address, String keys) {
    return new WatchedGateway(
        "consul",
        "addresses: [\""
            + address
            + "\"], settle: "
            + SETTLE.toSeconds()
            + "s, keepEmpty: 1s"
            + keys);
  }

  private static Object through(FaultProxy link) {
    return "http://127.0.0.1:" + link.port();
  }

  /** Registers the instance {@code SERVICE-NUMBER} at 10.0.0.NUMBER:80. */
  private static void register(ConsulApi api, String service, int number) {
    api.register("n" + number, service + "-" + number, service, "10.0.0." + number, 80);
  }

  private static void deregister(ConsulApi api, String service, int number) {
    api.deregister("n" + number, service + "-" + number);
  }

  // 1. The index goes backwards.

  @Test
  void dataLost_servicesThatRegisterAgainNeverLeave() {
    try (ConsulServer consul = ConsulServer.started()) {
      consul.api().registerMany("filler", 200);
      List.of("web", "api", "old").forEach(service -> register(consul.api(), service, 1));
      register(consul.api(), "web", 2);
      try (WatchedGateway gateway = gateway(consul.address(), "");
          IstiodServer istiod =
              IstiodServer.builder("1.27.0").sources(gateway.process().source()).start()) {
        gateway.awaitServices(203);
        istiod.awaitSynced();
        int mark = istiod.awaitQuiet(Duration.ofSeconds(1));

        consul.kill();
        gateway.awaitProblem(consul.address().toString());
        consul.startEmpty();
        // One after the other, as agents do: the index is far below the last one for a while.
        register(consul.api(), "web", 1);
        gateway.awaitLog("rebuilt or restored");
        Pause.of(Duration.ofSeconds(1));
        consul.api().registerMany("filler", 200);
        register(consul.api(), "api", 1);
        Pause.of(Duration.ofSeconds(1));
        register(consul.api(), "web", 2);
        register(consul.api(), "new", 1);
        gateway.awaitEndpoints("new", "10.0.0.1:80");
        gateway.assertNothingLeft();

        // What does not register again goes in the end.
        gateway.awaitGone("old");
        gateway.awaitUp();
        assertThat(gateway.mesh().losses())
            .contains("old.mesh")
            .allMatch(loss -> loss.startsWith("old.mesh"));
        assertThat(istiod.awaitQuiet(Duration.ofSeconds(1))).isGreaterThan(mark);
        assertThat(istiod.pushesSince(mark))
            .isNotEmpty()
            .allSatisfy(push -> assertThat(push.cause()).containsAnyOf("old.mesh", "new.mesh"));
      }
    }
  }

  @Test
  void dataLost_indexIsHigherThanBefore_servicesThatRegisterAgainNeverLeave() {
    try (ConsulServer consul = ConsulServer.started();
        FaultProxy link = FaultProxy.to(consul.address().getPort())) {
      register(consul.api(), "web", 1);
      register(consul.api(), "web", 2);
      register(consul.api(), "api", 1);
      try (WatchedGateway gateway = gateway(through(link), "")) {
        gateway.awaitServices(2);
        link.cut();
        gateway.awaitProblem("http://127.0.0.1:" + link.port());
        consul.kill();
        consul.startEmpty();
        consul.api().registerMany("filler", 60);
        register(consul.api(), "web", 1);
        link.restore();

        gateway.awaitEndpoints("filler0", "10.97.0.1:8080");
        Pause.of(Duration.ofSeconds(2));
        register(consul.api(), "web", 2);
        register(consul.api(), "api", 1);
        Pause.of(SETTLE.plusSeconds(2));
        gateway.awaitUp();
        gateway.assertNothingLeft();
        deregister(consul.api(), "web", 2);
        gateway.awaitEndpoints("web", "10.0.0.1:80");
      }
    }
  }

  @Test
  void snapshotRestored_servicesThatRegisterAgainNeverLeave() {
    try (ConsulServer consul = ConsulServer.started()) {
      register(consul.api(), "web", 1);
      register(consul.api(), "gone", 1);
      try (WatchedGateway gateway = gateway(consul.address(), "")) {
        gateway.awaitServices(2);
        byte[] snapshot = consul.api().snapshot();
        register(consul.api(), "web", 2);
        register(consul.api(), "later", 1);
        deregister(consul.api(), "gone", 1);
        gateway.awaitEndpoints("web", "10.0.0.1:80", "10.0.0.2:80");
        gateway.awaitGone("gone");
        gateway.awaitServices(2);
        List<String> before = gateway.mesh().losses();

        consul.api().restore(snapshot);
        gateway.awaitLog("rebuilt or restored");
        // What came back with the snapshot is an addition like any other.
        gateway.awaitEndpoints("gone", "10.0.0.1:80");
        register(consul.api(), "web", 2);
        Pause.of(Duration.ofSeconds(1));
        register(consul.api(), "later", 1);
        Pause.of(SETTLE.plusSeconds(2));
        gateway.awaitUp();
        assertThat(gateway.mesh().losses()).isEqualTo(before);
        assertThat(gateway.mesh().endpoints("web.mesh")).hasSize(2);
        assertThat(gateway.mesh().endpoints("later.mesh")).hasSize(1);
      }
    }
  }

  // 2. No leader, and limits.

  @Test
  void leaderLost_theLastGoodStateStaysAndChangesArriveAfterwards() {
    try (ConsulCluster cluster = ConsulCluster.start(3)) {
      ConsulServer first = cluster.server(0);
      register(first.api(), "web", 1);
      register(first.api(), "api", 1);
      try (WatchedGateway gateway = gateway(first.address(), "")) {
        gateway.awaitServices(2);
        cluster.killAllButFirst();
        gateway.awaitProblem("eader");
        Pause.of(Duration.ofSeconds(3));
        gateway.assertNothingLeft();
        cluster.startOthersAgain();
        register(first.api(), "web", 2);
        gateway.awaitEndpoints("web", "10.0.0.1:80", "10.0.0.2:80");
        gateway.awaitUp();
        gateway.assertNothingLeft();
        deregister(first.api(), "api", 1);
        gateway.awaitGone("api");
      }
    }
  }

  @Test
  void connectionsRefused_theLastGoodStateStaysAndChangesArriveAfterwards() {
    try (ConsulServer consul =
            ConsulServer.builder()
                .hcl("limits { http_max_conns_per_client = " + MAX_CONNECTIONS + " }")
                .start();
        FaultProxy link = FaultProxy.to(consul.address().getPort())) {
      for (int i = 0; i < 30; i++) {
        register(consul.api(), "s" + i, 1);
      }
      try (WatchedGateway gateway =
          gateway(through(link), ", maxWait: " + MAX_WAIT.toSeconds() + "s")) {
        // Far fewer connections than services: Consul answers 429 to most of what is tried.
        gateway.awaitServices(30);
        gateway.awaitLog("http_max_conns_per_client");
        register(consul.api(), "s29", 2);
        gateway.awaitEndpoints("s29", "10.0.0.1:80", "10.0.0.2:80");
        link.cut();
        gateway.awaitProblem("http://127.0.0.1:" + link.port());
        List<Socket> others = takeAllConnections(consul);
        link.restore();
        // Now to all of it.
        gateway.awaitProblem("429");
        gateway.assertNothingLeft();
        others.forEach(ConsulFaultsTest::close);
        gateway.awaitUp();
        register(consul.api(), "s1", 2);
        gateway.awaitEndpoints("s1", "10.0.0.1:80", "10.0.0.2:80");
        gateway.assertNothingLeft();
        deregister(consul.api(), "s2", 1);
        gateway.awaitGone("s2");
      }
    }
  }

  /**
   * Holds every connection that Consul allows a client address.
   *
   * <p>Consul counts a connection that was cut until its blocking query ends. So it must refuse for
   * longer than the longest wait, and what becomes free in between is taken, too.
   */
  private static List<Socket> takeAllConnections(ConsulServer consul) {
    List<Socket> taken = new ArrayList<>();
    byte[] request =
        "GET /v1/status/leader HTTP/1.1\r\nHost: consul\r\n\r\n".getBytes(StandardCharsets.UTF_8);
    long takenAt = System.nanoTime();
    try {
      while (System.nanoTime() - takenAt < MAX_WAIT.multipliedBy(2).toNanos()) {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), consul.address().getPort());
        socket.getOutputStream().write(request);
        byte[] answer = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
        if (new String(answer, StandardCharsets.UTF_8).endsWith("429")) {
          socket.close();
          Pause.of(Duration.ofMillis(100));
        } else {
          taken.add(socket);
          takenAt = System.nanoTime();
        }
        if (taken.size() > MAX_CONNECTIONS) {
          throw new AssertionError(taken.size() + " connections (expected: Consul refuses some)");
        }
      }
      return taken;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // 6. Lost events.

  @Test
  void answersLost_changesArriveAllTheSame() {
    try (ConsulServer consul = ConsulServer.started();
        FaultProxy link = FaultProxy.to(consul.address().getPort())) {
      register(consul.api(), "web", 1);
      register(consul.api(), "api", 1);
      register(consul.api(), "api", 2);
      try (WatchedGateway gateway = gateway(through(link), ", maxWait: 5s")) {
        gateway.awaitServices(2);
        // The answers to the blocking queries of now never arrive.
        assertThat(link.strand()).isGreaterThanOrEqualTo(3);
        register(consul.api(), "web", 2);
        deregister(consul.api(), "api", 2);
        register(consul.api(), "new", 1);
        gateway.awaitEndpoints("web", "10.0.0.1:80", "10.0.0.2:80");
        gateway.awaitEndpoints("new", "10.0.0.1:80");
        gateway.awaitEndpoints("api", "10.0.0.1:80");
        gateway.awaitUp();
        assertThat(gateway.mesh().losses()).containsExactly("api.mesh 10.0.0.2:80");
      }
    }
  }

  @Test
  void connectionFrozen_isSeenAndChangesArriveAfterwards() {
    try (ConsulServer consul = ConsulServer.started();
        FaultProxy link = FaultProxy.to(consul.address().getPort())) {
      register(consul.api(), "web", 1);
      register(consul.api(), "api", 1);
      try (WatchedGateway gateway = gateway(through(link), "")) {
        gateway.awaitServices(2);
        link.freeze();
        register(consul.api(), "web", 2);
        gateway.awaitProblem("http://127.0.0.1:" + link.port());
        gateway.assertNothingLeft();
        link.thaw();
        gateway.awaitEndpoints("web", "10.0.0.1:80", "10.0.0.2:80");
        gateway.awaitUp();
        gateway.assertNothingLeft();
      }
    }
  }
}
