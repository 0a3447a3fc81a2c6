package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.ClosableSink;
import io.fairlead.registry.support.NoticeReporter;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An adapter that mirrors one Consul datacenter. All its work, the sink's included, is done on an
 * event loop of its own; {@link #start()} and {@link #close()} may be called from any thread.
 *
 * <p>An unexpected exception on the event loop ends up here: it is reported to the sink, all
 * connections are closed, and the mirror starts over after a back-off. So a fault of the gateway
 * can leave no call without an outcome.
 */
final class ConsulAdapter implements RegistryAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ConsulAdapter.class);
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(200);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);
  private static final Duration LOAD_INTERVAL = Duration.ofSeconds(1);
  private static final String ADDRESSES = "addresses";

  private final AdapterContext context;
  private final ConsulConfiguration configuration;
  private final ClosableSink sink;
  private final AtomicReference<State> state = new AtomicReference<>(new State.New());
  // The newest; written on the event loop.
  private volatile @Nullable ConsulMirror mirror;

  ConsulAdapter(AdapterContext context, ConsulConfiguration configuration) {
    this.context = context;
    this.configuration = configuration;
    this.sink = new ClosableSink(context.sink());
  }

  /** The loop of the present mirror; a fault replaces it. Written on the event loop. */
  private static final class CurrentLoop {
    private volatile Loop value;

    CurrentLoop(Loop first) {
      this.value = first;
    }
  }

  private sealed interface State {
    record New() implements State {}

    record Running(Vertx vertx, CurrentLoop loop) implements State {}

    record Closed() implements State {}
  }

  @Override
  public void start() {
    Vertx vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    .setEventLoopPoolSize(1)
                    .setWorkerPoolSize(1)
                    .setInternalBlockingPoolSize(1)
                    .setUseDaemonThread(true)
                    // The whole view of a large registry is converted in one go.
                    .setMaxEventLoopExecuteTime(1)
                    .setMaxEventLoopExecuteTimeUnit(TimeUnit.MINUTES)
                    .setFileSystemOptions(
                        new FileSystemOptions()
                            .setFileCachingEnabled(false)
                            .setClassPathResolvingEnabled(false)))
            .build();
    CurrentLoop loop = new CurrentLoop(new Loop(vertx, context.registry()));
    State before = state.get();
    if (!(before instanceof State.New)
        || !state.compareAndSet(before, new State.Running(vertx, loop))) {
      vertx.close();
      throw new IllegalStateException(
          "registry " + context.registry() + ": started before (expected: once)");
    }
    Backoff restarts = new Backoff(FIRST_BACKOFF, MAX_BACKOFF, new SplittableRandom());
    vertx.runOnContext(
        now -> {
          Vertx.currentContext().exceptionHandler(fault -> failed(vertx, loop, restarts, fault));
          run(vertx, loop.value);
        });
    vertx.exceptionHandler(
        fault -> vertx.runOnContext(now -> failed(vertx, loop, restarts, fault)));
  }

  /** Handles an unexpected exception on the loop. */
  private void failed(Vertx vertx, CurrentLoop current, Backoff restarts, Throwable fault) {
    Loop loop = current.value;
    if (loop.isClosed() || state.get() instanceof State.Closed) {
      return;
    }
    loop.close();
    Duration pause = restarts.next();
    // The message is left out, since it may quote a header or a body.
    IllegalStateException place = new IllegalStateException(fault.getClass().getName());
    place.setStackTrace(fault.getStackTrace());
    LOG.error(
        "registry {}: a fault in the gateway; Consul is read again in {} ms",
        context.registry(),
        pause.toMillis(),
        place);
    String problem =
        "a fault in the gateway ended the reading of Consul; it begins anew (see the gateway's log)";
    try {
      sink.holding(List.of());
      sink.resync(new ReadOutcome.Failed(problem, place));
    } catch (RuntimeException e) {
      LOG.error("registry {}: the fault could not be reported to the sink", context.registry(), e);
    }
    vertx.setTimer(
        Math.max(1, pause.toMillis()),
        fired -> {
          Loop next = new Loop(vertx, context.registry());
          if (!(state.get() instanceof State.Closed)) {
            current.value = next;
            run(vertx, next);
          }
        });
  }

  private void run(Vertx vertx, Loop loop) {
    if (loop.isClosed()) {
      return;
    }
    loop.bindToCurrentThread();
    SplittableRandom random = new SplittableRandom();
    Staleness staleness = new Staleness(loop, sink);
    NoticeReporter notices = new NoticeReporter(sink);
    // A run before this one may have told some.
    sink.notices(List.of());
    ConnectionPools pools = new ConnectionPools(loop);
    Tokens tokens = new Tokens(loop, Optional.ofNullable(configuration.token()));
    ConsulClient client = new ConsulClient(loop, pools, tokens, configuration, sink::readTook);
    Dialer dialer = new Dialer(vertx, configuration.tls());
    loop.onClose(dialer::close);
    List<ConnectionPool> all =
        configuration.addresses().stream()
            .map(
                address ->
                    new ConnectionPool(
                        loop,
                        dialer,
                        address,
                        configuration.maxConnections(),
                        new Backoff(FIRST_BACKOFF, MAX_BACKOFF, random),
                        () -> probed(pools, staleness)))
            .toList();
    ConsulMirror made =
        new ConsulMirror(
            loop,
            configuration,
            sink,
            staleness,
            notices,
            pools,
            client,
            () -> new Backoff(FIRST_BACKOFF, MAX_BACKOFF, random));
    mirror = made;
    made.start();
    new TokenExpiry(loop, client, tokens, notices).start();
    loop.every(LOAD_INTERVAL, () -> sink.load(pools.load()));
    pools.start(all, client::leader);
  }

  private static void probed(ConnectionPools pools, Staleness staleness) {
    if (pools.anyUp()) {
      staleness.works(ADDRESSES);
      pools.resume();
    } else if (pools.allDown()) {
      staleness.fail(ADDRESSES, pools.refusal(Query.NOW));
    }
  }

  @Override
  public Optional<Service> reported(ServiceId id) {
    return Optional.ofNullable(mirror).flatMap(newest -> newest.reported(id));
  }

  @Override
  public void close() {
    State before = state.getAndSet(new State.Closed());
    if (!(before instanceof State.Running running)) {
      return;
    }
    Vertx vertx = running.vertx();
    Loop loop = running.loop().value;
    if (loop.isCurrent()) {
      // Called by the sink within a call of this adapter: waiting would be a deadlock.
      // What the task has to tell besides is dropped.
      sink.close();
      loop.close().onComplete(done -> vertx.close());
      return;
    }
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    vertx.runOnContext(
        now -> {
          Loop last = running.loop().value;
          last.bindToCurrentThread();
          // The event loop has to outlive its connections.
          last.close().onComplete(done -> stopped.complete(null));
        });
    try {
      stopped.join();
      vertx.close().toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      LOG.warn("registry {}: the connections were not closed cleanly", context.registry(), e);
    }
  }
}
