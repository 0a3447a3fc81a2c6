package io.fairlead.server.xds;

import io.fairlead.revisions.Shard;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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

  // An incremental client that returns names every resource that it has: 100 bytes each.
  private static final int LARGEST_REQUEST = 64 << 20;

  private final XdsOptions options;
  private final XdsContext context;
  private final ExecutorService workers;
  private final ScheduledExecutorService timers;
  private final Set<ClientStream> streams = ConcurrentHashMap.newKeySet();
  private final AtomicLong ids = new AtomicLong();
  private final Snapshot.Listener listener = snapshot -> wakeAll();
  private final List<Server> servers = new ArrayList<>();

  private XdsServer(XdsOptions options, VersionedStore store, XdsGate gate, XdsMetrics metrics) {
    this.options = options;
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    this.workers =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads("xds-worker"),
            // A stream that wakes after the stop has nothing left to do.
            new ThreadPoolExecutor.DiscardPolicy());
    this.timers =
        new ScheduledThreadPoolExecutor(
            1, threads("xds-timer"), new ThreadPoolExecutor.DiscardPolicy());
    this.context = new XdsContext(store, gate, metrics, workers, this::schedule, streams::remove);
  }

  private static ThreadFactory threads(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  // A wake-up that fails would be lost in the future that nobody reads: it cannot fail.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void schedule(Runnable wake, Duration delay) {
    timers.schedule(wake, delay.toNanos(), TimeUnit.NANOSECONDS);
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
            .maxInboundMessageSize(LARGEST_REQUEST)
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
            DiscoveryMethods.STREAM_AGGREGATED_RESOURCES,
            (call, headers) ->
                opened(
                    call,
                    new SotwStream(
                        ids.incrementAndGet(), call, ConnectionInfo.of(call, shard), context)))
        .addMethod(
            DiscoveryMethods.DELTA_AGGREGATED_RESOURCES,
            (call, headers) ->
                opened(
                    call,
                    new DeltaStream(
                        ids.incrementAndGet(), call, ConnectionInfo.of(call, shard), context)))
        .build();
  }

  private <Q, S extends XdsStream<Q, ?>> S opened(ServerCall<Q, EncodedMessage> call, S stream) {
    streams.add(stream);
    call.sendHeaders(new Metadata());
    call.request(1);
    return stream;
  }

  private void wakeAll() {
    for (ClientStream stream : streams) {
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
        .map(ClientStream::status)
        .sorted(Comparator.comparingLong(ClientStatus::id))
        .toList();
  }

  /** Stops listening, ends every stream with UNAVAILABLE, and waits for that for a limited time. */
  @Override
  public void close() {
    context.store().removeListener(listener);
    servers.forEach(Server::shutdown);
    for (ClientStream stream : streams) {
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
    timers.shutdownNow();
    streams.clear();
  }
}
