package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.ProcessUsage;
import io.fairlead.harness.RawClient;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway in a small container, with the bounds that it has by default, and clients that want its
 * memory: it goes on, a client beside gets each change, and what the process takes stays within
 * heap and buffers.
 */
@Tag("alone")
final class HostileClientsTest {
  private static final Logger LOG = LoggerFactory.getLogger(HostileClientsTest.class);
  private static final int HEAP = 320;
  private static final int BUFFERS = 64;
  // What a gateway takes besides: code, classes, stacks, the collector, SQLite.
  private static final int REST = 250;
  private static final int SERVICES = 1000;
  private static final String SERVICE_ENTRY = "networking.istio.io/v1/ServiceEntry";

  private final GatewayProcess gateway =
      GatewayProcess.of(
              """
              xds: {address: "@xds@"}
              admin: {address: "@admin@"}
              registries:
              - {name: files, type: file, path: services/, settle: 0ms, host: "{service}.example", namespace: shop}
              """)
          .memory(HEAP, BUFFERS);
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Set<String> names = new TreeSet<>();
  private int changes;

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(gateway.folder().resolve("services"));
    StringBuilder text = new StringBuilder("services:\n");
    for (int i = 0; i < SERVICES; i++) {
      text.append("- name: service").append(i).append("\n  instances:\n");
      for (int j = 1; j <= 10; j++) {
        text.append("  - {address: 10.1.")
            .append(i % 250)
            .append('.')
            .append(j)
            .append(", port: 80}\n");
      }
      names.add("shop/service" + i + ".example");
    }
    write("many.yaml", text.toString());
    gateway.start().awaitReady();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    gateway.close();
  }

  private void write(String name, String text) throws IOException {
    Path file = gateway.folder().resolve("services.new");
    Files.writeString(file, text, StandardCharsets.UTF_8);
    Files.move(file, gateway.folder().resolve("services").resolve(name));
  }

  private int port() {
    return Integer.parseInt(gateway.xdsAddress().substring(gateway.xdsAddress().indexOf(':') + 1));
  }

  // A change reaches the client that was there before.
  private void assertServed(SourceClient beside, String after) throws IOException {
    String name = "change" + changes++;
    names.add("shop/" + name + ".example");
    write(
        name + ".yaml",
        "services:\n- name: " + name + "\n  instances:\n  - {address: 10.2.0.1, port: 80}\n");
    beside.awaitNames(names);
    assertThat(gateway.isRunning()).as("after " + after).isTrue();
    ProcessUsage usage = ProcessUsage.of(gateway.process().pid());
    LOG.info(
        "after {}: {} MB, at most {} MB",
        after,
        usage.residentBytes() >> 20,
        usage.peakResidentBytes() >> 20);
    assertThat(usage.peakResidentBytes() >> 20)
        .as("MB at most, after " + after)
        .isLessThan(HEAP + BUFFERS + REST);
  }

  private ManagedChannel channel() {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(gateway.xdsAddress())
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    opened.add(channel::shutdownNow);
    return channel;
  }

  /** A stream that may be deaf. */
  private static final class Hostile
      implements ClientResponseObserver<DiscoveryRequest, DiscoveryResponse> {
    private final boolean deaf;
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    @SuppressWarnings("NullAway.Init") // Set before anything else happens.
    private ClientCallStreamObserver<DiscoveryRequest> requests;

    Hostile(ManagedChannel channel, boolean deaf) {
      this.deaf = deaf;
      AggregatedDiscoveryServiceGrpc.newStub(channel).streamAggregatedResources(this);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<DiscoveryRequest> stream) {
      requests = stream;
      if (deaf) {
        stream.disableAutoRequestWithInitial(0);
      }
    }

    @Override
    public void onNext(DiscoveryResponse response) {}

    @Override
    public void onError(Throwable error) {
      end.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }

    Status awaitEnd() throws Exception {
      return end.get(60, TimeUnit.SECONDS);
    }
  }

  private void longTypes() throws Exception {
    for (int i = 0; i < 20; i++) {
      Hostile client = new Hostile(channel(), false);
      client.requests.onNext(
          DiscoveryRequest.newBuilder().setTypeUrl(i + "x".repeat(1 << 20)).build());
      assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  private void manyNames() throws Exception {
    List<Hostile> clients = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Hostile client = new Hostile(channel(), false);
      clients.add(client);
      for (int type = 0; type < 2; type++) {
        String prefix = "ns/a-name-of-usual-length-" + i + "-" + type + "-";
        client.requests.onNext(
            DiscoveryRequest.newBuilder()
                .setTypeUrl("networking.istio.io/v1/Kind" + type)
                .addAllResourceNames(IntStream.range(0, 150_000).mapToObj(n -> prefix + n).toList())
                .build());
      }
    }
    for (Hostile client : clients) {
      // Reset without the status if too much more came before the status was out.
      assertThat(client.awaitEnd().getCode())
          .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);
    }
  }

  private void unfinishedRequests() throws Exception {
    List<CompletableFuture<Long>> floods = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      floods.add(
          CompletableFuture.supplyAsync(
              () -> {
                try (RawClient client = new RawClient(port())) {
                  List<Integer> streams = new ArrayList<>();
                  for (int stream = 0; stream < 9; stream++) {
                    streams.add(client.open());
                  }
                  return client.hoard(streams, 60 << 20);
                } catch (IOException e) {
                  // The connection was closed: refused all the same.
                  return 0L;
                }
              }));
    }
    for (CompletableFuture<Long> flood : floods) {
      flood.get(90, TimeUnit.SECONDS);
    }
  }

  private void silentStreams() throws Exception {
    for (int i = 0; i < 30; i++) {
      RawClient client = new RawClient(port());
      opened.add(client);
      for (int stream = 0; stream < 100; stream++) {
        client.open();
      }
    }
  }

  private void deafStreams() {
    for (int i = 0; i < 10; i++) {
      ManagedChannel channel = channel();
      for (int stream = 0; stream < 50; stream++) {
        new Hostile(channel, true)
            .requests.onNext(DiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).build());
      }
    }
  }

  @Test
  void clients_thatWantTheMemory_endNeitherTheGatewayNorOthers() throws Exception {
    try (SourceClient beside = SourceClient.connect(gateway.xdsAddress())) {
      beside.awaitNames(names);
      assertServed(beside, "nothing");
      longTypes();
      assertServed(beside, "type URLs of 1 MB");
      manyNames();
      assertServed(beside, "names by the hundred thousand");
      unfinishedRequests();
      assertServed(beside, "requests that never end");
      deafStreams();
      assertServed(beside, "streams that are not read");
      silentStreams();
      assertServed(beside, "streams without a request");
      // Somebody new is served as well.
      try (SourceClient fresh = SourceClient.connect(gateway.xdsAddress())) {
        fresh.awaitNames(names);
      }
    }
  }
}
