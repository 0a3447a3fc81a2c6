package io.fairlead.server.admin;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The open connections of the admin server. Each has a time by which its caller has to be done with
 * what comes next: to send the next request, its body, or to take the answer. So callers that send
 * a byte at a time, or nothing, hold connections only shortly. Thread-safe.
 */
final class Connections {
  private static final Duration LINGER = Duration.ofMillis(500);

  private final AdminLimits limits;
  private final LongSupplier nanoTime;
  private final Handshakes handshakes;
  private final Map<HttpConnection, Open> open = new ConcurrentHashMap<>();

  /** A connection's state; written by its event loop. */
  private static final class Open {
    private final String address;
    private volatile long deadline;
    private volatile boolean ending;
    // Whether a whole request has come on it.
    private volatile boolean used;

    Open(String address, long deadline) {
      this.address = address;
      this.deadline = deadline;
    }
  }

  Connections(AdminLimits limits, LongSupplier nanoTime, Handshakes handshakes) {
    this.handshakes = handshakes;
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /**
   * Takes a new connection. Where there are too many, the oldest one on which no request has come
   * yet gives way to it; if there is none, the new one is closed.
   */
  void opened(HttpConnection connection) {
    handshakes.over(connection.remoteAddress());
    String address = String.valueOf(connection.remoteAddress().hostAddress());
    if (open.size() >= limits.connections() && !closeSilent(state -> true)
        || of(address) >= limits.connectionsOfAnAddress()
            && !closeSilent(state -> state.address.equals(address))) {
      close(connection);
      return;
    }
    open.put(connection, new Open(address, in(limits.request())));
    connection.closeHandler(closed -> open.remove(connection));
  }

  /** Closes the oldest connection without a request; false if there is none. */
  private boolean closeSilent(Predicate<Open> condition) {
    Optional<HttpConnection> oldest =
        open.entrySet().stream()
            .filter(each -> !each.getValue().used && condition.test(each.getValue()))
            .min(
                Comparator.comparing(
                    each -> each.getValue().deadline, (a, b) -> Long.signum(a - b)))
            .map(Map.Entry::getKey);
    oldest.ifPresent(
        silent -> {
          open.remove(silent);
          close(silent);
        });
    return oldest.isPresent();
  }

  private long of(String address) {
    return open.values().stream().filter(each -> each.address.equals(address)).count();
  }

  /** Follows a request that has arrived; false if its connection is to serve no more of them. */
  boolean began(HttpServerRequest request) {
    Open connection = open.get(request.connection());
    if (connection == null) {
      return true;
    }
    connection.used = true;
    if (connection.ending) {
      return false;
    }
    boolean body =
        request.headers().contains("content-length")
            || request.headers().contains("transfer-encoding");
    connection.deadline = in(body ? limits.request() : limits.answer());
    request.response().endHandler(end -> connection.deadline = in(limits.idle()));
    return true;
  }

  /** A request's body has arrived. */
  void received(HttpServerRequest request) {
    Open connection = open.get(request.connection());
    if (connection != null) {
      connection.deadline = in(limits.answer());
    }
  }

  /**
   * The connection's next answer is its last: what follows on it is no request. It stays for a
   * moment, since to close it over bytes that were not read would take the answer from the caller.
   */
  void end(HttpServerRequest request) {
    Open connection = open.get(request.connection());
    if (connection != null) {
      connection.ending = true;
      connection.deadline = in(LINGER);
      request.response().endHandler(end -> connection.deadline = in(LINGER));
    }
    request.response().putHeader("connection", "close");
  }

  /** Closes those whose time is over. */
  void closeOverdue() {
    long now = nanoTime.getAsLong();
    open.forEach(
        (connection, state) -> {
          if (now - state.deadline > 0) {
            close(connection);
          }
        });
  }

  private long in(Duration time) {
    return nanoTime.getAsLong() + time.toNanos();
  }

  // Nobody waits for it.
  @SuppressWarnings("FutureReturnValueIgnored")
  private static void close(HttpConnection connection) {
    connection.close();
  }
}
