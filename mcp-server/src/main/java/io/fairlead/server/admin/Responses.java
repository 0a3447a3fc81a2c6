package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests, errors as {@code application/problem+json} (RFC 9457). */
final class Responses {
  private static final Logger LOG = LoggerFactory.getLogger(Responses.class);

  private Responses() {}

  /** Answers with JSON. */
  static void json(RoutingContext context, int status, JsonNode body) {
    send(context, status, "application/json", body.toString());
  }

  /** Answers with a text. */
  static void send(RoutingContext context, int status, String type, String body) {
    sent(
        context,
        context
            .response()
            .setStatusCode(status)
            .putHeader("content-type", type)
            .putHeader("x-content-type-options", "nosniff")
            .putHeader("cache-control", "no-store")
            .end(body));
  }

  /** Answers with an error. */
  static void problem(RoutingContext context, int status, String detail) {
    JsonNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("type", "about:blank")
            .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
            .put("status", status)
            .put("detail", detail)
            .put("instance", context.request().path());
    send(context, status, "application/problem+json", body.toString());
  }

  private static void sent(RoutingContext context, Future<Void> end) {
    end.onFailure(
        failure -> LOG.debug("{}: the answer was not taken", context.request().path(), failure));
  }
}
