package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.DeltaClient;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests of the meaning of names in requests, as the xDS protocol has it, in each variant of the
 * protocol.
 */
class SubscriptionRulesTest {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;
  private static final String ALPHA = "ns/alpha";
  private static final String BETA = "ns/beta";
  private static final String GAMMA = "ns/gamma";

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final List<AutoCloseable> clients = new ArrayList<>();
  private XdsServer server;

  @BeforeEach
  void start() throws IOException {
    put(ALPHA, 1);
    put(BETA, 1);
    put(GAMMA, 1);
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

  private void put(String name, int body) {
    store.commit(
        ChangeSet.of(List.of(GivenResource.of(new ResourceKey(TYPE, name), body)), List.of()));
  }

  /** A state-of-the-world client with what it last said and got. */
  private final class State {
    private final StateClient client;
    private DiscoveryResponse last = DiscoveryResponse.getDefaultInstance();

    State(boolean incremental, String... names) {
      client =
          incremental
              ? StateClient.incremental(server.ports().get(0), "")
              : new StateClient(server.ports().get(0), "");
      clients.add(client);
      client.send(request(names));
    }

    private DiscoveryRequest.Builder request(String... names) {
      return DiscoveryRequest.newBuilder()
          .setTypeUrl(SERVICE_ENTRY)
          .addAllResourceNames(List.of(names));
    }

    /** Sends these names with the nonce of the last response: the first time that is its ACK. */
    void names(String... names) {
      client.send(
          request(names).setVersionInfo(last.getVersionInfo()).setResponseNonce(last.getNonce()));
    }

    void gets(String... names) {
      last = client.await();
      assertThat(Versions.of(last)).containsOnlyKeys(names);
    }

    /** That nothing is sent, neither now nor when one of these changes. */
    void getsNothingOf(String... names) {
      client.awaitSilence();
      for (String name : names) {
        put(name, 77);
      }
      client.awaitSilence();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_nameAddedWithTheLastNonceLongAfterItsAck_isSent(boolean incremental) {
    State client = new State(incremental, ALPHA);
    client.gets(ALPHA);
    client.names(ALPHA);
    client.client.awaitSilence();
    client.names(ALPHA, BETA);
    client.gets(ALPHA, BETA);
    client.names(ALPHA, BETA);
    client.getsNothingOf(GAMMA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_nameAddedWithTheAck_isSent(boolean incremental) {
    State client = new State(incremental, ALPHA);
    client.gets(ALPHA);
    client.names(ALPHA, BETA);
    client.gets(ALPHA, BETA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_nameAddedWithARefusal_isSent(boolean incremental) {
    State client = new State(incremental, ALPHA);
    client.gets(ALPHA);
    client.client.nack(client.last, "refused by the test");
    // A refusal names nothing here: with names before it, that is an unsubscription.
    client.names(ALPHA, BETA);
    client.gets(ALPHA, BETA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_emptyListAfterNames_isNothing(boolean incremental) {
    State client = new State(incremental, ALPHA);
    client.gets(ALPHA);
    client.names();
    client.getsNothingOf(ALPHA, BETA);
    client.names(BETA);
    client.gets(BETA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_emptyListWithoutNonceAfterNames_isNothing(boolean incremental) {
    State client = new State(incremental, ALPHA);
    client.gets(ALPHA);
    client.names(ALPHA);
    client.client.send(client.request());
    client.getsNothingOf(ALPHA, BETA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_emptyListAfterTheWildcard_isNothing(boolean incremental) {
    State client = new State(incremental, "*");
    client.gets(ALPHA, BETA, GAMMA);
    client.names();
    client.getsNothingOf(ALPHA, BETA, GAMMA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_emptyListFromTheBegin_staysEverything(boolean incremental) {
    State client = new State(incremental);
    client.gets(ALPHA, BETA, GAMMA);
    client.names();
    client.client.awaitSilence();
    put(BETA, 2);
    if (incremental) {
      client.gets(BETA);
    } else {
      client.gets(ALPHA, BETA, GAMMA);
    }
    client.names("*");
    client.client.awaitSilence();
    client.names();
    client.getsNothingOf(ALPHA, BETA, GAMMA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_wildcardDropped_leavesTheNames(boolean incremental) {
    State client = new State(incremental, "*", ALPHA);
    client.gets(ALPHA, BETA, GAMMA);
    client.names("*", ALPHA);
    client.names(ALPHA);
    client.getsNothingOf(BETA, GAMMA);
    put(ALPHA, 2);
    client.gets(ALPHA);
    client.names(ALPHA, "*");
    client.gets(ALPHA, BETA, GAMMA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_emptyListThenNames_narrowsToThem(boolean incremental) {
    State client = new State(incremental);
    client.gets(ALPHA, BETA, GAMMA);
    client.names();
    client.client.awaitSilence();
    client.names(ALPHA);
    client.gets(ALPHA);
    client.names(ALPHA);
    client.getsNothingOf(BETA, GAMMA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_unsubscribedAndSubscribedAgain_isSentAgain(boolean incremental) {
    State client = new State(incremental, ALPHA, BETA);
    client.gets(ALPHA, BETA);
    client.names(ALPHA);
    client.client.awaitSilence();
    client.names(ALPHA, BETA);
    client.gets(ALPHA, BETA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void state_namesWithAnOvertakenNonce_areIgnored(boolean incremental) {
    State client = new State(incremental, ALPHA);
    client.gets(ALPHA);
    DiscoveryResponse first = client.last;
    client.names(ALPHA);
    put(ALPHA, 2);
    client.gets(ALPHA);
    DiscoveryResponse second = client.last;
    client.last = first;
    client.names(BETA);
    client.last = second;
    client.client.awaitSilence();
    client.names(ALPHA);
    client.getsNothingOf(BETA);
  }

  private DeltaClient delta() {
    DeltaClient client = new DeltaClient(server.ports().get(0), "", SERVICE_ENTRY);
    clients.add(client);
    return client;
  }

  private static DeltaDiscoveryRequest.Builder subscribe(String... names) {
    return DeltaDiscoveryRequest.newBuilder().addAllResourceNamesSubscribe(List.of(names));
  }

  private String version(String name) {
    return Objects.requireNonNull(store.current().find(new ResourceKey(TYPE, name))).version();
  }

  @Test
  void delta_claimedButNotSubscribed_isNotSaidToBeRemoved() {
    DeltaClient client = delta();
    client.send(
        subscribe(ALPHA, "ns/gone")
            .putAllInitialResourceVersions(
                Map.of(
                    ALPHA, version(ALPHA), BETA, version(BETA), "ns/gone", "v", "ns/other", "v")));
    DeltaDiscoveryResponse first = client.await();
    assertThat(first.getResourcesList()).isEmpty();
    assertThat(first.getRemovedResourcesList()).containsExactly("ns/gone");
    client.ack(first);
    put(BETA, 2);
    client.awaitSilence();
  }

  @Test
  void delta_claimedWithTheWildcard_onlyWhatIsGoneIsSaidToBeRemoved() {
    DeltaClient client = delta();
    client.send(
        DeltaDiscoveryRequest.newBuilder()
            .putAllInitialResourceVersions(
                Map.of(ALPHA, version(ALPHA), BETA, "old", "ns/gone", "v")));
    DeltaDiscoveryResponse first = client.await();
    assertThat(DeltaClient.names(first)).containsExactly(BETA, GAMMA);
    assertThat(first.getRemovedResourcesList()).containsExactly("ns/gone");
  }

  @Test
  void delta_everythingUnsubscribed_isNothing() {
    DeltaClient client = delta();
    client.send(DeltaDiscoveryRequest.newBuilder());
    client.ack(client.await());
    client.subscribeTo(ALPHA);
    client.ack(client.await());
    client.unsubscribeFrom("*");
    client.unsubscribeFrom(ALPHA);
    client.awaitSilence();
    put(ALPHA, 2);
    put(BETA, 2);
    client.awaitSilence();
    client.subscribeTo(ALPHA);
    assertThat(DeltaClient.names(client.await())).containsExactly(ALPHA);
  }

  @Test
  void delta_requestThatNamesNothingAfterNames_changesNothing() {
    DeltaClient client = delta();
    client.subscribeTo(ALPHA);
    client.ack(client.await());
    client.send(DeltaDiscoveryRequest.newBuilder());
    client.awaitSilence();
    put(BETA, 2);
    client.awaitSilence();
    put(ALPHA, 2);
    assertThat(DeltaClient.names(client.await())).containsExactly(ALPHA);
  }

  @Test
  void delta_wildcardAndNameUnsubscribedTogether_nothingIsOwed() {
    DeltaClient client = delta();
    client.subscribeTo("*", ALPHA);
    client.ack(client.await());
    client.unsubscribeFrom(ALPHA, "*");
    client.awaitSilence();
    put(ALPHA, 2);
    client.awaitSilence();
  }

  @Test
  void delta_unsubscribedAndSubscribedAgain_isSentAgain() {
    DeltaClient client = delta();
    client.subscribeTo(ALPHA, BETA);
    client.ack(client.await());
    client.unsubscribeFrom(BETA);
    client.subscribeTo(BETA);
    assertThat(DeltaClient.names(client.await())).containsExactly(BETA);
  }

  @Test
  void delta_nameThatComesAndGoes_isSentAndSaidToBeRemoved() {
    DeltaClient client = delta();
    client.subscribeTo("ns/new");
    DeltaDiscoveryResponse missing = client.await();
    assertThat(missing.getRemovedResourcesList()).containsExactly("ns/new");
    client.ack(missing);
    put("ns/new", 1);
    DeltaDiscoveryResponse there = client.await();
    assertThat(DeltaClient.names(there)).containsExactly("ns/new");
    client.ack(there);
    store.commit(ChangeSet.of(List.of(), List.of(new ResourceKey(TYPE, "ns/new"))));
    assertThat(client.await().getRemovedResourcesList()).containsExactly("ns/new");
  }
}
