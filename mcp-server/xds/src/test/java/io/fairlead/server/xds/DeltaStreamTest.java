package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.fairlead.harness.DeltaClient;
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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeltaStreamTest {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final List<AutoCloseable> clients = new ArrayList<>();
  private XdsServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", 0)),
            store,
            CompletableFuture.completedFuture(null),
            new SimpleMeterRegistry());
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable client : clients) {
      client.close();
    }
    server.close();
  }

  private DeltaClient client(String revision) {
    DeltaClient client = new DeltaClient(server.ports().get(0), revision, SERVICE_ENTRY);
    clients.add(client);
    return client;
  }

  private static Resource resource(String name, int body, Set<String> revisions) {
    return GivenResource.of(new ResourceKey(TYPE, "ns/" + name), body, revisions);
  }

  private void put(String name, int body) {
    store.commit(ChangeSet.of(List.of(resource(name, body, Set.of())), List.of()));
  }

  private void remove(String name) {
    store.commit(ChangeSet.of(List.of(), List.of(new ResourceKey(TYPE, "ns/" + name))));
  }

  private Map<String, String> expected(String revision) {
    Map<String, String> all = new TreeMap<>();
    for (Resource resource : store.current().resources(TYPE)) {
      if (resource.isVisibleTo(revision)) {
        all.put(resource.key().name(), resource.version());
      }
    }
    return all;
  }

  @Test
  void wildcard_getsEverythingOnceThenOnlyWhatChanges() {
    put("a", 1);
    put("b", 1);
    DeltaClient client = client("");
    client.subscribe();
    DeltaDiscoveryResponse first = client.await();
    assertThat(DeltaClient.names(first)).containsExactly("ns/a", "ns/b");
    assertThat(first.getSystemVersionInfo()).isEqualTo(store.current().versionInfo());
    client.ack(first);
    client.awaitSilence();
    put("b", 2);
    DeltaDiscoveryResponse second = client.await();
    assertThat(DeltaClient.names(second)).containsExactly("ns/b");
    client.ack(second);
    remove("a");
    DeltaDiscoveryResponse third = client.await();
    assertThat(third.getResourcesList()).isEmpty();
    assertThat(third.getRemovedResourcesList()).containsExactly("ns/a");
    client.ack(third);
    assertThat(client.held()).isEqualTo(expected(""));
  }

  @Test
  void wildcard_typeWithNothing_getsAnEmptyAnswer() {
    DeltaClient client = client("");
    client.subscribe();
    DeltaDiscoveryResponse first = client.await();
    assertThat(first.getResourcesList()).isEmpty();
    assertThat(first.getNonce()).isNotEmpty();
  }

  @Test
  void reconnect_withVersions_getsOnlyTheDifference() {
    put("same", 1);
    put("changed", 1);
    put("gone", 1);
    DeltaClient before = client("");
    before.subscribe();
    before.ack(before.await());
    before.close();
    put("changed", 2);
    put("new", 1);
    remove("gone");

    DeltaClient after = client("");
    after.hold(before.held());
    after.subscribe();
    DeltaDiscoveryResponse first = after.await();
    assertThat(DeltaClient.names(first)).containsExactly("ns/changed", "ns/new");
    assertThat(first.getRemovedResourcesList()).containsExactly("ns/gone");
    after.ack(first);
    assertThat(after.held()).isEqualTo(expected(""));
    after.awaitSilence();
  }

  @Test
  void nack_isTriedAgainWithWhatCameSinceAndNothingIsLost() {
    put("a", 1);
    DeltaClient client = client("");
    client.subscribe();
    client.ack(client.await());
    put("a", 2);
    client.nack(client.await());
    put("b", 1);
    DeltaDiscoveryResponse again = client.await();
    assertThat(DeltaClient.names(again)).containsExactly("ns/a", "ns/b");
    client.ack(again);
    assertThat(client.held()).isEqualTo(expected(""));
    client.awaitSilence();
  }

  @Test
  void names_subscribedOneByOne_areSentOrSaidToBeMissing() {
    put("a", 1);
    put("b", 1);
    DeltaClient client = client("");
    client.subscribeTo("ns/a", "ns/none", "no-name");
    DeltaDiscoveryResponse first = client.await();
    assertThat(DeltaClient.names(first)).containsExactly("ns/a");
    assertThat(first.getRemovedResourcesList()).containsExactly("no-name", "ns/none");
    client.ack(first);
    put("b", 2);
    client.awaitSilence();
    client.subscribeTo("ns/b");
    DeltaDiscoveryResponse second = client.await();
    assertThat(DeltaClient.names(second)).containsExactly("ns/b");
    client.ack(second);
    // Asked for again: sent again, though it is held.
    client.subscribeTo("ns/a");
    DeltaDiscoveryResponse third = client.await();
    assertThat(DeltaClient.names(third)).containsExactly("ns/a");
    client.ack(third);
    client.unsubscribeFrom("ns/a");
    awaitRequestsTaken(client);
    put("a", 3);
    client.awaitSilence();
    put("none", 1);
    assertThat(DeltaClient.names(client.await())).containsExactly("ns/none");
  }

  @Test
  void names_widenedToEverything_getsTheRestOnly() {
    put("a", 1);
    put("b", 1);
    DeltaClient client = client("");
    client.subscribeTo("ns/a");
    client.ack(client.await());
    client.subscribeTo("*");
    DeltaDiscoveryResponse rest = client.await();
    assertThat(DeltaClient.names(rest)).containsExactly("ns/b");
    client.ack(rest);
    // Unsubscribed by name but still seen through the wildcard: the client is told how it is.
    client.unsubscribeFrom("ns/a");
    DeltaDiscoveryResponse told = client.await();
    assertThat(DeltaClient.names(told)).containsExactly("ns/a");
    client.ack(told);
    client.unsubscribeFrom("*");
    awaitRequestsTaken(client);
    put("b", 2);
    client.awaitSilence();
  }

  // Requests are taken in order, so an answer to a later one shows that the earlier were taken.
  private static void awaitRequestsTaken(DeltaClient client) {
    client.subscribeTo("ns/not-there");
    DeltaDiscoveryResponse missing = client.await();
    assertThat(missing.getRemovedResourcesList()).containsExactly("ns/not-there");
    client.ack(missing);
  }

  @Test
  void answers_oldNonce_changesNothing() {
    put("a", 1);
    DeltaClient client = client("");
    client.subscribe();
    DeltaDiscoveryResponse first = client.await();
    client.ack(first);
    put("a", 2);
    DeltaDiscoveryResponse second = client.await();
    client.nack(first);
    put("a", 3);
    client.awaitSilence();
    client.ack(second);
    DeltaDiscoveryResponse third = client.await();
    client.ack(third);
    assertThat(client.held()).isEqualTo(expected(""));
  }
}
