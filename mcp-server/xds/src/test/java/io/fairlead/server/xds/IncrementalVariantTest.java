package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.StateClient;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IncrementalVariantTest {
  private static final ResourceType TYPE = new ResourceType("networking.istio.io", "ServiceEntry");
  private static final InetSocketAddress FREE = new InetSocketAddress("127.0.0.1", 0);

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final List<StateClient> clients = new ArrayList<>();
  private XdsServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        XdsServer.start(
            XdsOptions.of(FREE).withIncremental(FREE, XdsOptions.Security.PLAINTEXT),
            store,
            CompletableFuture.completedFuture(null),
            new SimpleMeterRegistry());
  }

  @AfterEach
  void stop() {
    clients.forEach(StateClient::close);
    server.close();
  }

  private StateClient client(int source, boolean asks) {
    int port = server.ports().get(source);
    StateClient client = asks ? StateClient.incremental(port, "") : new StateClient(port, "");
    clients.add(client);
    client.subscribe(SERVICE_ENTRY);
    return client;
  }

  private static Resource resource(String name, int body) {
    return Resource.encode(
        new ResourceContent(
            new ResourceKey(TYPE, "ns/" + name),
            Map.of("label", "value"),
            Map.of("annotation", "kept"),
            Set.of(),
            Instant.EPOCH,
            "t/b",
            ByteString.copyFromUtf8("body" + body)));
  }

  private void put(String name, int body) {
    store.commit(ChangeSet.of(List.of(resource(name, body)), List.of()));
  }

  private void remove(String name) {
    store.commit(ChangeSet.of(List.of(), List.of(new ResourceKey(TYPE, "ns/" + name))));
  }

  private static io.fairlead.istio.mcp.v1alpha1.Resource only(DiscoveryResponse response)
      throws InvalidProtocolBufferException {
    assertThat(response.getResourcesList()).hasSize(1);
    Any any = response.getResources(0);
    assertThat(any.getTypeUrl()).isEqualTo(Resource.ENVELOPE_TYPE_URL);
    return any.unpack(io.fairlead.istio.mcp.v1alpha1.Resource.class);
  }

  private void speaksTheVariant(StateClient client) throws InvalidProtocolBufferException {
    DiscoveryResponse first = client.await();
    assertThat(Versions.of(first)).containsOnlyKeys("ns/a", "ns/b");
    client.ack(first);

    put("b", 2);
    DiscoveryResponse second = client.await();
    io.fairlead.istio.mcp.v1alpha1.Resource changed = only(second);
    String version = resource("b", 2).version();
    assertThat(changed.getMetadata().getName()).isEqualTo("ns/b");
    assertThat(changed.getMetadata().getVersion()).isEqualTo(version);
    assertThat(changed.getMetadata().getLabelsMap()).isEqualTo(Map.of("label", "value"));
    assertThat(changed.getMetadata().getAnnotationsMap())
        .isEqualTo(Map.of("annotation", "kept", "ResourceVersion", version));
    assertThat(changed.getBody().getValue().toStringUtf8()).isEqualTo("body2");
    client.ack(second);

    remove("a");
    DiscoveryResponse third = client.await();
    io.fairlead.istio.mcp.v1alpha1.Resource gone = only(third);
    assertThat(gone.getMetadata().getName()).isEqualTo("ns/a");
    assertThat(gone.hasBody()).isFalse();
    // As it was, since clients convert it as they do what is there.
    assertThat(gone.getMetadata().hasCreateTime()).isTrue();
    assertThat(gone.getMetadata().getCreateTime())
        .isEqualTo(resource("a", 1).decode().getMetadata().getCreateTime());
    assertThat(gone.getMetadata().getLabelsMap()).isEqualTo(Map.of("label", "value"));
    assertThat(gone.getMetadata().getVersion()).isEqualTo(third.getVersionInfo());
    assertThat(gone.getMetadata().getAnnotationsMap())
        .isEqualTo(Map.of("annotation", "kept", "ResourceVersion", third.getVersionInfo()));
    client.ack(third);
    client.awaitSilence();
  }

  @Test
  void client_thatAsks_getsChangesAndRemovalsWithoutBody() throws Exception {
    put("a", 1);
    put("b", 1);
    speaksTheVariant(client(0, true));
  }

  @Test
  void listener_ofTheVariant_servesItToEverybody() throws Exception {
    put("a", 1);
    put("b", 1);
    speaksTheVariant(client(1, false));
  }

  @Test
  void client_thatDoesNotAsk_getsEverythingEachTime() {
    put("a", 1);
    put("b", 1);
    StateClient client = client(0, false);
    client.ack(client.await());
    put("b", 2);
    DiscoveryResponse second = client.await();
    assertThat(Versions.of(second)).containsOnlyKeys("ns/a", "ns/b");
    assertThat(second.getResources(0).getValue().toStringUtf8()).doesNotContain("ResourceVersion");
  }

  @Test
  void nack_isTriedAgainWithWhatCameSince() {
    put("a", 1);
    StateClient client = client(0, true);
    client.ack(client.await());
    put("b", 1);
    client.nack(client.await(), "refused by the test");
    put("c", 1);
    assertThat(Versions.of(client.await())).containsOnlyKeys("ns/b", "ns/c");
  }

  @Test
  void request_withoutNonce_getsEverythingAgain() {
    put("a", 1);
    StateClient client = client(0, true);
    client.ack(client.await());
    put("b", 1);
    client.ack(client.await());
    client.send(
        io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest.newBuilder()
            .setTypeUrl(SERVICE_ENTRY));
    assertThat(Versions.of(client.await())).containsOnlyKeys("ns/a", "ns/b");
  }

  @Test
  void encodedMessage_readAndDrained_areTheSame() throws IOException {
    EncodedMessage response =
        EncodedMessage.incremental(
            "e-1",
            SERVICE_ENTRY,
            "n",
            List.of(resource("a", 1), resource("b", 2)),
            List.of(resource("gone", 3)));
    ByteArrayOutputStream drained = new ByteArrayOutputStream();
    response.writeTo(drained);
    assertThat(response.stream().readAllBytes())
        .isEqualTo(drained.toByteArray())
        .hasSize(response.size());
    DiscoveryResponse parsed = DiscoveryResponse.parseFrom(drained.toByteArray());
    assertThat(Versions.of(parsed)).containsOnlyKeys("ns/a", "ns/b", "ns/gone");
    assertThat(parsed.getNonce()).isEqualTo("n");
  }
}
