package io.fairlead.bench.client;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client of one source as istiod is one, over a connection of its own, that counts bytes and
 * ACKs, and decodes no resource, so that it costs little beside the gateway on the same machine.
 *
 * <p>Thread-safe; responses are handed over by one thread, which all clients share.
 */
public final class LeanClient implements AutoCloseable {
  /** What istiod 1.24 and later ask for. */
  public static final String SERVICE_ENTRY = "networking.istio.io/v1/ServiceEntry";

  private static final String SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService/";
  // Daemon threads, so that they do not keep the JVM.
  private static final EventLoopGroup LOOP =
      new NioEventLoopGroup(
          1,
          task -> {
            Thread thread = new Thread(task, "lean-clients");
            thread.setDaemon(true);
            return thread;
          });

  /** The variant of the protocol. */
  public enum Protocol {
    /** State of the world, as stock istiod speaks it. */
    STATE("StreamAggregatedResources", Response.Names.PASS_OVER),
    /** Incremental. */
    DELTA("DeltaAggregatedResources", Response.Names.PASS_OVER),
    /** Incremental, and the names of what changed are read. */
    DELTA_WITH_NAMES("DeltaAggregatedResources", Response.Names.READ);

    private final MethodDescriptor<MessageLite, Response> method;

    Protocol(String name, Response.Names names) {
      this.method =
          MethodDescriptor.<MessageLite, Response>newBuilder()
              .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(SERVICE + name)
              .setRequestMarshaller(new Requests())
              .setResponseMarshaller(new Responses(names))
              .build();
    }
  }

  private final Protocol protocol;
  private final ManagedChannel channel;
  private final ClientCall<MessageLite, Response> call;
  private final Consumer<Response> listener;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong responses = new AtomicLong();
  private volatile boolean stalled;
  private volatile @Nullable Status ended;

  private LeanClient(int port, Protocol protocol, Consumer<Response> listener) {
    this.protocol = protocol;
    this.listener = listener;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .eventLoopGroup(LOOP)
            .channelType(NioSocketChannel.class)
            .directExecutor()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    this.call = channel.newCall(protocol.method, CallOptions.DEFAULT);
  }

  /**
   * Connects and asks for ServiceEntries.
   *
   * @param listener takes each response, after its ACK was sent; it must return at once
   */
  public static LeanClient connect(int port, Protocol protocol, Consumer<Response> listener) {
    LeanClient client = new LeanClient(port, protocol, listener);
    client.call.start(client.new Listener(), new Metadata());
    client.call.request(1);
    client.call.sendMessage(client.request(""));
    return client;
  }

  private MessageLite request(String nonce) {
    if (protocol == Protocol.STATE) {
      DiscoveryRequest.Builder request =
          DiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).setResponseNonce(nonce);
      return nonce.isEmpty() ? request.setNode(node()).build() : request.build();
    }
    DeltaDiscoveryRequest.Builder request =
        DeltaDiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).setResponseNonce(nonce);
    return nonce.isEmpty() ? request.setNode(node()).build() : request.build();
  }

  private static Node node() {
    return Node.newBuilder()
        .setId("sidecar~127.0.0.1~bench.istio-system~istio-system.svc.cluster.local")
        .setMetadata(
            Struct.newBuilder()
                .putFields("GENERATOR", Value.newBuilder().setStringValue("api").build())
                .putFields("ISTIO_VERSION", Value.newBuilder().setStringValue("1.27.0").build()))
        .build();
  }

  /** Bytes of all messages so far. */
  public long bytes() {
    return bytes.get();
  }

  /** Responses so far. */
  public long responses() {
    return responses.get();
  }

  /** Reads no further response after the next; the connection stays. */
  public void stall() {
    stalled = true;
  }

  /** Reads on. */
  public void resume() {
    stalled = false;
    call.request(1);
  }

  /** Whether the server has ended the stream. */
  public boolean isEnded() {
    return ended != null;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private final class Listener extends ClientCall.Listener<Response> {
    @Override
    public void onMessage(Response response) {
      bytes.addAndGet(response.bytes());
      responses.incrementAndGet();
      if (stalled) {
        return;
      }
      call.sendMessage(request(response.nonce()));
      call.request(1);
      listener.accept(response);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended = status;
    }
  }

  private static final class Requests implements MethodDescriptor.Marshaller<MessageLite> {
    @Override
    public InputStream stream(MessageLite value) {
      return new ByteArrayInputStream(value.toByteArray());
    }

    @Override
    public MessageLite parse(InputStream stream) {
      throw new UnsupportedOperationException("a client only writes requests");
    }
  }

  private record Responses(Response.Names names) implements MethodDescriptor.Marshaller<Response> {
    @Override
    public InputStream stream(Response value) {
      throw new UnsupportedOperationException("a client only reads responses");
    }

    @Override
    public Response parse(InputStream stream) {
      try {
        return Response.read(stream, names);
      } catch (IOException e) {
        throw new UncheckedIOException("not a discovery response", e);
      }
    }
  }
}
