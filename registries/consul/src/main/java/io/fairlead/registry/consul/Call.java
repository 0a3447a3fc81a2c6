package io.fairlead.registry.consul;

import io.fairlead.common.Causes;
import io.vertx.core.AsyncResult;
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
 * A GET on one connection, from the wait for a connection to the last byte. It delivers its outcome
 * once, on the loop, unless it was cancelled: a response, a failure, or a time-out. Owned by the
 * loop.
 */
final class Call {
  // The time a call may take beyond its limit, for the wait for a connection and a large answer
  // that arrives slowly.
  private static final Duration EXTRA_LIMIT = Duration.ofMinutes(5);

  private final Loop loop;
  private final Optional<ConnectionPool> pool;
  private final Request request;
  private final Consumer<Outcome> then;
  private Optional<PooledConnection> pooled = Optional.empty();
  private Optional<HttpClientRequest> sent = Optional.empty();
  private Optional<Loop.Timer> deadline = Optional.empty();
  private boolean starting;
  private boolean done;

  Call(Loop loop, ConnectionPool pool, Request request, Consumer<Outcome> then) {
    this(loop, Optional.of(pool), request, then);
  }

  private Call(Loop loop, Optional<ConnectionPool> pool, Request request, Consumer<Outcome> then) {
    this.loop = loop;
    this.pool = pool;
    this.request = request;
    this.then = then;
  }

  /**
   * The request of a call.
   *
   * @param uri path and query
   * @param query whether it blocks
   * @param token the ACL token, or empty
   * @param limit the longest time without any byte received
   */
  record Request(String uri, Query query, String token, Duration limit) {
    String path() {
      int end = uri.indexOf('?');
      return end < 0 ? uri : uri.substring(0, end);
    }
  }

  /** The outcome of a call. */
  sealed interface Outcome {}

  /** A complete response, of any status. */
  record Response(
      String path, int status, long index, boolean filtered, boolean closes, byte[] body)
      implements Outcome {}

  /** The lack of a complete response. */
  record Broken(Fault fault, String problem, Throwable cause) implements Outcome {}

  /** Returns a call that failed before it was sent; the outcome is delivered later, as always. */
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

  /** Sends the request; the outcome is delivered later, never within this call. */
  void start() {
    loop.assertOnLoop();
    starting = true;
    ConnectionPool target = pool.orElseThrow();
    target.count(request.query(), 1);
    deadline = Optional.of(loop.after(request.limit().plus(EXTRA_LIMIT), () -> overdue(target)));
    target.acquire(
        new ConnectionPool.Waiting() {
          @Override
          public void ready(PooledConnection pooled) {
            if (done) {
              target.release(pooled);
            } else {
              sendOrFail(target, pooled);
            }
          }

          @Override
          public void failed(Answer.Failed<?> why) {
            // Later, so that the pool is not called back while it changes its state.
            loop.after(
                Duration.ofMillis(1),
                () -> finish(new Broken(why.fault(), why.problem(), why.cause())));
          }
        });
    starting = false;
  }

  private void overdue(ConnectionPool target) {
    if (!done) {
      pooled.ifPresent(this::takeBack);
      String text =
          target.address()
              + request.path()
              + ": no whole answer within "
              + request.limit().plus(EXTRA_LIMIT).toSeconds()
              + " s";
      finish(new Broken(Fault.UNREACHABLE, text, new ConsulCallException(Fault.UNREACHABLE, text)));
    }
  }

  private void sendOrFail(ConnectionPool target, PooledConnection pooled) {
    try {
      send(target, pooled);
    } catch (RuntimeException e) {
      // Nothing was sent, so the connection stays usable. The message is left out, since it may
      // quote
      // the token.
      String text =
          target.address()
              + request.path()
              + ": the request cannot be sent (expected: a token of printable characters, and"
              + " names that fit into a URL)";
      Broken broken = new Broken(Fault.DENIED, text, new ConsulCallException(Fault.DENIED, text));
      loop.after(
          Duration.ofMillis(1),
          () -> {
            target.release(pooled);
            finish(broken);
          });
    }
  }

  private void send(ConnectionPool target, PooledConnection pooled) {
    this.pooled = Optional.of(pooled);
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setURI(request.uri())
            .setIdleTimeout(request.limit().toMillis());
    if (!request.token().isEmpty()) {
      options.putHeader("X-Consul-Token", request.token());
    }
    pooled
        .connection
        .request(options)
        .compose(
            made -> {
              sent = Optional.of(made);
              // The outcome below reports it; without a handler Vert.x would log it as well.
              made.exceptionHandler(error -> {});
              if (done) {
                made.reset();
                return Future.failedFuture("cancelled");
              }
              Future<HttpClientResponse> answered = made.send();
              if (pooled.streams > 1) {
                SentRequest.shrink(made);
              }
              return answered;
            })
        .compose(response -> response.body().map(body -> raw(response, body)))
        .onComplete(
            result -> {
              if (starting) {
                // A connection that is ending refuses at once; whoever starts the call does not
                // have it yet.
                loop.after(Duration.ofMillis(1), () -> ended(target, pooled, result));
              } else {
                ended(target, pooled, result);
              }
            });
  }

  private void ended(ConnectionPool target, PooledConnection pooled, AsyncResult<Response> result) {
    if (loop.isClosed()) {
      return;
    }
    loop.assertOnLoop();
    Outcome outcome = result.succeeded() ? result.result() : broken(target, result.cause());
    if (outcome instanceof Response raw && raw.status() == 429 && raw.closes()) {
      // Consul accepts a connection above its limit, answers 429 to whatever comes, and closes it;
      // 429 on a connection that stays is its limit on the rate of requests.
      pooled.closed = true;
      pooled.connection.close();
      target.overLimit(new ConsulCallException(Fault.LIMITED, "429 on a new connection"));
    } else if (outcome instanceof Response) {
      pooled.served = true;
    }
    target.release(pooled);
    finish(outcome);
  }

  private Response raw(HttpClientResponse response, Buffer body) {
    return new Response(
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
      // Treated as none: the watch then waits for an index above 1, that is, reads again.
      return 0;
    }
  }

  private Broken broken(ConnectionPool target, Throwable cause) {
    return new Broken(
        Fault.UNREACHABLE, target.address() + request.path() + ": " + Causes.of(cause), cause);
  }

  private void finish(Outcome outcome) {
    if (done) {
      return;
    }
    done = true;
    deadline.ifPresent(Loop.Timer::cancel);
    pool.ifPresent(target -> target.count(request.query(), -1));
    then.accept(outcome);
  }

  /** Cancels the call: no outcome is delivered, the stream is reset. */
  void cancel() {
    loop.assertOnLoop();
    if (done) {
      return;
    }
    done = true;
    deadline.ifPresent(Loop.Timer::cancel);
    pool.ifPresent(target -> target.count(request.query(), -1));
    pooled.ifPresent(this::takeBack);
  }

  private void takeBack(PooledConnection used) {
    if (used.streams > 1) {
      sent.ifPresent(HttpClientRequest::reset);
    } else {
      // HTTP/1.1 can only cancel a request by closing its connection. Marked at once, since a call
      // that got the connection before its end is noticed would wait for an answer for ever.
      used.closed = true;
      used.connection.close();
    }
  }
}
