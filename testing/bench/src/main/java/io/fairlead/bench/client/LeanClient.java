package io.fairlead.bench.client;

import com.google.protobuf.MessageLite;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.fairlead.harness.DiscoveryClient;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A client of one source as istiod is one that counts bytes and ACKs, and decodes no resource, so
 * that it costs little beside the gateway on the same machine.
 *
 * <p>Thread-safe; responses are handed over by one thread, which all clients share.
 */
public final class LeanClient extends DiscoveryClient<MessageLite, Response> {
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

  private static final Node NODE = node(Map.of("GENERATOR", "api", "ISTIO_VERSION", "1.27.0"));

  private final Protocol protocol;
  private final Consumer<Response> listener;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong responses = new AtomicLong();

  private LeanClient(int port, Protocol protocol, Consumer<Response> listener) {
    super(
        channel("127.0.0.1:" + port)
            .eventLoopGroup(LOOP)
            .channelType(NioSocketChannel.class)
            .directExecutor()
            .build(),
        protocol.method);
    this.protocol = protocol;
    this.listener = listener;
  }

  /**
   * Connects and asks for ServiceEntries.
   *
   * @param listener takes each response, after its ACK was sent; it must return at once
   */
  public static LeanClient connect(int port, Protocol protocol, Consumer<Response> listener) {
    return connect(port, protocol, SERVICE_ENTRY, listener);
  }

  /**
   * Connects and asks for another type.
   *
   * @param listener takes each response, after its ACK was sent; it must return at once
   */
  public static LeanClient connect(
      int port, Protocol protocol, String typeUrl, Consumer<Response> listener) {
    LeanClient client = new LeanClient(port, protocol, listener);
    client.subscribe(typeUrl);
    return client;
  }

  @Override
  public void subscribe(String typeUrl) {
    send(typeUrl, "");
  }

  @Override
  public void ack(Response response) {
    send(response.typeUrl(), response.nonce());
  }

  private void send(String typeUrl, String nonce) {
    if (protocol == Protocol.STATE) {
      DiscoveryRequest.Builder request =
          DiscoveryRequest.newBuilder().setTypeUrl(typeUrl).setResponseNonce(nonce);
      DiscoveryRequest later = request.build();
      send(request.setNode(NODE).build(), later);
    } else {
      DeltaDiscoveryRequest.Builder request =
          DeltaDiscoveryRequest.newBuilder().setTypeUrl(typeUrl).setResponseNonce(nonce);
      DeltaDiscoveryRequest later = request.build();
      send(request.setNode(NODE).build(), later);
    }
  }

  @Override
  protected String typeUrl(Response response) {
    return response.typeUrl();
  }

  /** Bytes of all messages so far. */
  public long bytes() {
    return bytes.get();
  }

  /** Responses so far. */
  public long responses() {
    return responses.get();
  }

  @Override
  protected void received(Response response) {
    bytes.addAndGet(response.bytes());
    responses.incrementAndGet();
    if (!isStalled()) {
      ack(response);
      listener.accept(response);
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
