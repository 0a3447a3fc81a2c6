package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.fairlead.harness.StateClient;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits that change while clients are connected: who is connected stays. */
class ReloadedLimitsTest {
  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final List<AutoCloseable> opened = new ArrayList<>();
  private XdsServer server;
  private int body;

  @BeforeEach
  void start() throws IOException {
    server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", 0)),
            store,
            CompletableFuture.completedFuture(null),
            new SimpleMeterRegistry());
    opened.add(server);
    put();
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private void put() {
    store.commit(
        ChangeSet.of(
            List.of(GivenResource.of(new ResourceKey(GivenResource.SERVICE_ENTRY, "ns/a"), body++)),
            List.of()));
  }

  private StateClient connect() {
    StateClient client = new StateClient(server.ports().get(0), "");
    opened.add(client);
    client.subscribe(SERVICE_ENTRY);
    return client;
  }

  private StateClient answering() {
    StateClient client = connect();
    client.ack(client.await());
    return client;
  }

  private static XdsLimits limits(int streams, int requestBytes, int types) {
    XdsLimits others = XdsLimits.DEFAULT;
    return new XdsLimits(
        others.ackTimeout(),
        others.requestTimeout(),
        streams,
        others.streamsPerConnection(),
        others.streamsPerAddress(),
        requestBytes,
        others.requestsPerSecond(),
        types,
        others.names(),
        others.bytesPerConnection(),
        others.bytesPerAddress(),
        others.bytes());
  }

  @Test
  void fewerStreams_keepTheOpenOnes_andRefuseMoreUntilThereIsRoom() throws Exception {
    StateClient one = answering();
    StateClient two = answering();

    server.use(limits(1, 1_000_000, 100));

    assertThat(connect().awaitEnd()).contains("streams: too many (expected: at most 1");
    put();
    one.ack(one.await());
    two.ack(two.await());
    two.cancel();
    assertThat(connect().awaitEnd()).contains("streams: too many (expected: at most 1");
    server.use(limits(2, 1_000_000, 100));
    answering();
  }

  @Test
  void smallerRequests_cutAStreamOffByItsNextLargeOne_andNoOther() throws Exception {
    StateClient small = answering();
    StateClient large = answering();

    server.use(limits(100, 65_536, 100));

    large.send(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(SERVICE_ENTRY)
            .addAllResourceNames(IntStream.range(0, 9000).mapToObj(i -> "ns/name" + i).toList()));
    assertThat(large.awaitEnd()).contains("at most 65536 bytes, xds.limits.requestBytes");
    put();
    small.ack(small.await());
  }

  @Test
  void fewerTypes_thanAStreamHas_leaveItWithThem_andAllowNoOther() throws Exception {
    StateClient client = answering();
    client.subscribe("networking.istio.io/v1/Gateway");
    client.ack(client.await());

    server.use(limits(100, 1_000_000, 1));

    put();
    client.ack(client.await());
    client.subscribe("networking.istio.io/v1/Sidecar");
    assertThat(client.awaitEnd()).contains("at most 1 a stream, xds.limits.types");
  }

  @Test
  void shorterAckTimeout_cutsOffWhoHasWaitedLonger() throws Exception {
    StateClient silent = connect();
    silent.await();
    StateClient answering = answering();
    await()
        .untilAsserted(
            () -> assertThat(server.clients()).filteredOn(one -> one.lag().isZero()).hasSize(1));

    server.use(GivenLimits.of(Duration.ofMillis(100), 100, 1_000_000, 1000));

    assertThat(silent.awaitEnd()).startsWith("DEADLINE_EXCEEDED");
    server.use(XdsLimits.DEFAULT);
    put();
    answering.ack(answering.await());
  }
}
