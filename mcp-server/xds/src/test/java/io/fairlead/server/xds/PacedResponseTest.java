package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.StateClient;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests that large responses hold only a few pieces of the transport's buffers while clients do not
 * read them, whatever their size.
 */
class PacedResponseTest {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;
  private static final int RESOURCES = 3000;
  private static final int BYTES = 10_000;
  private static final int CLIENTS = 4;
  // A buffer being filled, two or three on their way, and what the connection itself takes.
  private static final long MAX_PER_CLIENT = 5 << 20;
  // Less than one of gRPC's buffers; a connection that is open may have small ones.
  private static final long NOTHING = 256 << 10;

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private XdsServer start(Duration ackTimeout) throws IOException {
    byte[] body = new byte[BYTES];
    new Random(1).nextBytes(body);
    store.commit(
        ChangeSet.of(
            IntStream.range(0, RESOURCES).mapToObj(number -> resource(number, body)).toList(),
            List.of()));
    XdsLimits limits = XdsLimits.DEFAULT;
    XdsServer server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", 0))
                .withLimits(
                    GivenLimits.of(
                        ackTimeout,
                        limits.streams(),
                        limits.requestBytes(),
                        limits.requestsPerSecond())),
            store,
            CompletableFuture.completedFuture(null),
            meters);
    opened.add(server);
    return server;
  }

  private static Resource resource(int number, byte[] body) {
    return GivenResource.of(new ResourceKey(TYPE, "ns/r" + number), body);
  }

  private List<StateClient> deafClients(XdsServer server, int count) {
    List<StateClient> clients = new ArrayList<>();
    for (int client = 0; client < count; client++) {
      StateClient deaf = new StateClient(server.ports().get(0), "");
      opened.add(deaf);
      deaf.stall();
      deaf.subscribe(SERVICE_ENTRY);
      clients.add(deaf);
    }
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(
            () ->
                server.clients().stream()
                        .flatMap(client -> client.subscriptions().stream())
                        .filter(subscription -> !subscription.sent().isEmpty())
                        .count()
                    == count);
    return clients;
  }

  private Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    store
        .current()
        .resources(TYPE)
        .forEach(resource -> versions.put(resource.key().name(), resource.version()));
    return versions;
  }

  private static long buffered() {
    return TransportBuffers.ALLOCATOR.pinnedDirectMemory();
  }

  private double disconnects() {
    return meters.find("fairlead_client_disconnects").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  @Test
  void clientsThatDoNotRead_holdAFewPiecesEach() throws Exception {
    XdsServer server = start(Duration.ofMinutes(5));
    long before = buffered();
    deafClients(server, CLIENTS);
    // Whatever is handed over without being asked for would have been after this time.
    await()
        .during(2, TimeUnit.SECONDS)
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> buffered() - before < CLIENTS * MAX_PER_CLIENT);
    assertThat(buffered() - before).as("something is being written").isPositive();
  }

  @Test
  void clientThatReadsLater_getsEverything() throws Exception {
    XdsServer server = start(Duration.ofMinutes(5));
    StateClient client = deafClients(server, 1).get(0);
    client.resume();
    assertThat(Versions.of(client.await())).isEqualTo(versions());
  }

  @Test
  void clientThatReads_doesNotWaitForThoseThatDoNot() throws Exception {
    XdsServer server = start(Duration.ofMinutes(5));
    deafClients(server, 2 + Runtime.getRuntime().availableProcessors());
    StateClient reader = new StateClient(server.ports().get(0), "");
    opened.add(reader);
    reader.subscribe(SERVICE_ENTRY);
    DiscoveryResponse response = reader.await();
    assertThat(Versions.of(response)).isEqualTo(versions());
    store.commit(ChangeSet.of(List.of(resource(0, new byte[] {1})), List.of()));
    reader.ack(response);
    assertThat(Versions.of(reader.await())).isEqualTo(versions());
  }

  @Test
  void ackTimeout_inTheMiddleOfAResponse_isCountedOnceAndFreesTheBuffers() throws Exception {
    long before = buffered();
    XdsServer server = start(Duration.ofMillis(500));
    StateClient client = deafClients(server, 1).get(0);
    await().atMost(20, TimeUnit.SECONDS).until(() -> server.clients().isEmpty());
    assertThat(
            meters
                .get("fairlead_client_disconnects")
                .tag("reason", "ack_timeout")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(disconnects()).isEqualTo(1);
    client.resume();
    assertThat(client.awaitEnd()).isNotEqualTo("OK");
    assertThat(client.poll(0)).as("a response").isNull();
    await().atMost(20, TimeUnit.SECONDS).until(() -> buffered() - before < NOTHING);
  }

  @Test
  void clientThatLeavesInTheMiddle_isGoneAndNoDisconnectOfTheGateway() throws Exception {
    long before = buffered();
    XdsServer server = start(Duration.ofMinutes(5));
    deafClients(server, 1).get(0).cancel();
    await().atMost(20, TimeUnit.SECONDS).until(() -> server.clients().isEmpty());
    assertThat(disconnects()).isZero();
    await().atMost(20, TimeUnit.SECONDS).until(() -> buffered() - before < NOTHING);
  }

  @Test
  void stop_inTheMiddleOfAResponse_ends() throws Exception {
    XdsServer server = start(Duration.ofMinutes(5));
    deafClients(server, 2);
    server.close();
    assertThat(server.clients()).isEmpty();
  }
}
