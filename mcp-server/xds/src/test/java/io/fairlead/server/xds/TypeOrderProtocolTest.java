package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of the order in which a client sees commits that change several types. */
class TypeOrderProtocolTest {
  private static final List<String> KINDS =
      List.of("EnvoyFilter", "ServiceEntry", "VirtualService", "DestinationRule", "WorkloadEntry");

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final Map<String, DiscoveryResponse> newest = new HashMap<>();
  private XdsServer server;
  private StateClient client;

  @BeforeEach
  void connect() throws IOException {
    server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", 0)),
            store,
            CompletableFuture.completedFuture(null),
            new SimpleMeterRegistry());
    client = new StateClient(server.ports().get(0), "");
    for (String kind : KINDS) {
      client.subscribe(typeUrl(kind));
      client.ack(client.await());
    }
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static String typeUrl(String kind) {
    return "networking.istio.io/v1/" + kind;
  }

  private static ResourceKey key(String kind, String name) {
    return new ResourceKey(new ResourceType("networking.istio.io", kind), "ns/" + name);
  }

  private static Resource resource(String kind, String name, int body) {
    return GivenResource.of(key(kind, name), body);
  }

  private static List<Resource> one(String name, int body, String... kinds) {
    List<Resource> resources = new ArrayList<>();
    for (String kind : kinds) {
      resources.add(resource(kind, name, body));
    }
    return resources;
  }

  // Without an ACK: the types of a commit do not wait for each other.
  private List<String> receive(int count) {
    List<String> kinds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      DiscoveryResponse response = client.await();
      String kind = response.getTypeUrl().substring(response.getTypeUrl().lastIndexOf('/') + 1);
      newest.put(kind, response);
      kinds.add(kind);
    }
    return kinds;
  }

  private void ack(String... kinds) {
    for (String kind : kinds) {
      client.ack(Objects.requireNonNull(newest.get(kind), kind));
    }
  }

  private void ackAll() {
    newest.values().forEach(client::ack);
    newest.clear();
  }

  @Test
  void commit_addsAndRemovesSeveralTypes_goesOutInOrderWithoutAcks() {
    store.commit(ChangeSet.of(one("a", 1, KINDS.toArray(String[]::new)), List.of()));
    assertThat(receive(5))
        .containsExactly(
            "WorkloadEntry", "ServiceEntry", "DestinationRule", "VirtualService", "EnvoyFilter");
    assertThat(newest.values().stream().map(DiscoveryResponse::getVersionInfo).distinct())
        .containsExactly(store.current().versionInfo());
    ackAll();

    store.commit(
        ChangeSet.of(
            one("a", 2, "VirtualService"),
            List.of(
                key("ServiceEntry", "a"), key("DestinationRule", "a"), key("EnvoyFilter", "a"))));
    assertThat(receive(4))
        .containsExactly("VirtualService", "EnvoyFilter", "DestinationRule", "ServiceEntry");
    client.awaitSilence();
  }

  @Test
  void commit_targetNotAcknowledged_referrerWaitsForIt() {
    store.commit(ChangeSet.of(one("a", 1, "ServiceEntry"), List.of()));
    assertThat(receive(1)).containsExactly("ServiceEntry");
    store.commit(ChangeSet.of(one("b", 1, "ServiceEntry", "VirtualService"), List.of()));
    // The ServiceEntry that the VirtualService names cannot go out yet.
    client.awaitSilence();
    ack("ServiceEntry");
    assertThat(receive(2)).containsExactly("ServiceEntry", "VirtualService");
  }

  @Test
  void commit_typeInFlightUnchanged_nobodyWaitsForIt() {
    store.commit(ChangeSet.of(one("a", 1, "ServiceEntry"), List.of()));
    assertThat(receive(1)).containsExactly("ServiceEntry");
    store.commit(ChangeSet.of(one("a", 1, "VirtualService"), List.of()));
    assertThat(receive(1)).containsExactly("VirtualService");
  }

  @Test
  void commit_targetRemovedWhileReferrerInFlight_waitsForItsRemoval() {
    store.commit(ChangeSet.of(one("a", 1, "ServiceEntry", "VirtualService"), List.of()));
    assertThat(receive(2)).containsExactly("ServiceEntry", "VirtualService");
    ack("ServiceEntry");
    store.commit(
        ChangeSet.of(List.of(), List.of(key("ServiceEntry", "a"), key("VirtualService", "a"))));
    client.awaitSilence();
    ack("VirtualService");
    assertThat(receive(2)).containsExactly("VirtualService", "ServiceEntry");
  }
}
