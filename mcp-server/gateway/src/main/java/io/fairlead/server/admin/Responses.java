package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.common.ForeignText;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answers to requests; errors are {@code application/problem+json} (RFC 9457). */
final class Responses {
  private static final Logger LOG = LoggerFactory.getLogger(Responses.class);

  private Responses() {}

  /** Answers with JSON. */
  static void json(RoutingContext context, int status, JsonNode body) {
    send(context, status, "application/json", body.toString());
  }

  /** Answers with a text. */
  static void send(RoutingContext context, int status, String type, String body) {
    send(context.request(), status, type, body);
  }

  private static void send(HttpServerRequest request, int status, String type, String body) {
    send(request, status, type, Buffer.buffer(body));
  }

  /** Answers with bytes. */
  static void send(HttpServerRequest request, int status, String type, Buffer body) {
    sent(
        request,
        request.response().setStatusCode(status).putHeader("content-type", type).end(body));
  }

  /** Answers that what the caller has is as it was. */
  static void notModified(HttpServerRequest request) {
    sent(request, request.response().setStatusCode(304).end());
  }

  /** Answers without a body, with the allowed methods. */
  static void empty(HttpServerRequest request, String allow) {
    sent(request, request.response().setStatusCode(204).putHeader("allow", allow).end());
  }

  /** Answers with an error. */
  static void problem(RoutingContext context, int status, String detail) {
    problem(context.request(), status, detail);
  }

  /** Answers with an error that has more to say than its text. */
  static void problem(RoutingContext context, int status, String detail, ObjectNode more) {
    problem(context.request(), status, detail, more);
  }

  /** Answers with an error, also before a request is routed. */
  static void problem(HttpServerRequest request, int status, String detail) {
    problem(request, status, detail, JsonNodeFactory.instance.objectNode());
  }

  private static void problem(
      HttpServerRequest request, int status, String detail, ObjectNode more) {
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("type", "about:blank")
            .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
            .put("status", status)
            .put("detail", detail)
            .put("instance", path(request));
    body.setAll(more);
    send(request, status, "application/problem+json", body.toString());
  }

  private static String path(HttpServerRequest request) {
    return ForeignText.clean(String.valueOf(request.path()));
  }

  private static void sent(HttpServerRequest request, Future<Void> end) {
    end.onFailure(failure -> LOG.debug("The answer to {} was not taken", path(request), failure));
  }
}
