package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.StateClient;
import io.fairlead.revisions.Shard;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XdsServerTest {
  private static final ResourceType TYPE = new ResourceType("networking.istio.io", "ServiceEntry");

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<StateClient> clients = new ArrayList<>();
  private XdsServer server;

  @BeforeEach
  void start() throws IOException {
    server = start(CompletableFuture.completedFuture(null));
  }

  private XdsServer start(CompletableFuture<Void> ready) throws IOException {
    return XdsServer.start(
        XdsOptions.of(new InetSocketAddress("127.0.0.1", 0)), store, ready, meters);
  }

  @AfterEach
  void stop() {
    clients.forEach(StateClient::close);
    server.close();
  }

  private StateClient client(String revision) {
    StateClient client = new StateClient(server.ports().get(0), revision);
    clients.add(client);
    return client;
  }

  private void put(String name, int body, String... revisions) {
    store.commit(ChangeSet.of(List.of(resource(name, body, revisions)), List.of()));
  }

  private void remove(String name) {
    store.commit(ChangeSet.of(List.of(), List.of(new ResourceKey(TYPE, "ns/" + name))));
  }

  private static Resource resource(String name, int body, String... revisions) {
    return Resource.encode(
        new ResourceContent(
            new ResourceKey(TYPE, "ns/" + name),
            Map.of("a", "b"),
            Map.of(),
            Set.of(revisions),
            Instant.EPOCH,
            "type.googleapis.com/istio.networking.v1alpha3.ServiceEntry",
            ByteString.copyFromUtf8("body" + body)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "networking.istio.io/v1/ServiceEntry",
        "networking.istio.io/v1beta1/ServiceEntry",
        "networking.istio.io/v1alpha3/ServiceEntry"
      })
  void request_anyVersionOfTheGroup_getsTheResources(String typeUrl) {
    put("a", 1);
    StateClient client = client("");
    client.subscribe(typeUrl);
    DiscoveryResponse response = client.await();
    assertThat(response.getTypeUrl()).isEqualTo(typeUrl);
    assertThat(response.getVersionInfo()).isEqualTo(store.current().versionInfo());
    assertThat(Versions.of(response)).containsOnlyKeys("ns/a");
    assertThat(response.getResources(0).getTypeUrl()).isEqualTo(Resource.ENVELOPE_TYPE_URL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "networking.istio.io/v1/VirtualService",
        "core/v1alpha1/MeshConfig",
        "unheard-of",
        "type.googleapis.com/envoy.config.cluster.v3.Cluster"
      })
  void request_typeWithNothing_getsAnEmptyAnswer(String typeUrl) {
    put("a", 1);
    StateClient client = client("");
    client.subscribe(typeUrl);
    DiscoveryResponse response = client.await();
    assertThat(response.getTypeUrl()).isEqualTo(typeUrl);
    assertThat(response.getResourcesCount()).isZero();
    client.ack(response);
    put("a", 2);
    client.awaitSilence();
  }

  @Test
  void commit_acknowledged_sendsEverythingOfTheNewSnapshot() {
    put("a", 1);
    StateClient client = client("");
    client.subscribe(SERVICE_ENTRY);
    DiscoveryResponse first = client.await();
    client.ack(first);
    put("b", 1);
    DiscoveryResponse second = client.await();
    assertThat(Versions.of(second)).containsOnlyKeys("ns/a", "ns/b");
    assertThat(Versions.of(second)).containsAllEntriesOf(Versions.of(first));
    client.ack(second);
    remove("a");
    assertThat(Versions.of(client.await())).containsOnlyKeys("ns/b");
  }

  @Test
  void commit_notAcknowledged_waitsAndSendsTheNewestOnce() {
    put("a", 1);
    StateClient client = client("");
    client.subscribe(SERVICE_ENTRY);
    DiscoveryResponse first = client.await();
    for (int i = 2; i < 50; i++) {
      put("a", i);
    }
    client.awaitSilence();
    client.ack(first);
    DiscoveryResponse second = client.await();
    assertThat(Versions.of(second)).containsEntry("ns/a", resource("a", 49).version());
    client.ack(second);
    client.awaitSilence();
  }

  @Test
  void ack_nothingChanged_isFollowedBySilence() {
    put("a", 1);
    StateClient client = client("");
    client.subscribe(SERVICE_ENTRY);
    client.ack(client.await());
    client.awaitSilence();
    put("a", 1);
    client.awaitSilence();
  }

  @Test
  void nack_getsTheNextDifferentSnapshotNotTheSameAgain() {
    put("a", 1);
    StateClient client = client("");
    client.subscribe(SERVICE_ENTRY);
    client.nack(client.await(), "cannot take ns/a");
    client.awaitSilence();
    assertThat(server.clients().get(0).subscriptions().get(0).lastNack())
        .isEqualTo("cannot take ns/a");
    assertThat(meters.get("fairlead_nacks").tag("type", "ServiceEntry").counter().count())
        .isEqualTo(1);
    put("a", 2);
    assertThat(Versions.of(client.await())).containsEntry("ns/a", resource("a", 2).version());
  }

  @Test
  void request_staleNonce_isIgnored() {
    put("a", 1);
    StateClient client = client("");
    client.subscribe(SERVICE_ENTRY);
    DiscoveryResponse first = client.await();
    put("a", 2);
    client.send(
        DiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).setResponseNonce("not-the-nonce"));
    client.awaitSilence();
    client.ack(first);
    client.await();
  }

  @Test
  void request_withoutNonceAfterAnAnswer_getsEverythingAgain() {
    put("a", 1);
    StateClient client = client("");
    client.subscribe(SERVICE_ENTRY);
    client.ack(client.await());
    client.send(DiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY));
    assertThat(Versions.of(client.await())).containsOnlyKeys("ns/a");
  }

  @Test
  void request_names_getsOnlyThese() {
    put("a", 1);
    put("b", 1);
    StateClient client = client("");
    client.send(DiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).addResourceNames("ns/b"));
    DiscoveryResponse first = client.await();
    assertThat(Versions.of(first)).containsOnlyKeys("ns/b");
    client.ack(first, List.of("ns/b"));
    put("a", 2);
    client.awaitSilence();
  }

  @Test
  void revisions_clientsSeeWhatIsTheirs() {
    put("all", 1);
    put("canary", 1, "canary");
    put("both", 1, "canary", "stable");
    StateClient canary = client("canary");
    StateClient stable = client("stable");
    StateClient none = client("");
    for (StateClient client : List.of(canary, stable, none)) {
      client.subscribe(SERVICE_ENTRY);
    }
    DiscoveryResponse forCanary = canary.await();
    DiscoveryResponse forStable = stable.await();
    assertThat(Versions.of(forCanary)).containsOnlyKeys("ns/all", "ns/canary", "ns/both");
    assertThat(Versions.of(forStable)).containsOnlyKeys("ns/all", "ns/both");
    assertThat(Versions.of(none.await())).hasSize(3);
    canary.ack(forCanary);
    stable.ack(forStable);

    put("canary", 2, "canary");
    forCanary = canary.await();
    canary.ack(forCanary);
    stable.awaitSilence();

    put("canary", 2, "stable");
    assertThat(Versions.of(canary.await())).containsOnlyKeys("ns/all", "ns/both");
    assertThat(Versions.of(stable.await())).containsOnlyKeys("ns/all", "ns/canary", "ns/both");
  }

  @Test
  void shards_eachServesItsShareAndOnlyTheTouchedOnesSend() throws IOException {
    int count = 4;
    List<XdsOptions.Source> sources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sources.add(
          new XdsOptions.Source(
              new InetSocketAddress("127.0.0.1", 0),
              XdsOptions.Security.PLAINTEXT,
              new Shard(i, count, Set.of(TYPE)),
              XdsOptions.Dialect.AS_ASKED));
    }
    for (int i = 0; i < 40; i++) {
      put("r" + i, 1);
    }
    try (XdsServer sharded =
        XdsServer.start(
            XdsOptions.of(sources, null), store, CompletableFuture.completedFuture(null), meters)) {
      List<StateClient> each = new ArrayList<>();
      Map<String, String> all = new TreeMap<>();
      List<Set<String>> shares = new ArrayList<>();
      for (int port : sharded.ports()) {
        StateClient client = new StateClient(port, "");
        clients.add(client);
        each.add(client);
        client.subscribe(SERVICE_ENTRY);
        DiscoveryResponse response = client.await();
        client.ack(response);
        shares.add(Versions.of(response).keySet());
        all.putAll(Versions.of(response));
      }
      assertThat(all).hasSize(40);
      assertThat(shares.stream().mapToInt(Set::size).sum()).isEqualTo(40);
      put("r7", 2);
      for (int i = 0; i < count; i++) {
        if (shares.get(i).contains("ns/r7")) {
          assertThat(Versions.of(each.get(i).await())).containsOnlyKeys(shares.get(i));
        } else {
          each.get(i).awaitSilence();
        }
      }
    }
  }

  @Test
  void gate_shut_nobodyIsAnsweredUntilItOpens() throws IOException {
    ShutGate gate = new ShutGate();
    try (XdsServer gated = start(gate)) {
      StateClient client = new StateClient(gated.ports().get(0), "");
      clients.add(client);
      client.subscribe(SERVICE_ENTRY);
      client.subscribe("networking.istio.io/v1/Sidecar");
      gate.awaitRefusal();
      put("a", 1);
      gate.open();
      List<DiscoveryResponse> answers = List.of(client.await(), client.await());
      assertThat(answers)
          .extracting(DiscoveryResponse::getTypeUrl)
          .containsExactlyInAnyOrder(SERVICE_ENTRY, "networking.istio.io/v1/Sidecar");
      // Each knows of what was committed while the gate was shut: none came before.
      assertThat(answers)
          .extracting(DiscoveryResponse::getVersionInfo)
          .containsOnly(store.current().versionInfo());
      client.awaitSilence();
    }
  }

  @Test
  void request_withoutType_endsTheStreamWithTheReason() throws InterruptedException {
    StateClient client = client("");
    client.send(DiscoveryRequest.newBuilder());
    assertThat(client.awaitEnd()).startsWith("INVALID_ARGUMENT").contains("type_url");
  }

  @Test
  void stop_endsStreamsAsUnavailable() throws InterruptedException {
    StateClient client = client("");
    client.subscribe(SERVICE_ENTRY);
    client.await();
    server.close();
    assertThat(client.awaitEnd()).startsWith("UNAVAILABLE");
    await().untilAsserted(() -> assertThat(server.clients()).isEmpty());
  }

  @Test
  void clients_showsWhatEachHas() {
    put("a", 1);
    StateClient client = client("canary");
    client.subscribe(SERVICE_ENTRY);
    DiscoveryResponse first = client.await();
    client.ack(first);
    await()
        .untilAsserted(
            () -> {
              ClientStatus status = server.clients().get(0);
              assertThat(status.revision()).isEqualTo("canary");
              assertThat(status.subscriptions().get(0).acknowledged())
                  .isEqualTo(first.getVersionInfo());
              assertThat(status.subscriptions().get(0).bytes())
                  .isEqualTo(first.getSerializedSize());
            });
    assertThat(meters.get("fairlead_clients").tag("revision", "canary").gauge().value())
        .isEqualTo(1);
    client.complete();
    assertThat(client).isNotNull();
    await()
        .untilAsserted(
            () ->
                assertThat(meters.find("fairlead_clients").tag("revision", "canary").gauge())
                    .isNull());
  }

  @Test
  void start_addressInUse_saysWhich() {
    int port = server.ports().get(0);
    assertThatThrownBy(
            () ->
                XdsServer.start(
                    XdsOptions.of(new InetSocketAddress("127.0.0.1", port)),
                    store,
                    CompletableFuture.completedFuture(null),
                    meters))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(String.valueOf(port));
  }

  @Test
  void encodedMessage_readAndDrained_areWhatProtocolBuffersWouldWrite() throws IOException {
    List<Resource> resources = List.of(resource("a", 1), resource("b", 2), resource("c", 3));
    EncodedMessage response = EncodedMessage.state("e-1", SERVICE_ENTRY, "n", resources);
    byte[] read = response.stream().readAllBytes();
    java.io.ByteArrayOutputStream drained = new java.io.ByteArrayOutputStream();
    response.writeTo(drained);
    assertThat(read).isEqualTo(drained.toByteArray()).hasSize(response.size());
    DiscoveryResponse parsed = DiscoveryResponse.parseFrom(read);
    assertThat(parsed.getVersionInfo()).isEqualTo("e-1");
    assertThat(parsed.getNonce()).isEqualTo("n");
    assertThat(parsed.getTypeUrl()).isEqualTo(SERVICE_ENTRY);
    assertThat(Versions.of(parsed)).containsOnlyKeys("ns/a", "ns/b", "ns/c");
    assertThat(parsed.getSerializedSize()).isEqualTo(response.size());
  }
}
