package io.fairlead.server.xds;

import static io.fairlead.server.xds.AdsClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that is done sending, as a tool is that has one question, gets what it asked for. */
class HalfCloseTest {
  private static final String DESTINATION_RULE = "networking.istio.io/v1/DestinationRule";

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private XdsServer start(XdsGate gate) throws IOException {
    XdsServer server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", 0)),
            store,
            gate,
            new SimpleMeterRegistry());
    opened.add(server);
    return server;
  }

  private AdsClient client(XdsServer server) {
    AdsClient client = new AdsClient(server.ports().get(0), "");
    opened.add(client);
    return client;
  }

  private void put(int count) {
    List<Resource> resources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      resources.add(GivenResource.of(new ResourceKey(GivenResource.SERVICE_ENTRY, "ns/r" + i), 1));
    }
    store.commit(ChangeSet.of(resources, List.of()));
  }

  @Test
  void halfClose_afterTheRequest_isAnsweredThenEnds() throws Exception {
    put(1);
    AdsClient client = client(start(XdsGate.OPEN));
    client.subscribe(SERVICE_ENTRY);
    client.complete();
    assertThat(AdsClient.versions(client.await())).containsOnlyKeys("ns/r0");
    assertThat(client.awaitEnd()).isEqualTo("OK");
  }

  @Test
  void halfClose_largeAnswer_comesWhole() throws Exception {
    put(5000);
    AdsClient client = client(start(XdsGate.OPEN));
    client.subscribe(SERVICE_ENTRY);
    client.complete();
    assertThat(AdsClient.versions(client.await())).hasSize(5000);
    assertThat(client.awaitEnd()).isEqualTo("OK");
  }

  @Test
  void halfClose_severalTypes_allAreAnswered() throws Exception {
    put(1);
    ResourceType rules = new ResourceType("networking.istio.io", "DestinationRule");
    store.commit(
        ChangeSet.of(List.of(GivenResource.of(new ResourceKey(rules, "ns/d"), 1)), List.of()));
    AdsClient client = client(start(XdsGate.OPEN));
    client.subscribe(DESTINATION_RULE);
    client.subscribe(SERVICE_ENTRY);
    client.complete();
    assertThat(List.of(client.await().getTypeUrl(), client.await().getTypeUrl()))
        .containsExactlyInAnyOrder(SERVICE_ENTRY, DESTINATION_RULE);
    assertThat(client.awaitEnd()).isEqualTo("OK");
  }

  @Test
  void halfClose_afterTheAck_endsWithoutMore() throws Exception {
    put(1);
    AdsClient client = client(start(XdsGate.OPEN));
    client.subscribe(SERVICE_ENTRY);
    client.ack(client.await());
    client.complete();
    assertThat(client.awaitEnd()).isEqualTo("OK");
    client.awaitSilence();
  }

  @Test
  void halfClose_withoutARequest_ends() throws Exception {
    AdsClient client = client(start(XdsGate.OPEN));
    client.complete();
    assertThat(client.awaitEnd()).isEqualTo("OK");
  }

  @Test
  void halfClose_beforeTheGateOpens_isAnsweredOnceItDoes() throws Exception {
    put(1);
    AtomicBoolean open = new AtomicBoolean();
    List<Runnable> waiting = new ArrayList<>();
    AdsClient client =
        client(
            start(
                new XdsGate() {
                  @Override
                  public boolean isOpen() {
                    return open.get();
                  }

                  @Override
                  public void onOpen(Runnable listener) {
                    waiting.add(listener);
                  }
                }));
    client.subscribe(SERVICE_ENTRY);
    client.complete();
    client.awaitSilence();
    open.set(true);
    waiting.forEach(Runnable::run);
    assertThat(AdsClient.versions(client.await())).containsOnlyKeys("ns/r0");
    assertThat(client.awaitEnd()).isEqualTo("OK");
  }

  @Test
  void halfClose_incremental_isAnsweredThenEnds() throws Exception {
    put(2);
    XdsServer server = start(XdsGate.OPEN);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.ports().get(0)).usePlaintext().build();
    opened.add(channel::shutdownNow);
    List<DeltaDiscoveryResponse> responses = new ArrayList<>();
    CompletableFuture<List<DeltaDiscoveryResponse>> end = new CompletableFuture<>();
    StreamObserver<DeltaDiscoveryRequest> requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel)
            .deltaAggregatedResources(
                new StreamObserver<>() {
                  @Override
                  public void onNext(DeltaDiscoveryResponse value) {
                    responses.add(value);
                  }

                  @Override
                  public void onError(Throwable t) {
                    end.completeExceptionally(t);
                  }

                  @Override
                  public void onCompleted() {
                    end.complete(responses);
                  }
                });
    requests.onNext(DeltaDiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).build());
    requests.onCompleted();
    assertThat(end.get(30, TimeUnit.SECONDS)).hasSize(1);
    assertThat(DeltaClient.names(responses.get(0))).containsExactly("ns/r0", "ns/r1");
  }
}
