package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.revisions.Shard;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Tests of the lanes that responses are made in. Their executors are queues that the test empties
 * by hand: while the bulk lane does nothing, no client's large response is made, and every small
 * one is.
 */
class BulkWorkTest {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;
  private static final int MANY = 5000;

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final Queue<Runnable> light = new ArrayDeque<>();
  private final Queue<Runnable> bulk = new ArrayDeque<>();
  private final XdsContext context =
      new XdsContext(
          store,
          CompletableFuture.completedFuture(null),
          () -> XdsLimits.DEFAULT,
          new XdsMetrics(new SimpleMeterRegistry()),
          () -> Authorization.EVERYBODY,
          new DeniedClients(new SimpleMeterRegistry(), Clock.systemUTC()),
          light::add,
          bulk::add,
          (task, delay) -> {},
          stream -> {});
  private final ConnectionInfo connection =
      new ConnectionInfo(
          "test",
          new ClientIdentity(Optional.empty(), false, List.of(), List.of()),
          0,
          Shard.WHOLE,
          XdsOptions.Dialect.AS_ASKED,
          TransportEnd.current(),
          GivenRequest.quota());

  /** A call that keeps what is sent. */
  private static final class Call extends ServerCall<ClientRequest, EncodedMessage> {
    private final MethodDescriptor<ClientRequest, EncodedMessage> method;
    private final List<EncodedMessage> sent = new ArrayList<>();

    Call(MethodDescriptor<ClientRequest, EncodedMessage> method) {
      this.method = method;
    }

    @Override
    public void request(int count) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(EncodedMessage message) {
      sent.add(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      throw new AssertionError("closed: " + status);
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<ClientRequest, EncodedMessage> getMethodDescriptor() {
      return method;
    }

    /** The number of resources in the one response that was sent since the last look. */
    EncodedMessage one() {
      assertThat(sent).hasSize(1);
      return sent.remove(0);
    }
  }

  private final Call deltaCall = new Call(DiscoveryMethods.incremental(() -> XdsLimits.DEFAULT));
  private final DeltaStream delta = new DeltaStream(1, deltaCall, connection, context);
  private final Call stateCall =
      new Call(DiscoveryMethods.stateOfTheWorld(() -> XdsLimits.DEFAULT));
  private final SotwStream state = new SotwStream(2, stateCall, connection, context);
  private final Call otherCall = new Call(DiscoveryMethods.incremental(() -> XdsLimits.DEFAULT));
  private final DeltaStream other = new DeltaStream(3, otherCall, connection, context);

  private static void runAll(Queue<Runnable> lane) {
    for (Runnable task = lane.poll(); task != null; task = lane.poll()) {
      task.run();
    }
  }

  private void commit(int from, int to, int body) {
    store.commit(
        ChangeSet.of(
            IntStream.range(from, to).mapToObj(i -> resource("ns/r" + i, body)).toList(),
            List.of()));
    delta.wake();
    state.wake();
    other.wake();
  }

  private static Resource resource(String name, int body) {
    return GivenResource.of(new ResourceKey(TYPE, name), body);
  }

  private static byte[] bytes(EncodedMessage response) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    try {
      response.writeTo(output);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return output.toByteArray();
  }

  private void ack(DeltaStream stream, EncodedMessage response) throws IOException {
    stream.onMessage(
        GivenRequest.of(
            DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(SERVICE_ENTRY)
                .setResponseNonce(DeltaDiscoveryResponse.parseFrom(bytes(response)).getNonce())
                .build()));
    runAll(light);
  }

  private void ack(EncodedMessage response) throws IOException {
    state.onMessage(
        GivenRequest.of(
            DiscoveryRequest.newBuilder()
                .setTypeUrl(SERVICE_ENTRY)
                .setResponseNonce(DiscoveryResponse.parseFrom(bytes(response)).getNonce())
                .build()));
    runAll(light);
  }

  private void subscribeDelta() {
    delta.onMessage(
        GivenRequest.of(DeltaDiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).build()));
  }

  private void subscribeState(boolean incremental) {
    state.onMessage(
        GivenRequest.of(
            DiscoveryRequest.newBuilder()
                .setTypeUrl(SERVICE_ENTRY)
                .setNode(
                    Node.newBuilder()
                        .setMetadata(
                            Struct.newBuilder()
                                .putFields(
                                    "FAIRLEAD_INCREMENTAL",
                                    Value.newBuilder().setStringValue("" + incremental).build())))
                .build()));
  }

  private void subscribeOther() throws IOException {
    other.onMessage(
        GivenRequest.of(
            DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(SERVICE_ENTRY)
                .addResourceNamesSubscribe("ns/r0")
                .build()));
    runAll(light);
    ack(other, otherCall.one());
  }

  // Nothing of the large response is made without the bulk lane, and the other's change is.
  private void assertOnlyTheOtherIsServed(Call large, int resources) throws IOException {
    runAll(light);
    assertThat(large.sent).isEmpty();
    assertThat(otherCall.one().resourceCount()).isEqualTo(1);
    runAll(bulk);
    assertThat(large.sent)
        .singleElement()
        .satisfies(response -> assertThat(response.resourceCount()).isEqualTo(resources));
  }

  @Test
  void firstSync_ofEveryProtocol_isMadeInTheBulkLane() throws IOException {
    commit(0, MANY, 1);
    subscribeOther();
    subscribeDelta();
    subscribeState(false);
    commit(0, 1, 2);
    assertOnlyTheOtherIsServed(deltaCall, MANY);
    assertThat(stateCall.one().resourceCount()).isEqualTo(MANY);
  }

  @Test
  void largeDifference_incremental_isMadeInTheBulkLane() throws IOException {
    commit(0, MANY, 1);
    subscribeOther();
    subscribeDelta();
    runAll(light);
    runAll(bulk);
    ack(delta, deltaCall.one());
    commit(0, MANY - 1, 2);
    assertOnlyTheOtherIsServed(deltaCall, MANY - 1);
  }

  @Test
  void largeDifference_variant_isMadeInTheBulkLane() throws IOException {
    commit(0, MANY, 1);
    subscribeOther();
    subscribeState(true);
    runAll(light);
    runAll(bulk);
    ack(stateCall.one());
    commit(0, MANY - 1, 2);
    assertOnlyTheOtherIsServed(stateCall, MANY - 1);
  }

  @Test
  void smallDifference_ofMany_isMadeInTheFastLane() throws IOException {
    commit(0, MANY, 1);
    subscribeOther();
    subscribeDelta();
    subscribeState(true);
    runAll(light);
    runAll(bulk);
    ack(delta, deltaCall.one());
    ack(stateCall.one());
    commit(0, 1000, 2);
    runAll(light);
    assertThat(bulk).isEmpty();
    assertThat(deltaCall.one().resourceCount()).isEqualTo(1000);
    assertThat(stateCall.one().resourceCount()).isEqualTo(1000);
  }
}
