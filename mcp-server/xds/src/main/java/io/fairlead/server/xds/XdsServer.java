package io.fairlead.server.xds;

import io.fairlead.common.Causes;
import io.fairlead.common.Durations;
import io.fairlead.revisions.Shard;
import io.fairlead.server.xds.XdsOptions.Security;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.VersionedStore;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.util.internal.PlatformDependent;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC server that istiod connects to, on one or more ports. Thread-safe.
 *
 * <p>A new snapshot wakes the streams of the shards that it touches; each then decides by itself
 * whether its client sees a difference.
 */
public final class XdsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(XdsServer.class);

  // Time that a connection of full age has to go by itself: its client is told at once and opens
  // another, but a stream of this protocol ends only when somebody ends it.
  private static final Duration AGE_GRACE = Duration.ofSeconds(10);
  private static final int WINDOW = 256 << 10;
  // A connection without a stream; a client that comes back opens another.
  private static final Duration IDLE = Duration.ofMinutes(5);
  private static final Duration HANDSHAKE = Duration.ofSeconds(20);
  private static final Duration MAX_CHECK_PERIOD = Duration.ofSeconds(1);

  private final XdsOptions options;
  private final XdsContext context;
  private final ExecutorService workers;
  private final BulkWorkers bulk;
  private final ScheduledExecutorService timers;
  private final ClientStreams streams;
  private final ClientQuotas quotas;
  private final Arrivals arrivals;
  private final DeniedClients denied;
  private volatile Authorization authorization;
  private final AtomicLong ids = new AtomicLong();
  private final List<Server> servers = new ArrayList<>();
  private volatile XdsLimits limits;

  private XdsServer(
      XdsOptions options,
      VersionedStore store,
      CompletableFuture<Void> ready,
      MeterRegistry meters) {
    this.options = options;
    this.limits = options.limits();
    this.authorization = options.authorization();
    this.denied = new DeniedClients(meters, Clock.systemUTC());
    IdleConnections idle = new IdleConnections();
    this.arrivals = new Arrivals(idle, denied::handshakeFailed);
    this.streams = new ClientStreams(store.current(), () -> limits.streams());
    this.quotas =
        new ClientQuotas(
            this::limits,
            Runtime.getRuntime().maxMemory(),
            PlatformDependent.maxDirectMemory(),
            idle);
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    this.workers = pool(threads, "xds-worker");
    // Half the processors, so that a storm of first syncs leaves the others theirs.
    this.bulk = new BulkWorkers(Math.max(1, threads / 2), threads("xds-bulk"));
    this.timers =
        new ScheduledThreadPoolExecutor(
            1, threads("xds-timer"), new ThreadPoolExecutor.DiscardPolicy());
    this.context =
        new XdsContext(
            store,
            ready,
            this::limits,
            new XdsMetrics(meters),
            () -> authorization,
            denied,
            workers,
            bulk,
            this::schedule,
            streams::remove);
  }

  private static ExecutorService pool(int threads, String name) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        threads(name),
        // A stream that wakes after the stop has nothing left to do.
        new ThreadPoolExecutor.DiscardPolicy());
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
   * @param ready done once clients may be answered. Before that requests wait: they are not
   *     answered with less, since istiod deletes what a response lacks
   * @throws IOException if an address cannot be listened on; the message names it
   */
  public static XdsServer start(
      XdsOptions options, VersionedStore store, CompletableFuture<Void> ready, MeterRegistry meters)
      throws IOException {
    XdsServer server = new XdsServer(options, store, ready, meters);
    // Before the first client can come: it would not be woken for a commit in between.
    store.addListener(server.streams);
    try {
      for (XdsOptions.Source source : options.sources()) {
        server.listen(source);
      }
    } catch (IOException e) {
      server.close();
      throw e;
    }
    server.wakeWhen(ready);
    server.checkRegularly();
    return server;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Waking does not fail.
  private void wakeWhen(CompletableFuture<Void> ready) {
    ready.thenRun(streams::wakeAll);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The check catches what it could fail with.
  private void checkRegularly() {
    long period =
        Math.min(
            options.limits().ackTimeout().dividedBy(10).toNanos() + 1, MAX_CHECK_PERIOD.toNanos());
    timers.scheduleWithFixedDelay(this::check, period, period, TimeUnit.NANOSECONDS);
  }

  private void check() {
    try {
      long now = System.nanoTime();
      Map<String, Long> lags = new HashMap<>();
      for (ClientStream stream : streams.all()) {
        lags.merge(stream.revision(), stream.lagNanos(now), Math::max);
        stream.check(now);
      }
      if (quotas.responses().isUsed(2)) {
        streams.all().forEach(stream -> stream.makeRoom(now));
      }
      context.metrics().lags(lags);
    } catch (RuntimeException e) {
      LOG.error("The check for stalled clients failed; it is repeated", e);
    }
  }

  private void listen(XdsOptions.Source source) throws IOException {
    Duration age = options.maxConnectionAge();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                source.address(),
                arrivals.credentials(source.security() == Security.TLS ? options.tls() : null))
            // Callbacks only enqueue and wake, so they need no thread of their own.
            .directExecutor()
            .addStreamTracerFactory(TransportEnd.FACTORY)
            .withChildOption(ChannelOption.ALLOCATOR, TransportBuffers.ALLOCATOR)
            .addService(service(source))
            .addTransportFilter(quotas)
            // Counted as it comes, so that its client gets a status and not a reset.
            .maxInboundMessageSize(Integer.MAX_VALUE)
            // What a client may send ahead of what is read.
            .flowControlWindow(WINDOW)
            .maxConnectionIdle(IDLE.toNanos(), TimeUnit.NANOSECONDS)
            .handshakeTimeout(HANDSHAKE.toNanos(), TimeUnit.NANOSECONDS)
            // istiod keeps its connection alive; without leave a server ends it for too many pings.
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(30, TimeUnit.SECONDS);
    if (age != null) {
      builder
          .maxConnectionAge(age.toNanos(), TimeUnit.NANOSECONDS)
          .maxConnectionAgeGrace(AGE_GRACE.toNanos(), TimeUnit.NANOSECONDS);
    }
    Server server = builder.build();
    try {
      servers.add(server.start());
    } catch (IOException e) {
      throw new IOException(
          key(source)
              + ": "
              + source.address().getHostString()
              + ":"
              + source.address().getPort()
              + " cannot be listened on: "
              + Causes.of(e)
              + " (expected: a free port of this machine)",
          e);
    }
  }

  // Where it stands in the configuration.
  private static String key(XdsOptions.Source source) {
    if (source.dialect() == XdsOptions.Dialect.INCREMENTAL) {
      return "xds.incremental";
    }
    if (!source.shard().equals(Shard.WHOLE)) {
      return "xds.shards";
    }
    return source.security() == XdsOptions.Security.TLS ? "xds.tls" : "xds.address";
  }

  private ServerServiceDefinition service(XdsOptions.Source source) {
    return ServerServiceDefinition.builder(DiscoveryMethods.SERVICE)
        .addMethod(
            DiscoveryMethods.stateOfTheWorld(this::limits),
            (call, headers) ->
                opened(
                    call,
                    quota ->
                        new SotwStream(
                            ids.incrementAndGet(),
                            call,
                            ConnectionInfo.of(call, source, quota),
                            context)))
        .addMethod(
            DiscoveryMethods.incremental(this::limits),
            (call, headers) ->
                opened(
                    call,
                    quota ->
                        new DeltaStream(
                            ids.incrementAndGet(),
                            call,
                            ConnectionInfo.of(call, source, quota),
                            context)))
        .build();
  }

  private ServerCall.Listener<ClientRequest> opened(
      ServerCall<ClientRequest, EncodedMessage> call,
      Function<ClientQuotas.Connection, XdsStream<?>> make) {
    ClientQuotas.Connection quota = quotas.of(call.getAttributes());
    String full = place(quota);
    if (full != null) {
      return refused(call, full);
    }
    XdsStream<?> stream = make.apply(quota);
    String most =
        "streams: too many (expected: at most " + limits.streams() + ", xds.limits.streams)";
    while (!streams.add(stream)) {
      if (!streams.evictWaiting(any -> true, most)) {
        stream.leavePlace();
        return refused(call, most);
      }
    }
    call.sendHeaders(new Metadata());
    call.request(1);
    return stream;
  }

  // Null: the connection has one stream more.
  private @Nullable String place(ClientQuotas.Connection quota) {
    String full = quota.open();
    while (full != null
        && !quota.isFull()
        && streams.evictWaiting(stream -> stream.quota().isBeside(quota), full)) {
      full = quota.open();
    }
    return full;
  }

  private ServerCall.Listener<ClientRequest> refused(
      ServerCall<ClientRequest, EncodedMessage> call, String description) {
    context.metrics().disconnectedBy(Disconnect.STREAMS);
    context
        .denied()
        .cutOff(IdleConnections.Ends.of(call.getAttributes()), Peer.UNKNOWN, description);
    call.close(Disconnect.STREAMS.status(description), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private XdsLimits limits() {
    return limits;
  }

  /**
   * Goes over to other limits. They hold from the next request, stream and check on: a stream that
   * is open stays, also if there are more of them than there may be now, and is cut off by what it
   * asks or leaves unanswered from then on.
   */
  public void use(XdsLimits next) {
    limits = next;
  }

  /** The ports listened on, in the order of the sources. */
  public List<Integer> ports() {
    return servers.stream().map(Server::getPort).toList();
  }

  /** The connected clients, oldest first. */
  public List<ClientStatus> clients() {
    return streams.all().stream()
        .map(ClientStream::status)
        .sorted(Comparator.comparingLong(ClientStatus::id))
        .toList();
  }

  /** Returns since when no client is connected; empty while one is. */
  public Optional<Instant> idleSince() {
    return streams.emptySince();
  }

  /** The clients that were turned away within the last hour, the newest first. */
  public List<DeniedClient> denied() {
    return denied.list();
  }

  /** Puts other rules in force; streams that they do not allow are ended. */
  public void use(Authorization rules) {
    // Before the streams are looked at: one that begins now looks at the rules itself.
    authorization = rules;
    streams.all().forEach(ClientStream::authorize);
  }

  /** Whether each client has a resource, by node and revision. */
  public List<ResourceDelivery> deliveries(ResourceKey key) {
    return Deliveries.of(key, streams.all());
  }

  /** Stops listening, ends every stream with UNAVAILABLE, and waits for that for a limited time. */
  @Override
  public void close() {
    context.store().removeListener(streams);
    servers.forEach(Server::shutdown);
    for (ClientStream stream : streams.all()) {
      stream.end(Disconnect.STOPPING, "the gateway is stopping");
    }
    long deadline = System.nanoTime() + options.stopWithin().toNanos();
    try {
      for (Server server : servers) {
        if (!server.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          LOG.info(
              "port {}: streams left after {}, cut",
              server.getPort(),
              Durations.format(options.stopWithin()));
          server.shutdownNow();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      servers.forEach(Server::shutdownNow);
    }
    workers.shutdown();
    bulk.shutdown();
    timers.shutdownNow();
    streams.all().forEach(streams::remove);
  }
}
