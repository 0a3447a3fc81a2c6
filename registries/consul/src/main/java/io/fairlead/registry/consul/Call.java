package io.fairlead.registry.consul;

import io.fairlead.common.Causes;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One GET on one connection, from the wait for a connection to the last byte. It gives its outcome
 * once, on the loop, unless it was cancelled: an answer, a failure, or that its time is over. Owned
 * by the loop.
 */
final class Call {
  // What a call may take beyond its limit: the wait for a connection, and a large answer that
  // trickles in.
  private static final Duration MORE = Duration.ofMinutes(5);

  private final Loop loop;
  private final Optional<Endpoint> endpoint;
  private final Request request;
  private final Consumer<Outcome> then;
  private Optional<Line> line = Optional.empty();
  private Optional<HttpClientRequest> sent = Optional.empty();
  private Optional<Loop.Timer> deadline = Optional.empty();
  private boolean done;

  Call(Loop loop, Endpoint endpoint, Request request, Consumer<Outcome> then) {
    this(loop, Optional.of(endpoint), request, then);
  }

  private Call(Loop loop, Optional<Endpoint> endpoint, Request request, Consumer<Outcome> then) {
    this.loop = loop;
    this.endpoint = endpoint;
    this.request = request;
    this.then = then;
  }

  /**
   * What to ask.
   *
   * @param uri path and query
   * @param query whether it blocks
   * @param token the ACL token, or empty
   * @param limit how long nothing may arrive
   */
  record Request(String uri, Query query, String token, Duration limit) {
    String path() {
      int end = uri.indexOf('?');
      return end < 0 ? uri : uri.substring(0, end);
    }
  }

  /** What came. */
  sealed interface Outcome {}

  /** A whole response, of any status. */
  record Raw(String path, int status, long index, boolean filtered, boolean closes, byte[] body)
      implements Outcome {}

  /** No whole response. */
  record Broken(Fault fault, String problem, Throwable cause) implements Outcome {}

  /** A call that failed before it was made; it tells so later, as every call does. */
  static Call failed(Loop loop, Runnable then) {
    Call call =
        new Call(
            loop,
            Optional.empty(),
            new Request("", Query.NOW, "", Duration.ZERO),
            outcome -> then.run());
    loop.after(
        Duration.ofMillis(1),
        () -> call.finish(new Broken(Fault.UNREACHABLE, "", new IllegalStateException())));
    return call;
  }

  void start() {
    loop.check();
    Endpoint target = endpoint.orElseThrow();
    target.count(request.query(), 1);
    deadline = Optional.of(loop.after(request.limit().plus(MORE), () -> overdue(target)));
    target.acquire(
        new Endpoint.Waiting() {
          @Override
          public void ready(Line line) {
            if (done) {
              target.release(line);
            } else {
              sendOrFail(target, line);
            }
          }

          @Override
          public void failed(Answer.Failed<?> why) {
            // Later, so that whoever fails the waiting is not called back within its own change.
            loop.after(
                Duration.ofMillis(1),
                () -> finish(new Broken(why.fault(), why.problem(), why.cause())));
          }
        });
  }

  private void overdue(Endpoint target) {
    if (!done) {
      line.ifPresent(this::takeBack);
      String text =
          target.address()
              + request.path()
              + ": no whole answer within "
              + request.limit().plus(MORE).toSeconds()
              + " s";
      finish(new Broken(Fault.UNREACHABLE, text, new ConsulCallException(Fault.UNREACHABLE, text)));
    }
  }

  private void sendOrFail(Endpoint target, Line line) {
    try {
      send(target, line);
    } catch (RuntimeException e) {
      // Nothing was sent, so the connection is as good as before. The message is left out: it may
      // quote the token.
      String text =
          target.address()
              + request.path()
              + ": the request cannot be sent (expected: a token of printable characters, and"
              + " names that fit into a URL)";
      Broken broken = new Broken(Fault.DENIED, text, new ConsulCallException(Fault.DENIED, text));
      loop.after(
          Duration.ofMillis(1),
          () -> {
            target.release(line);
            finish(broken);
          });
    }
  }

  private void send(Endpoint target, Line line) {
    this.line = Optional.of(line);
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setURI(request.uri())
            .setIdleTimeout(request.limit().toMillis());
    if (!request.token().isEmpty()) {
      options.putHeader("X-Consul-Token", request.token());
    }
    line.connection
        .request(options)
        .compose(
            made -> {
              sent = Optional.of(made);
              // The outcome below has it, too; without a handler it would be logged besides.
              made.exceptionHandler(error -> {});
              if (done) {
                made.reset();
                return Future.failedFuture("cancelled");
              }
              return made.send();
            })
        .compose(response -> response.body().map(body -> raw(response, body)))
        .onComplete(
            result -> {
              if (loop.isClosed()) {
                return;
              }
              loop.check();
              Outcome outcome =
                  result.succeeded() ? result.result() : broken(target, result.cause());
              if (outcome instanceof Raw raw && raw.status() == 429 && raw.closes()) {
                // Consul accepts a connection above its limit, answers 429 to whatever comes, and
                // closes it; 429 on a connection that stays is its limit on the rate of requests.
                line.closed = true;
                line.connection.close();
                target.overLimit(new ConsulCallException(Fault.LIMITED, "429 on a new connection"));
              } else if (outcome instanceof Raw) {
                line.proven = true;
              }
              target.release(line);
              finish(outcome);
            });
  }

  private Raw raw(HttpClientResponse response, Buffer body) {
    return new Raw(
        request.path(),
        response.statusCode(),
        index(response.getHeader("X-Consul-Index")),
        "true".equalsIgnoreCase(response.getHeader("X-Consul-Results-Filtered-By-ACLs")),
        "close".equalsIgnoreCase(response.getHeader("Connection")),
        body.getBytes());
  }

  private static long index(@Nullable String header) {
    try {
      return header == null ? 0 : Long.parseUnsignedLong(header.strip());
    } catch (NumberFormatException e) {
      // As good as none: the watch then waits for anything above 1, that is, reads again.
      return 0;
    }
  }

  private Broken broken(Endpoint target, Throwable cause) {
    return new Broken(
        Fault.UNREACHABLE, target.address() + request.path() + ": " + Causes.of(cause), cause);
  }

  private void finish(Outcome outcome) {
    if (done) {
      return;
    }
    done = true;
    deadline.ifPresent(Loop.Timer::cancel);
    endpoint.ifPresent(target -> target.count(request.query(), -1));
    then.accept(outcome);
  }

  /** Gives up: no outcome is given, the stream is reset. */
  void cancel() {
    loop.check();
    if (done) {
      return;
    }
    done = true;
    deadline.ifPresent(Loop.Timer::cancel);
    endpoint.ifPresent(target -> target.count(request.query(), -1));
    line.ifPresent(this::takeBack);
  }

  private void takeBack(Line used) {
    if (used.streams > 1) {
      sent.ifPresent(HttpClientRequest::reset);
    } else {
      // HTTP/1.1 takes a request back by closing its connection. Whoever got the connection before
      // the end of it is noticed would wait for an answer for ever.
      used.closed = true;
      used.connection.close();
    }
  }
}
