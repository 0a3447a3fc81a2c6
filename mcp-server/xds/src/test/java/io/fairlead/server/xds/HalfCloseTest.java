package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.DeltaClient;
import io.fairlead.harness.StateClient;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

  private XdsServer start(CompletableFuture<Void> ready) throws IOException {
    XdsServer server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", 0)),
            store,
            ready,
            new SimpleMeterRegistry());
    opened.add(server);
    return server;
  }

  private StateClient client(XdsServer server) {
    StateClient client = new StateClient(server.ports().get(0), "");
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
    StateClient client = client(start(CompletableFuture.completedFuture(null)));
    client.subscribe(SERVICE_ENTRY);
    client.complete();
    assertThat(Versions.of(client.await())).containsOnlyKeys("ns/r0");
    assertThat(client.awaitEnd()).isEqualTo("OK");
  }

  @Test
  void halfClose_largeAnswer_comesWhole() throws Exception {
    put(5000);
    StateClient client = client(start(CompletableFuture.completedFuture(null)));
    client.subscribe(SERVICE_ENTRY);
    client.complete();
    assertThat(Versions.of(client.await())).hasSize(5000);
    assertThat(client.awaitEnd()).isEqualTo("OK");
  }

  @Test
  void halfClose_severalTypes_allAreAnswered() throws Exception {
    put(1);
    ResourceType rules = new ResourceType("networking.istio.io", "DestinationRule");
    store.commit(
        ChangeSet.of(List.of(GivenResource.of(new ResourceKey(rules, "ns/d"), 1)), List.of()));
    StateClient client = client(start(CompletableFuture.completedFuture(null)));
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
    StateClient client = client(start(CompletableFuture.completedFuture(null)));
    client.subscribe(SERVICE_ENTRY);
    client.ack(client.await());
    client.complete();
    assertThat(client.awaitEnd()).isEqualTo("OK");
    assertThat(client.poll(0)).as("another response").isNull();
  }

  @Test
  void halfClose_withoutARequest_ends() throws Exception {
    StateClient client = client(start(CompletableFuture.completedFuture(null)));
    client.complete();
    assertThat(client.awaitEnd()).isEqualTo("OK");
  }

  @Test
  void halfClose_beforeTheGateOpens_isAnsweredOnceItDoes() throws Exception {
    put(1);
    ShutGate gate = new ShutGate();
    StateClient client = client(start(gate));
    client.subscribe(SERVICE_ENTRY);
    client.complete();
    gate.awaitRefusal();
    put(2);
    gate.open();
    // The first answer has what was committed while the gate was shut: none came before.
    assertThat(Versions.of(client.await())).containsOnlyKeys("ns/r0", "ns/r1");
    assertThat(client.awaitEnd()).isEqualTo("OK");
  }

  @Test
  void halfClose_incremental_isAnsweredThenEnds() throws Exception {
    put(2);
    XdsServer server = start(CompletableFuture.completedFuture(null));
    DeltaClient client = new DeltaClient(server.ports().get(0), "", SERVICE_ENTRY);
    opened.add(client);
    client.subscribe();
    client.complete();
    assertThat(DeltaClient.names(client.await())).containsExactly("ns/r0", "ns/r1");
    assertThat(client.awaitEnd()).isEqualTo("OK");
    assertThat(client.poll(0)).as("another response").isNull();
  }
}
