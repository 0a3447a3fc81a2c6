package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.DeltaClient;
import io.fairlead.harness.DiscoveryClient;
import io.fairlead.harness.StateClient;
import io.fairlead.server.xds.ResourceDelivery.State;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of the deliveries of a resource to clients, over real streams. */
class DeliveriesTest {
  private static final InetSocketAddress FREE = new InetSocketAddress("127.0.0.1", 0);
  private static final int SHARDS = 4;
  private static final ResourceKey WEB = key("ns/web");
  private static final ResourceKey SHOP = key("ns/shop");

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private XdsServer server;

  private static ResourceKey key(String name) {
    return new ResourceKey(GivenResource.SERVICE_ENTRY, name);
  }

  @BeforeEach
  void start() throws IOException {
    server =
        XdsServer.start(
            XdsOptions.of(FREE)
                .withShards(
                    IntStream.range(0, SHARDS).mapToObj(i -> FREE).toList(),
                    XdsOptions.Security.PLAINTEXT),
            store,
            CompletableFuture.completedFuture(null),
            new SimpleMeterRegistry());
    put(WEB, 1);
    put(SHOP, 1);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void put(ResourceKey key, int body) {
    store.commit(ChangeSet.of(List.of(GivenResource.of(key, body)), List.of()));
  }

  private ResourceDelivery only(ResourceKey key) {
    List<ResourceDelivery> all = server.deliveries(key);
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private void awaitState(ResourceKey key, boolean has, State state) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(only(key).state()).isEqualTo(state);
              assertThat(only(key).has()).isEqualTo(has);
            });
  }

  @Test
  void deliveries_ofOneNodeOverAllShards_areOneClientThatHasIt() {
    List<StateClient> streams =
        server.ports().stream().skip(1).map(port -> new StateClient(port, "default")).toList();
    try {
      for (StateClient stream : streams) {
        stream.subscribe(DiscoveryClient.SERVICE_ENTRY);
        stream.ack(stream.await());
      }
      awaitState(WEB, true, State.NEWEST);
      awaitState(SHOP, true, State.NEWEST);
      assertThat(only(WEB).since()).isNotNull();
    } finally {
      streams.forEach(StateClient::close);
    }
  }

  @Test
  void deliveries_ofAShardThatHasItNot_areOfAnotherShard() {
    int other = IntStream.range(0, SHARDS).filter(i -> !contains(i, WEB)).findFirst().orElseThrow();
    try (StateClient stream = new StateClient(server.ports().get(1 + other), "default")) {
      stream.subscribe(DiscoveryClient.SERVICE_ENTRY);
      stream.ack(stream.await());

      awaitState(WEB, false, State.OTHER_SHARD);
    }
  }

  private static boolean contains(int index, ResourceKey key) {
    return new io.fairlead.revisions.Shard(
            index, SHARDS, java.util.Set.of(GivenResource.SERVICE_ENTRY))
        .contains(key);
  }

  @Test
  void deliveries_afterAChangeOfSomethingElse_keepSayingSinceWhen() {
    try (StateClient stream = new StateClient(server.ports().get(0), "")) {
      stream.subscribe(DiscoveryClient.SERVICE_ENTRY);
      stream.ack(stream.await());
      awaitState(WEB, true, State.NEWEST);

      put(SHOP, 2);
      DiscoveryResponse unanswered = stream.await();

      // The client acknowledged an older snapshot, which has the same state of this resource.
      awaitState(SHOP, true, State.NOT_ACKNOWLEDGED);
      assertThat(only(WEB).state()).isEqualTo(State.NEWEST);
      stream.ack(unanswered);
      awaitState(SHOP, true, State.NEWEST);
    }
  }

  @Test
  void deliveries_ofARemoval_lastUntilItIsAcknowledged() {
    try (StateClient stream = new StateClient(server.ports().get(0), "")) {
      stream.subscribe(DiscoveryClient.SERVICE_ENTRY);
      stream.ack(stream.await());
      awaitState(WEB, true, State.NEWEST);

      store.commit(ChangeSet.of(List.of(), List.of(WEB)));
      DiscoveryResponse without = stream.await();

      awaitState(WEB, true, State.NOT_ACKNOWLEDGED);
      stream.ack(without);
      awaitState(WEB, false, State.NOT_SERVED);
    }
  }

  @Test
  void deliveries_toAClientOfOtherNames_areNotAskedFor() {
    try (StateClient stream = new StateClient(server.ports().get(0), "")) {
      stream.send(
          DiscoveryRequest.newBuilder()
              .setTypeUrl(DiscoveryClient.SERVICE_ENTRY)
              .addResourceNames("ns/web"));
      stream.ack(stream.await(), List.of("ns/web"));

      awaitState(WEB, true, State.NEWEST);
      awaitState(SHOP, false, State.NOT_ASKED);
    }
  }

  @Test
  void deliveries_toAnIncrementalClient_followItsNames() {
    try (DeltaClient stream =
        new DeltaClient(server.ports().get(0), "", DiscoveryClient.SERVICE_ENTRY)) {
      stream.subscribeTo("ns/web");
      stream.ack(stream.await());
      awaitState(WEB, true, State.NEWEST);
      awaitState(SHOP, false, State.NOT_ASKED);

      stream.subscribeTo("ns/shop");
      var added = stream.await();
      assertThat(only(SHOP).has()).isFalse();
      stream.ack(added);

      awaitState(SHOP, true, State.NEWEST);
      stream.unsubscribeFrom("ns/web");
      awaitState(WEB, false, State.NOT_ASKED);
    }
  }

  @Test
  void deliveries_toAClientThatAskedForAnotherType_areNotAskedFor() {
    try (StateClient stream = new StateClient(server.ports().get(0), "")) {
      stream.subscribe("networking.istio.io/v1/VirtualService");
      stream.ack(stream.await());

      awaitState(WEB, false, State.NOT_ASKED);
    }
  }
}
