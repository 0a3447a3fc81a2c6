package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.StateClient;
import io.fairlead.harness.TestAuthority;
import io.fairlead.harness.TestAuthority.Leaf;
import io.fairlead.server.xds.XdsOptions.Security;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.VersionedStore;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener with TLS: who gets in, who is turned away, and what is said about it. */
class TlsListenerTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("servers");
  private static final TestAuthority CLIENTS = TestAuthority.create("clients");
  private static final String ISTIOD = "spiffe://cluster.local/ns/istio-system/sa/istiod";

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
  private final AtomicReference<ClientAuth> clientAuth = new AtomicReference<>(ClientAuth.NONE);
  private XdsServer server;

  @BeforeEach
  void start() throws Exception {
    present(AUTHORITY.leaf("localhost", "127.0.0.1"));
    AdvancedTlsX509TrustManager trust = AdvancedTlsX509TrustManager.newBuilder().build();
    trust.updateTrustCredentials(new X509Certificate[] {CLIENTS.certificate()});
    XdsOptions options =
        XdsOptions.of(
            List.of(XdsOptions.Source.whole(new InetSocketAddress("127.0.0.1", 0), Security.TLS)),
            new TlsOptions(identity, trust, clientAuth::get));
    server = XdsServer.start(options, store, CompletableFuture.completedFuture(null), meters);
    put("a", 1);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    server.close();
  }

  private void present(Leaf leaf) {
    identity.updateIdentityCredentials(new X509Certificate[] {leaf.certificate()}, leaf.key());
  }

  private void put(String name, int body) {
    store.commit(
        ChangeSet.of(
            List.of(
                Resource.encode(
                    new ResourceContent(
                        new ResourceKey(GivenResource.SERVICE_ENTRY, "ns/" + name),
                        Map.of(),
                        Map.of(),
                        Set.of(),
                        Instant.EPOCH,
                        "type.googleapis.com/istio.networking.v1alpha3.ServiceEntry",
                        ByteString.copyFromUtf8("body" + body)))),
            List.of()));
  }

  private int port() {
    return server.ports().get(0);
  }

  private StateClient client(TestAuthority trusted, @Nullable Leaf own, String revision)
      throws IOException {
    return client(trusted, own, revision, "TLSv1.3");
  }

  private StateClient client(
      TestAuthority trusted, @Nullable Leaf own, String revision, String version)
      throws IOException {
    SslContextBuilder tls =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
            .protocols(version)
            .trustManager(trusted.certificate());
    if (own != null) {
      tls.keyManager(own.key(), own.certificate());
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port()).sslContext(tls.build()).build();
    StateClient client = new StateClient(channel, revision);
    opened.add(client);
    return client;
  }

  private static String refusal(StateClient client) {
    client.subscribe(SERVICE_ENTRY);
    return client.awaitEnd();
  }

  private DeniedClient denied(DeniedClient.Reason reason) {
    return await()
        .until(
            () ->
                server.denied().stream()
                    .filter(client -> client.reason() == reason)
                    .findFirst()
                    .orElse(null),
            Objects::nonNull);
  }

  private double failures(DeniedClient.Reason reason) {
    return meters
        .get("fairlead_tls_handshake_failures")
        .tag("reason", reason.label())
        .counter()
        .count();
  }

  private void assertServed(StateClient client) {
    client.subscribe(SERVICE_ENTRY);
    DiscoveryResponse response = client.await();
    assertThat(Versions.of(response)).containsOnlyKeys("ns/a");
    client.ack(response);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void connect_trustsTheAuthority_isServed(String version) throws IOException {
    assertServed(client(AUTHORITY, null, "", version));
    assertThat(server.denied()).isEmpty();
  }

  @Test
  void connect_anotherAuthority_isToldAndCounted() throws IOException {
    assertThat(refusal(client(CLIENTS, null, ""))).startsWith("UNAVAILABLE");

    assertThat(denied(DeniedClient.Reason.REFUSED_BY_CLIENT).explanation())
        .startsWith("does not take the gateway's certificate: ");
    assertThat(failures(DeniedClient.Reason.REFUSED_BY_CLIENT)).isPositive();
    // Counted from the start, so that a first failure is a rise.
    assertThat(failures(DeniedClient.Reason.PLAINTEXT)).isZero();
  }

  @Test
  void connect_plaintext_isToldWhatToDo() {
    StateClient client = new StateClient(port(), "");
    opened.add(client);

    assertThat(refusal(client)).startsWith("UNAVAILABLE");

    assertThat(denied(DeniedClient.Reason.PLAINTEXT).explanation())
        .startsWith("spoke plaintext at a port for TLS")
        .contains("fairlead mesh-config");
    assertThat(denied(DeniedClient.Reason.PLAINTEXT).port()).isEqualTo(port());
  }

  @Test
  void connect_certificateRequired_onlyWithATrustedOne() throws IOException {
    clientAuth.set(ClientAuth.REQUIRE);

    assertThat(refusal(client(AUTHORITY, null, ""))).startsWith("UNAVAILABLE");
    assertThat(denied(DeniedClient.Reason.NO_CERTIFICATE).explanation())
        .startsWith("showed no certificate");
    // Of the same name: a client shows only certificates of the authorities that are named to it.
    Leaf foreign = TestAuthority.create("clients").leaf(ISTIOD);
    assertThat(refusal(client(AUTHORITY, foreign, ""))).startsWith("UNAVAILABLE");
    assertThat(denied(DeniedClient.Reason.CERTIFICATE).explanation())
        .startsWith("showed a certificate that is not trusted");
    Instant now = Instant.now();
    Leaf expired = CLIENTS.leaf(now.minusSeconds(100), now.minusSeconds(50), ISTIOD);
    assertThat(refusal(client(AUTHORITY, expired, ""))).startsWith("UNAVAILABLE");
    await()
        .untilAsserted(
            () ->
                assertThat(denied(DeniedClient.Reason.CERTIFICATE).explanation())
                    .startsWith("showed a certificate that has expired"));
    assertServed(client(AUTHORITY, CLIENTS.leaf(ISTIOD), ""));
  }

  @Test
  void swap_streamsStayAndNewConnectionsSeeTheNewCertificate() throws Exception {
    StateClient before = client(AUTHORITY, null, "");
    assertServed(before);
    TestAuthority next = TestAuthority.create("next");

    present(next.leaf("localhost", "127.0.0.1"));

    assertServed(client(next, null, ""));
    assertThat(refusal(client(AUTHORITY, null, ""))).startsWith("UNAVAILABLE");
    put("a", 2);
    assertThat(Versions.of(before.await())).containsOnlyKeys("ns/a");
  }

  @Test
  void authorize_byCertificate_onlyTheNamedOnesHaveTheRevision() throws IOException {
    clientAuth.set(ClientAuth.OPTIONAL);
    server.use(
        new Authorization(
            List.of(
                new ClientRule(List.of("canary"), List.of(SanPattern.parse(ISTIOD)), null),
                new ClientRule(
                    List.of("default"), null, List.of(SourceRange.parse("127.0.0.0/8"))))));

    assertServed(client(AUTHORITY, CLIENTS.leaf(ISTIOD), "canary"));
    assertServed(client(AUTHORITY, null, "default"));
    assertThat(refusal(client(AUTHORITY, null, "canary")))
        .isEqualTo(
            "PERMISSION_DENIED: revision canary: not for 127.0.0.1 without a certificate (expected: one that a rule"
                + " of xds.authorize names for it)");
    assertThat(refusal(client(AUTHORITY, CLIENTS.leaf("spiffe://other/x"), "canary")))
        .startsWith("PERMISSION_DENIED")
        .contains("with a certificate for spiffe://other/x");
    // It would see the resources of every revision.
    assertThat(refusal(client(AUTHORITY, CLIENTS.leaf(ISTIOD), "")))
        .startsWith("PERMISSION_DENIED");
    assertThat(denied(DeniedClient.Reason.NOT_AUTHORIZED).address()).isEqualTo("127.0.0.1");
    assertThat(
            meters
                .get("fairlead_client_disconnects")
                .tag("reason", "not_authorized")
                .counter()
                .count())
        .isEqualTo(3);
  }

  @Test
  void authorize_changed_endsOnlyTheStreamsThatAreNotAllowedAnyMore() throws IOException {
    StateClient canary = client(AUTHORITY, null, "canary");
    StateClient stays = client(AUTHORITY, null, "default");
    assertServed(canary);
    assertServed(stays);

    server.use(
        new Authorization(
            List.of(
                new ClientRule(
                    List.of("default"), null, List.of(SourceRange.parse("127.0.0.1"))))));

    assertThat(canary.awaitEnd()).startsWith("PERMISSION_DENIED");
    put("a", 2);
    assertThat(Versions.of(stays.await())).containsOnlyKeys("ns/a");
  }

  @Test
  void silence_manyConnections_cannotKeepOutAClient() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < IdleConnections.MAX_OF_ADDRESS + 50; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), port()));
      }

      assertServed(client(AUTHORITY, null, ""));

      // The oldest gave their places to newer ones.
      silent.get(0).setSoTimeout(30_000);
      assertThat(silent.get(0).getInputStream().read()).isEqualTo(-1);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }
}
