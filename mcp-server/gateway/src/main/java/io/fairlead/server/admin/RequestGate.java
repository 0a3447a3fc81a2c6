package io.fairlead.server.admin;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;

/**
 * The gate that every request passes before it is routed: its answer gets the headers that protect
 * a browser, and a malformed request is refused. Thread-safe.
 */
final class RequestGate implements Handler<HttpServerRequest> {
  private static final Map<String, String> PROTECTION =
      Map.of(
          "content-security-policy", "default-src 'none'; frame-ancestors 'none'",
          "x-content-type-options", "nosniff",
          "x-frame-options", "DENY",
          "referrer-policy", "no-referrer",
          "cross-origin-opener-policy", "same-origin",
          "cross-origin-resource-policy", "same-origin",
          "cache-control", "no-store");

  private final Connections connections;
  private final Handler<HttpServerRequest> next;

  RequestGate(Connections connections, Handler<HttpServerRequest> next) {
    this.connections = connections;
    this.next = next;
  }

  @Override
  public void handle(HttpServerRequest request) {
    if (!connections.began(request)) {
      return;
    }
    protect(request.response().headers());
    Optional<RequestChecks.Refusal> refusal = RequestChecks.check(request);
    if (refusal.isPresent()) {
      refuse(request, refusal.get());
    } else if (request.uri().equals("*")) {
      Responses.empty(request, RequestChecks.METHODS);
    } else {
      next.handle(request);
    }
  }

  /** Answers what could not be read as a request at all. */
  void invalid(HttpServerRequest request) {
    if (!connections.began(request)) {
      return;
    }
    protect(request.response().headers());
    Throwable cause = request.decoderResult() == null ? null : request.decoderResult().cause();
    if (cause instanceof TooLongHttpLineException) {
      refuse(request, last(414, "target: too long (expected: at most 4096 bytes)"));
    } else if (cause instanceof TooLongHttpHeaderException) {
      refuse(request, last(431, "headers: too long (expected: at most 8192 bytes)"));
    } else {
      refuse(request, last(400, "not HTTP (expected: a request of HTTP/1.1)"));
    }
  }

  private static RequestChecks.Refusal last(int status, String detail) {
    return new RequestChecks.Refusal(status, detail, true);
  }

  private void refuse(HttpServerRequest request, RequestChecks.Refusal refusal) {
    if (refusal.last()) {
      connections.end(request);
    }
    if (refusal.status() == 405) {
      request.response().putHeader("allow", RequestChecks.METHODS);
    }
    Responses.problem(request, refusal.status(), refusal.detail());
  }

  private static void protect(MultiMap headers) {
    PROTECTION.forEach(headers::set);
  }
}
