package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.StateClient;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests of clients that ask too much or answer too little. */
class XdsLimitsTest {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;
  private static final InetSocketAddress FREE = new InetSocketAddress("127.0.0.1", 0);

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private XdsServer start(XdsOptions options) throws IOException {
    XdsServer server =
        XdsServer.start(options, store, CompletableFuture.completedFuture(null), meters);
    opened.add(server);
    return server;
  }

  private XdsServer start(Duration ackTimeout, int streams, int requestsPerSecond)
      throws IOException {
    XdsLimits limits = GivenLimits.of(ackTimeout, streams, 100_000, requestsPerSecond);
    return start(XdsOptions.of(FREE).withLimits(limits));
  }

  private StateClient client(XdsServer server) {
    StateClient client = new StateClient(server.ports().get(0), "");
    opened.add(client);
    return client;
  }

  private void put(String name, int bytes) {
    byte[] body = new byte[bytes];
    new Random(name.hashCode()).nextBytes(body);
    store.commit(
        ChangeSet.of(
            List.of(GivenResource.of(new ResourceKey(TYPE, "ns/" + name), body)), List.of()));
  }

  private double disconnects(String reason) {
    return meters.get("fairlead_client_disconnects").tag("reason", reason).counter().count();
  }

  private void deaf(int port) {
    StateClient client = new StateClient(port, "");
    opened.add(client);
    client.stall();
    client.subscribe(SERVICE_ENTRY);
  }

  @Test
  void noAck_isDisconnectedWithTheReasonAndCounted() throws Exception {
    XdsServer server = start(Duration.ofMillis(300), 10, 1000);
    put("a", 10);
    StateClient client = client(server);
    client.subscribe(SERVICE_ENTRY);
    client.await();
    assertThat(client.awaitEnd()).startsWith("DEADLINE_EXCEEDED").contains("not answered");
    assertThat(disconnects("ack_timeout")).isEqualTo(1);
    await().untilAsserted(() -> assertThat(server.clients()).isEmpty());
  }

  @Test
  void ack_inTime_staysConnectedHoweverLongNothingChanges() throws Exception {
    XdsServer server = start(Duration.ofMillis(200), 10, 1000);
    put("a", 10);
    StateClient client = client(server);
    client.subscribe(SERVICE_ENTRY);
    client.ack(client.await());
    // It is about this time, three times the limit.
    assertThat(client.poll(600)).isNull();
    assertThat(server.clients()).hasSize(1);
    assertThat(server.clients().get(0).lag()).isZero();
  }

