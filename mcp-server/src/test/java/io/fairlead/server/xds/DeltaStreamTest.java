package io.fairlead.server.xds;

import static io.fairlead.server.xds.AdsClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeltaStreamTest {
  private static final ResourceType TYPE = new ResourceType("networking.istio.io", "ServiceEntry");
  private static final List<String> REVISIONS = List.of("", "canary", "stable");

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final List<AutoCloseable> clients = new ArrayList<>();
  private XdsServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", 0)),
            store,
            XdsGate.OPEN,
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
    return Resource.encode(
        new ResourceContent(
            new ResourceKey(TYPE, "ns/" + name),
            Map.of(),
            Map.of(),
            revisions,
            Instant.EPOCH,
            "t/b",
            ByteString.copyFromUtf8("body" + body)));
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
    assertThat(client.held).isEqualTo(expected(""));
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
    after.held.putAll(before.held);
    after.subscribe();
    DeltaDiscoveryResponse first = after.await();
    assertThat(DeltaClient.names(first)).containsExactly("ns/changed", "ns/new");
    assertThat(first.getRemovedResourcesList()).containsExactly("ns/gone");
    after.ack(first);
    assertThat(after.held).isEqualTo(expected(""));
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
    assertThat(client.held).isEqualTo(expected(""));
    client.awaitSilence();
  }

  @Test
  void names_subscribedOneByOne_areSentOrSaidToBeMissing() {
    put("a", 1);
    put("b", 1);
    DeltaClient client = client("");
    client.subscribe("ns/a", "ns/none", "no-name");
    DeltaDiscoveryResponse first = client.await();
    assertThat(DeltaClient.names(first)).containsExactly("ns/a");
    assertThat(first.getRemovedResourcesList()).containsExactly("no-name", "ns/none");
    client.ack(first);
    put("b", 2);
    client.awaitSilence();
    client.subscribe("ns/b");
    DeltaDiscoveryResponse second = client.await();
    assertThat(DeltaClient.names(second)).containsExactly("ns/b");
    client.ack(second);
    // Asked for again: sent again, though it is held.
    client.subscribe("ns/a");
    DeltaDiscoveryResponse third = client.await();
    assertThat(DeltaClient.names(third)).containsExactly("ns/a");
    client.ack(third);
    client.unsubscribe("ns/a");
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
    client.subscribe("ns/a");
    client.ack(client.await());
    client.subscribe("*");
    DeltaDiscoveryResponse rest = client.await();
    assertThat(DeltaClient.names(rest)).containsExactly("ns/b");
    client.ack(rest);
    // Unsubscribed by name but still seen through the wildcard: the client is told how it is.
    client.unsubscribe("ns/a");
    DeltaDiscoveryResponse told = client.await();
    assertThat(DeltaClient.names(told)).containsExactly("ns/a");
    client.ack(told);
    client.unsubscribe("*");
    awaitRequestsTaken(client);
    put("b", 2);
    client.awaitSilence();
  }

  // Requests are taken in order, so an answer to a later one shows that the earlier were taken.
  private static void awaitRequestsTaken(DeltaClient client) {
    client.subscribe("ns/not-there");
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
    assertThat(client.held).isEqualTo(expected(""));
  }

  /**
   * Clients of both protocols and all revisions through random changes, reconnects, refusals and
   * delays: each ends with what the snapshot has, and no incremental client is ever sent a version
   * that it holds.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomWalk_endsEqualToTheSnapshot(long seed) {
    Random random = new Random(seed);
    List<Walker> walkers = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      walkers.add(
          i % 3 == 0
              ? new StateWalker(REVISIONS.get(i / 3))
              : new DeltaWalker(REVISIONS.get(i / 3)));
    }
    for (int step = 0; step < 150; step++) {
      store.commit(randomChanges(random));
      walkers.get(random.nextInt(walkers.size())).step(random);
      walkers.get(random.nextInt(walkers.size())).step(random);
    }
    for (Walker walker : walkers) {
      walker.finish();
      assertThat(walker.held()).as(walker.toString()).isEqualTo(expected(walker.revision));
    }
  }

  private static ChangeSet randomChanges(Random random) {
    List<Resource> puts = new ArrayList<>();
    List<ResourceKey> removals = new ArrayList<>();
    for (int i = 0; i < random.nextInt(4); i++) {
      String name = "r" + (random.nextInt(10) * 4 + i);
      if (random.nextInt(4) == 0) {
        removals.add(new ResourceKey(TYPE, "ns/" + name));
      } else {
        String revision = REVISIONS.get(random.nextInt(3));
        puts.add(
            resource(name, random.nextInt(3), revision.isEmpty() ? Set.of() : Set.of(revision)));
      }
    }
    return ChangeSet.of(puts, removals);
  }

  private abstract static class Walker {
    final String revision;

    Walker(String revision) {
      this.revision = revision;
    }

    abstract void step(Random random);

    abstract void finish();

    abstract Map<String, String> held();

    @Override
    public String toString() {
      return getClass().getSimpleName() + " of revision '" + revision + "'";
    }
  }

  private final class StateWalker extends Walker {
    private AdsClient client;
    private Map<String, String> held = Map.of();

    StateWalker(String revision) {
      super(revision);
      connect();
    }

    private void connect() {
      client = new AdsClient(server.ports().get(0), revision);
      clients.add(client);
      client.subscribe(SERVICE_ENTRY);
    }

    @Override
    void step(Random random) {
      DiscoveryResponse response = client.poll(50);
      if (response == null) {
        return;
      }
      switch (random.nextInt(5)) {
        case 0 -> client.nack(response, "refused by the test");
        case 1 -> {
          client.close();
          connect();
        }
        default -> take(response);
      }
    }

    private void take(DiscoveryResponse response) {
      held = AdsClient.versions(response);
      client.ack(response);
    }

    @Override
    void finish() {
      // A refused response is not sent again before something changes, so ask anew.
      client.close();
      connect();
      take(client.await());
    }

    @Override
    Map<String, String> held() {
      return held;
    }
  }

  private final class DeltaWalker extends Walker {
    private DeltaClient client;

    DeltaWalker(String revision) {
      super(revision);
      client = DeltaStreamTest.this.client(revision);
      client.subscribe();
    }

    @Override
    void step(Random random) {
      DeltaDiscoveryResponse response = client.poll(50);
      if (response == null) {
        return;
      }
      switch (random.nextInt(8)) {
        case 0 -> client.nack(response);
        case 1 -> {
          DeltaClient next = DeltaStreamTest.this.client(revision);
          next.held.putAll(client.held);
          client.close();
          client = next;
          client.subscribe();
        }
        default -> take(response);
      }
    }

    private void take(DeltaDiscoveryResponse response) {
      for (var resource : response.getResourcesList()) {
        assertThat(client.held.get(resource.getName()))
            .as("sent again in a version that it holds: %s", resource.getName())
            .isNotEqualTo(resource.getVersion());
      }
      client.ack(response);
    }

    @Override
    void finish() {
      Map<String, String> end = expected(revision);
      while (!client.held.equals(end)) {
        take(client.await());
      }
      DeltaDiscoveryResponse more = client.poll(50);
      if (more != null) {
        take(more);
      }
    }

    @Override
    Map<String, String> held() {
      return client.held;
    }
  }
}
