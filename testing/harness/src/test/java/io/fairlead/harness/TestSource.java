package io.fairlead.harness;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.registry.testkit.FreePorts;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;

/**
 * The least config source (MCP-over-xDS) that satisfies an istiod: it serves ServiceEntries and
 * answers every other type with nothing. Its state is guarded by its own lock.
 */
final class TestSource implements AutoCloseable {
  private final int port = FreePorts.next();
  private final Server server;
  private final Map<StreamObserver<DiscoveryResponse>, Set<String>> streams = new LinkedHashMap<>();
  private final Set<String> acknowledged = new HashSet<>();
  private List<Any> entries;
  private long nonces;

  TestSource(TestEntry... entries) {
    this.entries = resources(entries);
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
            .addService(new Discovery())
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String address() {
    return "xds://127.0.0.1:" + port;
  }

  /** Serves these entries from now on and waits until every client has acknowledged them. */
  void serve(TestEntry... changed) {
    List<String> nonces = new ArrayList<>();
    synchronized (this) {
      entries = resources(changed);
      streams.forEach(
          (stream, types) ->
              types.stream()
                  .filter(TestSource::isServiceEntry)
                  .forEach(type -> nonces.add(send(stream, type))));
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> hasAcknowledged(nonces));
  }

  private synchronized boolean hasAcknowledged(List<String> nonces) {
    return acknowledged.containsAll(nonces);
  }

  private synchronized void received(
      StreamObserver<DiscoveryResponse> stream, DiscoveryRequest request) {
    Set<String> types = streams.computeIfAbsent(stream, any -> new HashSet<>());
    if (types.add(request.getTypeUrl())) {
      send(stream, request.getTypeUrl());
    } else {
      acknowledged.add(request.getResponseNonce());
    }
  }

  private synchronized void ended(StreamObserver<DiscoveryResponse> stream) {
    streams.remove(stream);
  }

  private String send(StreamObserver<DiscoveryResponse> stream, String type) {
    String nonce = "nonce-" + ++nonces;
    stream.onNext(
        DiscoveryResponse.newBuilder()
            .setTypeUrl(type)
            .setVersionInfo(Long.toString(nonces))
            .setNonce(nonce)
            .addAllResources(isServiceEntry(type) ? entries : List.of())
            .build());
    return nonce;
  }

  private static boolean isServiceEntry(String type) {
    return type.startsWith("networking.istio.io/") && type.endsWith("/ServiceEntry");
  }

  private static List<Any> resources(TestEntry... entries) {
    return List.of(entries).stream().map(TestEntry::resource).toList();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Discovery extends AggregatedDiscoveryServiceImplBase {
    @Override
    public StreamObserver<DiscoveryRequest> streamAggregatedResources(
        StreamObserver<DiscoveryResponse> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(DiscoveryRequest request) {
          received(responses, request);
        }

        @Override
        public void onError(Throwable cause) {
          ended(responses);
        }

        @Override
        public void onCompleted() {
          ended(responses);
          responses.onCompleted();
        }
      };
    }
  }
}