  @Test
  void client_thatDoesNotRead_isResetAndGone() throws Exception {
    XdsServer server = start(Duration.ofMillis(200), 10, 1000);
    put("a", 5_000_000);
    deaf(server.ports().get(0));
    await().untilAsserted(() -> assertThat(server.clients()).hasSize(1));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(server.clients()).isEmpty());
    assertThat(disconnects("ack_timeout")).isEqualTo(1);
  }

  @Test
  void lag_isShownUntilTheAck() throws Exception {
    XdsServer server = start(Duration.ofSeconds(2), 10, 1000);
    put("a", 10);
    StateClient client = client(server);
    client.subscribe(SERVICE_ENTRY);
    DiscoveryResponse response = client.await();
    await()
        .untilAsserted(
            () ->
                assertThat(
                        meters
                            .get("fairlead_client_lag_seconds")
                            .tag("revision", "")
                            .gauge()
                            .value())
                    .isPositive());
    put("b", 10);
    ClientStatus status = server.clients().get(0);
    assertThat(status.lag()).isPositive();
    assertThat(status.newest()).isEqualTo(store.current().versionInfo());
    assertThat(status.subscriptions().get(0).acknowledged()).isEmpty();
    client.ack(response);
    client.ack(client.await());
    await().untilAsserted(() -> assertThat(server.clients().get(0).lag()).isZero());
    await()
        .untilAsserted(
            () ->
                assertThat(
                        meters
                            .get("fairlead_client_lag_seconds")
                            .tag("revision", "")
                            .gauge()
                            .value())
                    .isZero());
  }

  @Test
  void streams_tooMany_areRefusedUntilOneEnds() throws Exception {
    XdsServer server = start(Duration.ofMinutes(1), 1, 1000);
    StateClient first = client(server);
    first.subscribe(SERVICE_ENTRY);
    first.ack(first.await());
    StateClient second = client(server);
    second.subscribe(SERVICE_ENTRY);
    assertThat(second.awaitEnd()).startsWith("RESOURCE_EXHAUSTED").contains("at most 1");
    assertThat(disconnects("streams")).isEqualTo(1);
    assertThat(server.denied())
        .extracting(DeniedClient::reason)
        .containsExactly(DeniedClient.Reason.LIMIT);
    first.complete();
    await().untilAsserted(() -> assertThat(server.clients()).isEmpty());
    StateClient third = client(server);
    third.subscribe(SERVICE_ENTRY);
    third.await();
  }

  @Test
  void requests_tooManyASecond_endTheStream() throws Exception {
    XdsServer server = start(Duration.ofMinutes(1), 10, 10);
    StateClient client = client(server);
    for (int i = 0; i < 200; i++) {
      client.subscribe(SERVICE_ENTRY);
    }
    assertThat(client.awaitEnd()).startsWith("RESOURCE_EXHAUSTED").contains("10 a second");
    assertThat(disconnects("requests")).isEqualTo(1);
    assertThat(server.denied())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.reason()).isEqualTo(DeniedClient.Reason.LIMIT);
              assertThat(one.address()).isEqualTo("127.0.0.1");
              assertThat(one.port()).isEqualTo(server.ports().get(0));
              assertThat(one.explanation()).contains("10 a second");
            });
  }

  @Test
  void request_tooLarge_endsTheStream() throws Exception {
    XdsServer server = start(Duration.ofMinutes(1), 10, 1000);
    StateClient client = client(server);
    client.send(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(SERVICE_ENTRY)
            .addAllResourceNames(Collections.nCopies(1000, "x".repeat(200))));
    assertThat(client.awaitEnd())
        .startsWith("RESOURCE_EXHAUSTED")
        .contains("at most 100000 bytes", "xds.limits.requestBytes");
    await().untilAsserted(() -> assertThat(server.clients()).isEmpty());
    await().untilAsserted(() -> assertThat(disconnects("request_bytes")).isEqualTo(1));
  }

  @Test
  void cancel_byTheClient_isNoDisconnectOfTheGateway() throws Exception {
    XdsServer server = start(Duration.ofMinutes(1), 10, 1000);
    StateClient client = client(server);
    client.subscribe(SERVICE_ENTRY);
    client.ack(client.await());
    client.close();
    await().untilAsserted(() -> assertThat(server.clients()).isEmpty());
    assertThat(meters.find("fairlead_client_disconnects").counters())
        .isNotEmpty()
        .allSatisfy(counter -> assertThat(counter.count()).isZero());
  }

  @Test
  void maxConnectionAge_clientComesBackToTheSameVersions() throws Exception {
    XdsServer server = start(XdsOptions.of(FREE).withMaxConnectionAge(Duration.ofSeconds(1)));
    put("a", 10);
    put("b", 10);
    StateClient first = client(server);
    first.subscribe(SERVICE_ENTRY);
    DiscoveryResponse before = first.await();
    first.ack(before);
    assertThat(first.awaitEnd()).startsWith("UNAVAILABLE");
    StateClient second = client(server);
    second.subscribe(SERVICE_ENTRY);
    DiscoveryResponse after = second.await();
    assertThat(Versions.of(after)).isEqualTo(Versions.of(before));
    assertThat(after.getResourcesList()).isEqualTo(before.getResourcesList());
  }

  @Test
  void stop_manyPortsWithClientsThatDoNotRead_endsWithinOneBound() throws Exception {
    List<InetSocketAddress> ports = IntStream.range(0, 40).mapToObj(i -> FREE).toList();
    XdsOptions options = XdsOptions.of(FREE).withShards(ports, XdsOptions.Security.PLAINTEXT);
    XdsServer server =
        start(
            new XdsOptions(
                options.sources(),
                null,
                Authorization.EVERYBODY,
                options.limits(),
                null,
                Duration.ofSeconds(1)));
    for (int i = 0; i < 200; i++) {
      put("r" + i, 100_000);
    }
    server.ports().forEach(this::deaf);
    await().untilAsserted(() -> assertThat(server.clients()).hasSize(41));
    // One after the other they would take 41 s.
    assertTimeoutPreemptively(Duration.ofSeconds(20), server::close);
  }
}
