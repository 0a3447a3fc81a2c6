package io.fairlead.server.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of a listener of the admin server: which handler answers which path, and what is
 * answered where none does. Handlers that read much run on worker threads, so that a large list
 * delays no health check. Filled before the listener opens.
 */
final class AdminRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(AdminRoutes.class);
  private static final String API = "/api/v1";
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Router router;

  /**
   * Routes that answer nothing yet.
   *
   * @param access decides who may call any of them
   */
  AdminRoutes(Router router, Access access) {
    this.router = router;
    router.route().handler(access);
    for (int status = 400; status < 600; status++) {
      router.errorHandler(status, AdminRoutes::refused);
    }
    router.errorHandler(404, context -> Responses.problem(context, 404, "no such path"));
    router.errorHandler(405, AdminRoutes::notOfThisPath);
    router.errorHandler(500, AdminRoutes::failed);
  }

  Router router() {
    return router;
  }

  /** Returns all of them, {@code METHOD PATH}; HEAD, which is answered where GET is, left out. */
  List<String> list() {
    List<String> routes = new ArrayList<>();
    for (Route route : router.getRoutes()) {
      Set<HttpMethod> methods = route.methods() == null ? Set.of() : route.methods();
      for (HttpMethod method : methods) {
        if (!method.equals(HttpMethod.HEAD)) {
          routes.add(method + " " + route.getPath());
        }
      }
    }
    return routes;
  }

  /**
   * Adds what Kubernetes and Prometheus ask for.
   *
   * @param metrics gives the metrics in Prometheus' text format
   */
  void health(AdminSource source, Supplier<String> metrics) {
    reading("/livez").handler(context -> Responses.send(context, 200, "text/plain", "ok\n"));
    reading("/readyz").handler(context -> readyz(context, source));
    reading("/metrics")
        .blockingHandler(
            context -> Responses.send(context, 200, METRICS_TYPE, metrics.get()), false);
  }

  /** Adds the pages of the console, and what tells them of changes. */
  void console(EventStreams events) {
    ConsoleFiles console = ConsoleFiles.load();
    ConsoleFiles.PAGES.forEach(page -> reading(page).handler(console::page));
    reading(ConsoleFiles.FOLDER + "*").handler(console::file);
    reading(API + "/events").handler(events::handle);
  }

  /** Adds the API, as far as it only reads. */
  void api(AdminSource source) {
    ApiHandlers api = new ApiHandlers(source);
    get("/registries", api::registries);
    get("/resources", api::resources);
    get("/resources/:namespace/:name", api::resource);
    get("/services", api::services);
    // An id may have slashes, encoded or not, so the handler takes the path apart.
    get("/services/*", api::service);
    get("/documents", api::documents);
    get("/documents/:kind/:namespace/:name", api::document);
    get("/refused", api::refused);
    get("/clients", api::clients);
    get("/summary", api::summary);
    get("/configuration", api::configuration);
    get("/replicas", api::replicas);
    get("/replica", api::replica);
    String description = description();
    get("/openapi.yaml", context -> Responses.send(context, 200, "application/yaml", description));
    CommitHandlers commits = new CommitHandlers(source);
    get("/commits", commits::commits);
    get("/commits/:number", commits::commit);
    get("/commits/:number/:namespace/:name", commits::difference);
    api.lists(this::get);
  }

  /**
   * Adds what operators can do.
   *
   * @param connections told of each request once its body has been received
   */
  void actions(AdminSource source, AdminActions actions, Connections connections) {
    Handler<RoutingContext> received =
        context -> {
          connections.received(context.request());
          context.next();
        };
    // As it is read, but to somebody who may act here: so a replica finds out whether it can pass
    // actions on.
    post("/replica", received, new ApiHandlers(source)::replica);
    ActionHandlers operator = new ActionHandlers(actions);
    post("/transactions", received, operator::open);
    post("/transactions/:id/release", received, operator::release);
    post("/guards/:id/approve", received, operator::approve);
    post("/guards/:id/reject", received, operator::reject);
  }

  private Route reading(String path) {
    return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
  }

  private void get(String path, Handler<RoutingContext> handler) {
    reading(API + path).blockingHandler(handler, false);
  }

  private void post(
      String path, Handler<RoutingContext> received, Handler<RoutingContext> handler) {
    router
        .post(API + path)
        .handler(BodyHandler.create(false).setBodyLimit(RequestChecks.MAX_BODY_BYTES))
        .handler(received)
        .blockingHandler(handler, false);
  }

  private static String description() {
    try (InputStream input = AdminRoutes.class.getResourceAsStream("openapi.yaml")) {
      return new String(
          Objects.requireNonNull(input, "openapi.yaml").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read openapi.yaml", e);
    }
  }

  private static void readyz(RoutingContext context, AdminSource source) {
    ReadinessStatus status = source.readiness();
    Responses.json(context, status.ready() ? 200 : 503, ApiViews.readiness(status, source.holds()));
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

  private static void failed(RoutingContext context) {
    Throwable failure = context.failure();
    if (failure instanceof BadRequestException) {
      Responses.problem(context, 400, String.valueOf(failure.getMessage()));
    } else {
      LOG.error("The request {} failed", context.request().path(), failure);
      Responses.problem(context, 500, "an error of the gateway; its log has more");
    }
  }
}
