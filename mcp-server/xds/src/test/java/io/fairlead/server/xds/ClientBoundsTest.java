package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.DeltaClient;
import io.fairlead.harness.RawClient;
import io.fairlead.harness.StateClient;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.VersionedStore;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A client that asks for more than any has a reason to is cut off with a status that says what was
 * too much, and a client beside it goes on.
 */
class ClientBoundsTest {
  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private int body;
  private @Nullable XdsServer running;
  private @Nullable StateClient beside;

  @AfterEach
  void stop() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  /** Small bounds, so that tests are quick. */
  private static final class Bounds {
    private Duration requestTimeout = Duration.ofMinutes(1);
    private int streams = 100;
    private int streamsPerConnection = 100;
    private int streamsPerAddress = 100;
    private int requestBytes = 1_000_000;
    private int types = 10;
    private int names = 1000;
    private long bytesPerConnection = 4_000_000;
    private long bytesPerAddress = 8_000_000;
    private long bytes = 16_000_000;

    XdsLimits limits() {
      return new XdsLimits(
          Duration.ofMinutes(1),
          requestTimeout,
          streams,
          streamsPerConnection,
          streamsPerAddress,
          requestBytes,
          1000,
          types,
          names,
          bytesPerConnection,
          bytesPerAddress,
          bytes);
    }
  }

