package io.fairlead.server.admin;

import io.fairlead.common.Causes;
import io.fairlead.registry.Secret;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.xds.TlsOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of health, metrics, API and console over HTTP, on one or more listeners, each with the
 * {@link AdminRoutes}. Thread-safe; closing is idempotent.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final long START_SECONDS = 30;
  private static final long SWEEP_MILLIS = 1000;

  private final Vertx vertx;
  private final List<Open> listeners;
  private final EventStreams events;
  private final AtomicBoolean closed = new AtomicBoolean();

  private AdminServer(Vertx vertx, List<Open> listeners, EventStreams events) {
    this.vertx = vertx;
    this.listeners = List.copyOf(listeners);
    this.events = events;
  }

  /** A listener that is open; with the real port. */
  private record Open(
      AdminListener listener, HttpServer server, Access access, AdminRoutes routes) {}

  /**
   * Starts to listen in plaintext.
   *
   * @param address where; port 0 takes a free one
   * @param token what callers show to change something, if anything
   * @param source what is shown
   * @param actions what operators can do
   * @param metrics gives the metrics in Prometheus' text format
   * @throws IOException if the address cannot be listened on; the message names it
   */
  public static AdminServer start(
      HostPort address,
      @Nullable Secret token,
      AdminSource source,
      AdminActions actions,
      Supplier<String> metrics)
      throws IOException {
    return start(List.of(new AdminListener(address, null)), token, source, actions, metrics);
  }

  /**
   * Starts to listen.
   *
   * @param listeners where, one or more
   * @param token what callers show to change something, if anything
   * @param source what is shown
   * @param actions what operators can do
   * @param metrics gives the metrics in Prometheus' text format
   * @throws IOException if an address cannot be listened on; the message names it
   */
  public static AdminServer start(
      List<AdminListener> listeners,
      @Nullable Secret token,
      AdminSource source,
      AdminActions actions,
      Supplier<String> metrics)
      throws IOException {
    return start(listeners, token, source, actions, metrics, AdminLimits.DEFAULT);
  }

  /** Returns the same with other limits. */
  static AdminServer start(
      List<AdminListener> listeners,
      @Nullable Secret token,
      AdminSource source,
      AdminActions actions,
      Supplier<String> metrics,
      AdminLimits limits)
      throws IOException {
    Handshakes handshakes = new Handshakes();
    Vertx vertx =
        Vertx.builder()
            .withTransport(handshakes)
            .with(
                new VertxOptions()
                    // No files are served, and the cache would need a writable temporary folder.
                    .setFileSystemOptions(
                        new FileSystemOptions()
                            .setFileCachingEnabled(false)
                            .setClassPathResolvingEnabled(false)))
            .build();
    Connections connections = new Connections(limits, System::nanoTime, handshakes);
    EventStreams events = new EventStreams(vertx, source, connections, limits);
    vertx.setPeriodic(SWEEP_MILLIS, timer -> connections.closeOverdue());
    List<Open> open = new ArrayList<>();
    try {
      for (AdminListener listener : listeners) {
        Access access = new Access(listener.address(), token);
        AdminRoutes routes = new AdminRoutes(Router.router(vertx), access);
        routes.health(source, metrics);
        routes.console(events);
        routes.api(source);
        routes.actions(source, actions, connections);
        open.add(open(vertx, listener, access, connections, routes));
      }
      return new AdminServer(vertx, open, events);
    } catch (IOException e) {
      open.forEach(each -> each.access().close());
      closeQuietly(vertx);
      throw e;
    }
  }

  private static Open open(
      Vertx vertx,
      AdminListener listener,
      Access access,
      Connections connections,
      AdminRoutes routes)
      throws IOException {
    RequestGate gate = new RequestGate(connections, routes.router());
    HttpServer server =
        vertx
            .createHttpServer(listener.options())
            .connectionHandler(connections::opened)
            .exceptionHandler(
                failure -> LOG.debug("A connection of the admin server failed", failure))
            .invalidRequestHandler(gate::invalid)
            .requestHandler(gate);
    HostPort address = listener.address();
    try {
      HttpServer listening = await(server.listen(address.port(), address.host()));
      return new Open(
          new AdminListener(address.withPort(listening.actualPort()), listener.tls()),
          listening,
          access,
          routes);
    } catch (ExecutionException | TimeoutException e) {
      access.close();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          (listener.tls() == null ? "admin.address: " : "admin.tls.address: ")
              + address
              + " cannot be listened on: "
              + Causes.of(cause)
              + " (expected: a free port of this machine)",
          cause);
    }
  }

  /** Takes another reference to the token that callers show to change something. */
  public void use(@Nullable Secret token) {
    listeners.forEach(each -> each.access().use(token));
  }

  /** Returns its routes, {@code METHOD PATH}; HEAD, which is answered where GET is, left out. */
  List<String> routes() {
    return listeners.get(0).routes().list();
  }

  /** Returns where it listens, with the real port: in plaintext, if it does. */
  public HostPort address() {
    return listeners.get(0).listener().address();
  }

  /** Returns the URLs of its listeners, without a slash at the end; those in plaintext first. */
  public List<String> urls() {
    return listeners.stream()
        .map(Open::listener)
        .map(listener -> listener.scheme() + "://" + listener.address())
        .toList();
  }

  /** Asks clients for certificates as the TLS of its listeners says at present. */
  public void reloadTls() {
    for (Open each : listeners) {
      TlsOptions tls = each.listener().tls();
      if (tls != null) {
        try {
          await(each.server().updateSSLOptions(each.listener().present(tls)));
        } catch (ExecutionException | TimeoutException e) {
          LOG.error("admin.tls: the change is not in force: {}", Causes.of(e), e);
        }
      }
    }
  }

  /** Returns the number of browsers that are told what changes. */
  int listeners() {
    return events.size();
  }

  private static <T> T await(Future<T> future) throws ExecutionException, TimeoutException {
    try {
      return future.toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExecutionException("interrupted", e);
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    for (Open each : listeners) {
      each.access().close();
    }
    try {
      await(events.end());
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("The listeners of the admin server's events did not end cleanly", e);
    }
    for (Open each : listeners) {
      try {
        await(each.server().close());
      } catch (ExecutionException | TimeoutException e) {
        LOG.warn("The admin server at {} was not closed cleanly", each.listener().address(), e);
      }
    }
    closeQuietly(vertx);
  }

  private static void closeQuietly(Vertx vertx) {
    try {
      await(vertx.close());
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("The admin server's threads did not end cleanly", e);
    }
  }
}
