package io.fairlead.server.admin;

import io.fairlead.common.Causes;
import io.fairlead.registry.Secret;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.xds.TlsOptions;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of health, metrics, API and console over HTTP. Handlers that read much run on worker
 * threads, so that a large list delays no health check. Thread-safe; closing is idempotent.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final long START_SECONDS = 30;
  private static final long SWEEP_MILLIS = 1000;
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

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
  private record Open(AdminListener listener, HttpServer server, Access access, Router router) {}

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
        open.add(
            open(
                vertx,
                listener,
                access,
                connections,
                router(vertx, access, source, actions, metrics, connections, events)));
      }
      return new AdminServer(vertx, open, events);
    } catch (IOException e) {
      open.forEach(each -> each.access().close());
      closeQuietly(vertx);
      throw e;
    }
  }

  private static Open open(
      Vertx vertx, AdminListener listener, Access access, Connections connections, Router router)
      throws IOException {
    RequestGate gate = new RequestGate(connections, router);
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
          router);
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

  private static Router router(
      Vertx vertx,
      Access access,
      AdminSource source,
      AdminActions actions,
      Supplier<String> metrics,
      Connections connections,
      EventStreams events) {
    Router router = Router.router(vertx);
    router.route().handler(access);
    reading(router, "/livez")
        .handler(context -> Responses.send(context, 200, "text/plain", "ok\n"));
    reading(router, "/readyz").handler(context -> readyz(context, source));
    reading(router, "/metrics")
        .blockingHandler(
            context -> Responses.send(context, 200, METRICS_TYPE, metrics.get()), false);
    ConsoleFiles console = ConsoleFiles.load();
    ConsoleFiles.PAGES.forEach(page -> reading(router, page).handler(console::page));
    reading(router, ConsoleFiles.FOLDER + "*").handler(console::file);
    reading(router, "/api/v1/events").handler(events::handle);
    ApiHandlers api = new ApiHandlers(source);
    get(router, "/registries", api::registries);
    get(router, "/resources", api::resources);
    get(router, "/resources/:namespace/:name", api::resource);
    get(router, "/services", api::services);
    // An id may have slashes, encoded or not, so the handler takes the path apart.
    get(router, "/services/*", api::service);
    get(router, "/documents", api::documents);
    get(router, "/documents/:kind/:namespace/:name", api::document);
    get(router, "/refused", api::refused);
    get(router, "/clients", api::clients);
    get(router, "/summary", api::summary);
    get(router, "/configuration", api::configuration);
    get(router, "/replicas", api::replicas);
    String description = description();
    get(
        router,
        "/openapi.yaml",
        context -> Responses.send(context, 200, "application/yaml", description));
    get(router, "/replica", api::replica);
    CommitHandlers commits = new CommitHandlers(source);
    get(router, "/commits", commits::commits);
    get(router, "/commits/:number", commits::commit);
    get(router, "/commits/:number/:namespace/:name", commits::difference);
    api.lists((path, handler) -> get(router, path, handler));
    ActionHandlers operator = new ActionHandlers(actions);
    Handler<RoutingContext> received =
        context -> {
          connections.received(context.request());
          context.next();
        };
    // The same to somebody who may act here: so a replica finds out whether it can pass actions on.
    post(router, "/replica", received, api::replica);
    post(router, "/transactions", received, operator::open);
    post(router, "/transactions/:id/release", received, operator::release);
    post(router, "/guards/:id/approve", received, operator::approve);
    post(router, "/guards/:id/reject", received, operator::reject);
    for (int status = 400; status < 600; status++) {
      router.errorHandler(status, AdminServer::refused);
    }
    router.errorHandler(404, context -> Responses.problem(context, 404, "no such path"));
    router.errorHandler(405, AdminServer::notOfThisPath);
    router.errorHandler(500, AdminServer::failed);
    return router;
  }

  private static String description() {
    try (InputStream input = AdminServer.class.getResourceAsStream("openapi.yaml")) {
      return new String(
          Objects.requireNonNull(input, "openapi.yaml").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read openapi.yaml", e);
    }
  }

  private static void get(Router router, String path, Handler<RoutingContext> handler) {
    reading(router, "/api/v1" + path).blockingHandler(handler, false);
  }

  private static Route reading(Router router, String path) {
    return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
  }

  private static void notOfThisPath(RoutingContext context) {
    boolean post = context.request().method().equals(HttpMethod.POST);
    context.response().putHeader("allow", post ? "GET, HEAD, OPTIONS" : "POST, OPTIONS");
    Responses.problem(
        context, 405, "not allowed for this path (expected: GET, or POST for an action)");
  }

  // Handles refusals by the router itself.
  private static void refused(RoutingContext context) {
    int status = context.statusCode();
    Responses.problem(
        context,
        status,
        HttpResponseStatus.valueOf(status).reasonPhrase().toLowerCase(Locale.ROOT));
  }

  private static void post(
      Router router,
      String path,
      Handler<RoutingContext> received,
      Handler<RoutingContext> handler) {
    router
        .post("/api/v1" + path)
        .handler(BodyHandler.create(false).setBodyLimit(RequestChecks.MAX_BODY_BYTES))
        .handler(received)
        .blockingHandler(handler, false);
  }

  private static void readyz(RoutingContext context, AdminSource source) {
    ReadinessStatus status = source.readiness();
    Responses.json(context, status.ready() ? 200 : 503, ApiViews.readiness(status, source.holds()));
  }

  private static void failed(RoutingContext context) {
    Throwable failure = context.failure();
    if (failure instanceof BadRequestException) {
      Responses.problem(context, 400, String.valueOf(failure.getMessage()));
    } else {
      LOG.error("The request {} failed", context.request().path(), failure);
      Responses.problem(context, 500, "an error of the gateway; its log has more");
    }
  }

  /** Takes another reference to the token that callers show to change something. */
  public void use(@Nullable Secret token) {
    listeners.forEach(each -> each.access().use(token));
  }

  /** Returns its routes, {@code METHOD PATH}; HEAD, which is answered where GET is, left out. */
  List<String> routes() {
    List<String> routes = new ArrayList<>();
    for (Route route : listeners.get(0).router().getRoutes()) {
      Set<HttpMethod> methods = route.methods() == null ? Set.of() : route.methods();
      for (HttpMethod method : methods) {
        if (!method.equals(HttpMethod.HEAD)) {
          routes.add(method + " " + route.getPath());
        }
      }
    }
    return routes;
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
