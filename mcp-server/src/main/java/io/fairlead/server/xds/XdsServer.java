package io.fairlead.server.xds;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.fairlead.revisions.Shard;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC server that istiod connects to, on one or more ports. Thread-safe.
 *
 * <p>A new snapshot wakes every stream; each then decides by itself whether its client sees a
 * difference.
 */
public final class XdsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(XdsServer.class);

  private final XdsOptions options;
  private final XdsContext context;
  private final ExecutorService workers;
  private final Set<SotwStream> streams = ConcurrentHashMap.newKeySet();
  private final AtomicLong ids = new AtomicLong();
  private final Snapshot.Listener listener = snapshot -> wakeAll();
  private final List<Server> servers = new ArrayList<>();

  private XdsServer(XdsOptions options, VersionedStore store, XdsGate gate, XdsMetrics metrics) {
    this.options = options;
    this.context = new XdsContext(store, gate, metrics, streams::remove);
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    this.workers =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "xds-worker");
              thread.setDaemon(true);
              return thread;
            },
            // A stream that wakes after the stop has nothing left to do.
            new ThreadPoolExecutor.DiscardPolicy());
  }

  /**
   * Starts to listen.
   *
   * @throws IOException if an address cannot be listened on; the message names it
   */
  public static XdsServer start(
      XdsOptions options, VersionedStore store, XdsGate gate, MeterRegistry meters)
      throws IOException {
    XdsServer server = new XdsServer(options, store, gate, new XdsMetrics(meters));
    try {
      for (XdsOptions.Source source : options.sources()) {
        server.listen(source);
      }
    } catch (IOException e) {
      server.close();
      throw e;
    }
    store.addListener(server.listener);
    gate.onOpen(server::wakeAll);
    return server;
  }

  private void listen(XdsOptions.Source source) throws IOException {
    Server server =
        NettyServerBuilder.forAddress(source.address())
            // Callbacks only enqueue and wake, so they need no thread of their own.
            .directExecutor()
            .addService(service(source.shard()))
            // istiod keeps its connection alive; without leave a server ends it for too many pings.
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .build();
    try {
      servers.add(server.start());
    } catch (IOException e) {
      throw new IOException(
          "xds: cannot listen on "
              + source.address()
              + ": "
              + e.getMessage()
              + " (expected: a free address of this machine)",
          e);
    }
  }

  private ServerServiceDefinition service(Shard shard) {
    return ServerServiceDefinition.builder(DiscoveryMethods.SERVICE)
        .addMethod(
            DiscoveryMethods.STREAM_AGGREGATED_RESOURCES, (call, headers) -> open(call, shard))
        .build();
  }

  private ServerCall.Listener<DiscoveryRequest> open(
      ServerCall<DiscoveryRequest, EncodedResponse> call, Shard shard) {
    SotwStream stream =
        new SotwStream(
            ids.incrementAndGet(),
            call,
            text(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
            port(call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR)),
            shard,
            context,
            workers);
    streams.add(stream);
    call.sendHeaders(new Metadata());
    call.request(1);
    return stream;
  }

  private static String text(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
        : String.valueOf(address);
  }

  private static int port(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet ? inet.getPort() : 0;
  }

  private void wakeAll() {
    for (SotwStream stream : streams) {
      stream.wake();
    }
  }

  /** The ports listened on, in the order of the sources. */
  public List<Integer> ports() {
    return servers.stream().map(Server::getPort).toList();
  }

  /** The connected clients, oldest first. */
  public List<ClientStatus> clients() {
    return streams.stream()
        .map(SotwStream::status)
        .sorted(Comparator.comparingLong(ClientStatus::id))
        .toList();
  }

  /** Stops listening, ends every stream with UNAVAILABLE, and waits for that for a limited time. */
  @Override
  public void close() {
    context.store().removeListener(listener);
    servers.forEach(Server::shutdown);
    for (SotwStream stream : streams) {
      stream.end(Status.UNAVAILABLE.withDescription("the gateway is stopping"));
    }
    long deadline = System.nanoTime() + options.stopWithin().toNanos();
    try {
      for (Server server : servers) {
        if (!server.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          LOG.info("port {}: streams left after {}, cut", server.getPort(), options.stopWithin());
          server.shutdownNow();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      servers.forEach(Server::shutdownNow);
    }
    workers.shutdown();
    streams.clear();
  }
}