  private XdsServer start(Bounds bounds) throws IOException {
    XdsServer server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", 0)).withLimits(bounds.limits()),
            store,
            CompletableFuture.completedFuture(null),
            meters);
    opened.add(server);
    running = server;
    put();
    StateClient client = new StateClient(port(), "");
    opened.add(client);
    client.subscribe(SERVICE_ENTRY);
    client.ack(client.await());
    beside = client;
    return server;
  }

  private int port() {
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return running.ports().get(0);
  }

  private void put() {
    store.commit(
        ChangeSet.of(
            List.of(GivenResource.of(new ResourceKey(GivenResource.SERVICE_ENTRY, "ns/a"), body++)),
            List.of()));
  }

  /** The client that was there before is sent a change and answers it, and so does a new one. */
  private void assertOthersGoOn() {
    put();
    if (beside == null) {
      throw new IllegalStateException("not started");
    }
    DiscoveryResponse change = beside.await();
    assertThat(Versions.of(change)).containsOnlyKeys("ns/a");
    beside.ack(change);
    try (StateClient fresh = new StateClient(port(), "")) {
      fresh.subscribe(SERVICE_ENTRY);
      assertThat(Versions.of(fresh.await())).containsOnlyKeys("ns/a");
    }
  }

  private double disconnects(String reason) {
    return meters.find("fairlead_client_disconnects").tag("reason", reason).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private StateClient hostile() {
    StateClient client = new StateClient(port(), "");
    opened.add(client);
    return client;
  }

  private DeltaClient hostileDelta() {
    DeltaClient client = new DeltaClient(port(), "", SERVICE_ENTRY);
    opened.add(client);
    return client;
  }

  private static List<String> names(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "ns/name" + i).toList();
  }

  private void assertEnds(DiscoveryRequest.Builder request, String... texts) throws Exception {
    StateClient client = hostile();
    client.send(request);
    assertThat(client.awaitEnd()).contains(texts);
    assertOthersGoOn();
  }

  @Test
  void types_tooMany_endTheStream() throws Exception {
    start(new Bounds());
    StateClient client = hostile();
    for (int i = 0; i < 11; i++) {
      client.subscribe("networking.istio.io/v1/Kind" + i);
    }
    assertThat(client.awaitEnd())
        .startsWith("RESOURCE_EXHAUSTED")
        .contains("types: too many (expected: at most 10 a stream, xds.limits.types)");
    assertThat(disconnects("types")).isEqualTo(1);
    assertOthersGoOn();
  }

  @Test
  void names_tooManyInOneRequest_endTheStream() throws Exception {
    start(new Bounds());
    assertEnds(
        DiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).addAllResourceNames(names(0, 1001)),
        "RESOURCE_EXHAUSTED",
        "at most 1000 a stream, xds.limits.names");
    assertThat(disconnects("names")).isEqualTo(1);
  }

  @Test
  void names_tooManyOverTypes_endTheStream() throws Exception {
    start(new Bounds());
    StateClient client = hostile();
    for (int i = 0; i < 3; i++) {
      client.send(
          DiscoveryRequest.newBuilder()
              .setTypeUrl("networking.istio.io/v1/Kind" + i)
              .addAllResourceNames(names(0, 400)));
    }
    assertThat(client.awaitEnd()).startsWith("RESOURCE_EXHAUSTED").contains("xds.limits.names");
    assertOthersGoOn();
  }

  @Test
  void names_subscribedBitByBit_endTheIncrementalStream() throws Exception {
    start(new Bounds());
    DeltaClient client = hostileDelta();
    for (int i = 0; i < 11; i++) {
      client.send(
          DeltaDiscoveryRequest.newBuilder()
              .addAllResourceNamesSubscribe(names(i * 100, i * 100 + 100)));
    }
    assertThat(client.awaitEnd()).contains("RESOURCE_EXHAUSTED", "xds.limits.names");
    assertOthersGoOn();
  }

  @Test
  void names_claimed_areCountedToo() throws Exception {
    start(new Bounds());
    DeltaClient client = hostileDelta();
    Map<String, String> claimed = new HashMap<>();
    names(0, 1001).forEach(name -> claimed.put(name, "v"));
    client.send(DeltaDiscoveryRequest.newBuilder().putAllInitialResourceVersions(claimed));
    assertThat(client.awaitEnd()).contains("RESOURCE_EXHAUSTED", "xds.limits.names");
    assertOthersGoOn();
  }

  @Test
  void names_ofALargeMesh_areTakenByDefault() throws Exception {
    XdsServer server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", 0)),
            store,
            CompletableFuture.completedFuture(null),
            meters);
    opened.add(server);
    running = server;
    put();
    try (DeltaClient client = new DeltaClient(port(), "", SERVICE_ENTRY)) {
      // What a client of 100,000 services says when it comes back.
      Map<String, String> held = new HashMap<>();
      for (int i = 0; i < 100_000; i++) {
        held.put("namespace/service-of-usual-length-" + i, "0123456789abcdef0123456789abcdef");
      }
      client.hold(held);
      client.subscribe();
      DeltaDiscoveryResponse response = client.await();
      assertThat(DeltaClient.names(response)).containsExactly("ns/a");
      assertThat(response.getRemovedResourcesCount()).isEqualTo(100_000);
    }
  }

  @Test
  void names_swappedAgainAndAgain_areNotAddedUp() throws Exception {
    start(new Bounds());
    StateClient client = hostile();
    client.send(
        DiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).addAllResourceNames(names(0, 900)));
    DiscoveryResponse response = client.await();
    for (int i = 1; i < 10; i++) {
      client.ack(response, names(i * 1000, i * 1000 + 900));
      response = client.await();
    }
    assertOthersGoOn();
  }

  @Test
  void texts_tooLong_endTheStream() throws Exception {
    start(new Bounds());
    assertEnds(
        DiscoveryRequest.newBuilder().setTypeUrl("x".repeat(257)),
        "INVALID_ARGUMENT",
        "type_url: 257 bytes long (expected: at most 256)");
    assertEnds(
        DiscoveryRequest.newBuilder().setTypeUrl("a/\nforged"),
        "INVALID_ARGUMENT",
        "expected: printable characters");
    assertEnds(
        DiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).addResourceNames("x".repeat(1025)),
        "INVALID_ARGUMENT",
        "resource name: 1025 bytes long (expected: at most 1024)");
    assertEnds(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(SERVICE_ENTRY)
            .setResponseNonce("x".repeat(100_000)),
        "INVALID_ARGUMENT",
        "response_nonce: 100000 bytes long (expected: at most 256)");
    assertThat(disconnects("invalid")).isEqualTo(4);
  }

  @Test
  void node_tooLong_endsTheStream() throws Exception {
    XdsServer server = start(new Bounds());
    for (Node node :
        List.of(
            Node.newBuilder().setId("x".repeat(2049)).build(),
            node("ISTIO_REVISION", "x".repeat(257)),
            node("ISTIO_VERSION", "x".repeat(257)))) {
      try (StateClient client = new StateClient(port(), node)) {
        client.subscribe(SERVICE_ENTRY);
        assertThat(client.awaitEnd()).startsWith("INVALID_ARGUMENT").contains("node");
      }
    }
    assertOthersGoOn();
    // What the gateway does not read costs nothing, and may be long.
    try (StateClient client = new StateClient(port(), node("EXTENSIONS", "x".repeat(200_000)))) {
      client.subscribe(SERVICE_ENTRY);
      client.await();
    }
    assertThat(server.clients())
        .isNotEmpty()
        .allSatisfy(one -> assertThat(one.node()).hasSizeLessThan(400));
  }

  private static Node node(String key, String value) {
    return Node.newBuilder()
        .setMetadata(
            Struct.newBuilder().putFields(key, Value.newBuilder().setStringValue(value).build()))
        .build();
  }

  @Test
  void node_deeplyNested_isPassedOver() throws Exception {
    start(new Bounds());
    Value value = Value.newBuilder().setBoolValue(true).build();
    for (int i = 0; i < 90; i++) {
      value = Value.newBuilder().setStructValue(Struct.newBuilder().putFields("x", value)).build();
    }
    Node node = Node.newBuilder().setMetadata(Struct.newBuilder().putFields("deep", value)).build();
    try (StateClient client = new StateClient(port(), node)) {
      client.subscribe(SERVICE_ENTRY);
      client.await();
    }
  }

  @Test
  void error_ofMegabytes_isCutAndTheStreamGoesOn() throws Exception {
    Bounds bounds = new Bounds();
    bounds.requestBytes = 10_000_000;
    bounds.bytesPerConnection = 20_000_000;
    bounds.bytesPerAddress = 20_000_000;
    bounds.bytes = 64_000_000;
    XdsServer server = start(bounds);
    StateClient client = hostile();
    client.subscribe(SERVICE_ENTRY);
    client.nack(client.await(), "\u001b[31mred\nforged " + "x".repeat(5_000_000));
    put();
    client.await();
    assertThat(server.clients())
        .flatExtracting(ClientStatus::subscriptions)
        .extracting(ClientStatus.SubscriptionStatus::lastNack)
        .filteredOn(text -> !text.isEmpty())
        .singleElement()
        .satisfies(
            text ->
                assertThat(text)
                    .hasSizeLessThanOrEqualTo(RequestReader.ERROR_TEXT)
                    .contains("red\\nforged")
                    .doesNotContain("\n", "\u001b"));
  }

  /** A client of which nothing but the end matters. */
  private static StreamObserver<DiscoveryResponse> endsInto(BlockingQueue<String> ends) {
    return new StreamObserver<>() {
      @Override
      public void onNext(DiscoveryResponse value) {}

      @Override
      public void onError(Throwable t) {
        ends.add(Status.fromThrowable(t).toString());
      }

      @Override
      public void onCompleted() {}
    };
  }

  @Test
  void request_compressedAndLargeWhenUnpacked_endsTheStream() throws Exception {
    start(new Bounds());
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port()).usePlaintext().build();
    opened.add(channel::shutdownNow);
    BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    AggregatedDiscoveryServiceGrpc.newStub(channel)
        .withCompression("gzip")
        .streamAggregatedResources(endsInto(ends))
        .onNext(
            DiscoveryRequest.newBuilder()
                .setTypeUrl(SERVICE_ENTRY)
                .setVersionInfo("x".repeat(5_000_000))
                .build());
    assertThat(ends.poll(30, TimeUnit.SECONDS))
        .contains("RESOURCE_EXHAUSTED", "xds.limits.requestBytes");
    assertOthersGoOn();
  }

  @Test
  void firstRequest_thatDoesNotCome_endsTheStream() throws Exception {
    Bounds bounds = new Bounds();
    bounds.requestTimeout = Duration.ofSeconds(2);
    XdsServer server = start(bounds);
    try (RawClient silent = new RawClient(port())) {
      int stream = silent.open();
      silent.awaitEnd(stream);
    }
    await().untilAsserted(() -> assertThat(server.clients()).hasSize(1));
    assertThat(disconnects("request_timeout")).isEqualTo(1);
    assertOthersGoOn();
  }

  @Test
  void request_thatIsNotComplete_endsTheStream() throws Exception {
    Bounds bounds = new Bounds();
    bounds.requestTimeout = Duration.ofSeconds(2);
    XdsServer server = start(bounds);
    try (RawClient slow = new RawClient(port())) {
      int stream = slow.open();
      byte[] whole = DiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).build().toByteArray();
      slow.begin(stream, whole.length, whole);
      slow.begin(stream, 1000, new byte[10]);
      slow.awaitTaken();
      slow.awaitEnd(stream);
    }
    await().untilAsserted(() -> assertThat(server.clients()).hasSize(1));
    assertThat(disconnects("request_timeout")).isEqualTo(1);
    assertOthersGoOn();
  }

  @Test
  void requests_notComplete_takeNoMoreThanTheConnectionMay() throws Exception {
    Bounds bounds = new Bounds();
    bounds.bytesPerConnection = 100_000;
    start(bounds);
    try (RawClient hoarder = new RawClient(port())) {
      for (int i = 0; i < 20; i++) {
        int stream = hoarder.open();
        hoarder.begin(stream, 900_000, new byte[10_000]);
        hoarder.more(stream, new byte[10_000]);
      }
      hoarder.awaitTaken();
      await().untilAsserted(() -> assertThat(disconnects("bytes")).isPositive());
      assertOthersGoOn();
    }
  }

  @Test
  void requests_sentByteByByte_areCountedWithTheirBuffers() throws Exception {
    Bounds bounds = new Bounds();
    bounds.bytesPerConnection = 200_000;
    start(bounds);
    try (RawClient trickle = new RawClient(port())) {
      int stream = trickle.open();
      trickle.begin(stream, 900_000, new byte[1]);
      for (int i = 0; i < 200; i++) {
        trickle.more(stream, new byte[1]);
      }
      trickle.awaitTaken();
      await().untilAsserted(() -> assertThat(disconnects("bytes")).isEqualTo(1));
    }
    assertOthersGoOn();
  }

  @Test
  void names_remembered_takeNoMoreThanTheConnectionMay() throws Exception {
    Bounds bounds = new Bounds();
    bounds.names = 100_000;
    bounds.bytesPerConnection = 500_000;
    start(bounds);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port()).usePlaintext().build();
    opened.add(channel::shutdownNow);
    BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    for (int i = 0; i < 10; i++) {
      AggregatedDiscoveryServiceGrpc.newStub(channel)
          .streamAggregatedResources(endsInto(ends))
          .onNext(
              DiscoveryRequest.newBuilder()
                  .setTypeUrl(SERVICE_ENTRY)
                  .addAllResourceNames(names(0, 1000))
                  .build());
    }
    assertThat(ends.poll(30, TimeUnit.SECONDS))
        .contains("RESOURCE_EXHAUSTED", "bytes of connection");
    assertOthersGoOn();
  }

  @Test
  void streams_ofOneConnection_areBounded() throws Exception {
    Bounds bounds = new Bounds();
    bounds.streamsPerConnection = 3;
    start(bounds);
    try (RawClient greedy = new RawClient(port())) {
      int last = 0;
      for (int i = 0; i < 4; i++) {
        last = greedy.open();
      }
      greedy.awaitEnd(last);
      assertThat(disconnects("streams")).isEqualTo(1);
      assertOthersGoOn();
    }
  }

  @Test
  void streams_thatNeverSendARequest_keepNobodyOut() throws Exception {
    Bounds bounds = new Bounds();
    bounds.streams = 10;
    bounds.streamsPerAddress = 8;
    XdsServer server = start(bounds);
    try (RawClient silent = new RawClient(port())) {
      for (int i = 0; i < 50; i++) {
        silent.open();
      }
      silent.awaitTaken();
      await().untilAsserted(() -> assertThat(disconnects("streams")).isPositive());
      assertOthersGoOn();
      await().untilAsserted(() -> assertThat(server.clients()).hasSizeLessThanOrEqualTo(8));
      assertOthersGoOn();
    }
  }

  @Test
  void streams_thatAsk_areRefusedAboveThoseOfTheAddress() throws Exception {
    Bounds bounds = new Bounds();
    bounds.streamsPerAddress = 2;
    start(bounds);
    StateClient second = hostile();
    second.subscribe(SERVICE_ENTRY);
    second.ack(second.await());
    StateClient third = hostile();
    third.subscribe(SERVICE_ENTRY);
    assertThat(third.awaitEnd())
        .startsWith("RESOURCE_EXHAUSTED")
        .contains("streams of 127.0.0.1: too many (expected: at most 2, xds.limits");
    second.complete();
    await()
        .untilAsserted(
            () -> {
              try (StateClient again = new StateClient(port(), "")) {
                again.subscribe(SERVICE_ENTRY);
                assertThat(again.poll(2000)).isNotNull();
              }
            });
  }

  @Test
  void bytes_ofAClientThatIsGone_areGivenBack() throws Exception {
    Bounds bounds = new Bounds();
    bounds.bytesPerAddress = 300_000;
    bounds.bytesPerConnection = 250_000;
    start(bounds);
    for (int round = 0; round < 5; round++) {
      double before = disconnects("bytes");
      try (StateClient client = new StateClient(port(), "")) {
        client.send(
            DiscoveryRequest.newBuilder()
                .setTypeUrl(SERVICE_ENTRY)
                .addAllResourceNames(names(0, 800)));
        client.await();
      }
      assertThat(disconnects("bytes")).isEqualTo(before);
      XdsServer server = running;
      await()
          .untilAsserted(
              () -> assertThat(server == null ? List.of() : server.clients()).hasSize(1));
    }
  }
}
