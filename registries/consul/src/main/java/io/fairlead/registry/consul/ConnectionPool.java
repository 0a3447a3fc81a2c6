package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import io.fairlead.common.Causes;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpVersion;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one Consul address. They are opened one after another, since a burst of dials
 * would count against Consul's limit before the first one is usable, and only up to a limit: the
 * configured one, or fewer once Consul has refused one more. Owned by the loop.
 */
final class ConnectionPool {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionPool.class);
  private static final Duration LIMIT_RETRY = Duration.ofMinutes(5);
  private static final Duration LIMIT_DECISION = Duration.ofMillis(500);
  private static final int MIN_LIMIT = 4;

  private final Loop loop;
  private final Dialer dialer;
  private final URI address;
  private final int configuredLimit;
  private final Prober prober;
  private final List<PooledConnection> connections = new ArrayList<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private int limit;
  // The streams of one connection, learned from the newest one.
  private int streams = 1;
  private boolean dialing;
  private boolean assigning;
  private int watches;
  private int reads;
  private long requests;

  ConnectionPool(
      Loop loop, Dialer dialer, URI address, int limit, Backoff backoff, Runnable onProbe) {
    this.loop = loop;
    this.dialer = dialer;
    this.address = address;
    this.configuredLimit = limit;
    this.limit = limit;
    this.prober = new Prober(loop, this, backoff, onProbe);
  }

  /** A call that waits for a connection with room. */
  interface Waiting {
    void ready(PooledConnection pooled);

    void failed(Answer.Failed<?> why);
  }

  URI address() {
    return address;
  }

  Prober prober() {
    return prober;
  }

  boolean isUp() {
    return prober.isUp();
  }

  /** Returns the maximum number of streams, by the kind of the newest connection. */
  int capacity() {
    return limit * streams;
  }

  /**
   * Returns how many streams blocking queries may occupy; the rest is for reads that end at once.
   */
  int watchSlots() {
    return capacity() - Math.max(1, Math.min(32, capacity() / 10));
  }

  int watches() {
    return watches;
  }

  int reads() {
    return reads;
  }

  /** Returns the number of open connections. */
  int connections() {
    return connections.size();
  }

  /** Returns the most connections that it opens. */
  int maxConnections() {
    return configuredLimit;
  }

  /** Returns the number of requests since the start. */
  long requests() {
    return requests;
  }

  void count(Query query, int change) {
    requests += Math.max(0, change);
    if (query.blocks()) {
      watches += change;
    } else {
      reads += change;
    }
  }

  /** Whether one connection carries many queries. */
  boolean multiplexes() {
    return streams > 1;
  }

  /** Assigns a connection with room, opening one if necessary. */
  void acquire(Waiting request) {
    loop.assertOnLoop();
    waiting.add(request);
    assignConnections();
  }

  void release(PooledConnection pooled) {
    loop.assertOnLoop();
    pooled.taken--;
    assignConnections();
  }

  private void assignConnections() {
    if (assigning) {
      // A cancelled request returns its stream within the loop below, which then goes on with it.
      return;
    }
    assigning = true;
    while (!waiting.isEmpty()) {
      Optional<PooledConnection> free =
          connections.stream().filter(PooledConnection::hasRoom).findFirst();
      if (free.isEmpty()) {
        if (!dialing && connections.size() < limit) {
          dial();
        }
        break;
      }
      free.get().taken++;
      waiting.remove().ready(free.get());
    }
    assigning = false;
  }

  private void dial() {
    dialing = true;
    dialer
        .dial(address)
        .onComplete(
            done -> {
              dialing = false;
              if (loop.isClosed()) {
                return;
              }
              loop.assertOnLoop();
              if (done.succeeded()) {
                opened(done.result());
              } else {
                refused(done.cause());
              }
            });
  }

  /** Takes a connection that was opened. */
  void opened(HttpClientConnection connection) {
    boolean http2 = connection.protocolVersion() == HttpVersion.HTTP_2;
    streams = http2 ? (int) Math.max(1, Math.min(1000, connection.maxActiveStreams())) : 1;
    PooledConnection pooled = new PooledConnection(connection, streams);
    connections.add(pooled);
    connection.closeHandler(closed -> gone(pooled));
    // An error of the connection also ends its requests, and they report it.
    connection.exceptionHandler(
        error -> LOG.debug("registry {}: {}: {}", loop.registry(), address, error.toString()));
    LOG.debug(
        "registry {}: {}: {} connections of {} streams",
        loop.registry(),
        address,
        connections.size(),
        streams);
    assignConnections();
  }

  private void gone(PooledConnection pooled) {
    pooled.closed = true;
    connections.remove(pooled);
    if (!loop.isClosed()) {
      assignConnections();
    }
  }

  private void refused(Throwable cause) {
    Answer.Failed<?> why =
        new Answer.Failed<>(
            Fault.UNREACHABLE,
            address + ": " + Causes.of(cause) + dialer.advice(address, cause),
            cause);
    // Over its limit Consul answers 429, but with TLS it closes the connection in the handshake. A
    // dying server does the same: the fate of the other connections tells which it was.
    boolean ambiguous = Dialer.isSecure(address) && !(cause instanceof ConnectException);
    if (!ambiguous || working() == 0) {
      prober.down(why);
      return;
    }
    dialing = true;
    failWaiting(why);
    loop.after(
        LIMIT_DECISION,
        () -> {
          dialing = false;
          overLimit(cause);
          assignConnections();
        });
  }

  private int working() {
    return (int) connections.stream().filter(pooled -> pooled.served && !pooled.closed).count();
  }

  /** Lowers the limit: Consul refused a connection while others work, so it allows only those. */
  void overLimit(Throwable cause) {
    loop.assertOnLoop();
    int working = working();
    if (working == 0) {
      // Other clients on this machine use all that Consul allows: the gateway's share stays
      // unknown.
      return;
    }
    Answer.Failed<?> why =
        new Answer.Failed<>(
            Fault.LIMITED,
            address
                + ": Consul refuses more than "
                + working
                + " connections (limits.http_max_conns_per_client)",
            cause);
    failWaiting(why);
    if (limit <= Math.max(MIN_LIMIT, working)) {
      return;
    }
    limit = Math.max(MIN_LIMIT, working);
    LOG.warn(
        "registry {}: Consul at {} refuses more than {} connections from this machine ({}); raise"
            + " limits.http_max_conns_per_client in Consul's configuration above maxConnections: {}",
        loop.registry(),
        address,
        working,
        Causes.of(cause),
        configuredLimit);
    loop.after(LIMIT_RETRY, () -> limit = configuredLimit);
  }

  /** Fails all calls that wait for a connection. */
  void failWaiting(Answer.Failed<?> why) {
    List<Waiting> failed = List.copyOf(waiting);
    waiting.clear();
    failed.forEach(one -> one.failed(why));
  }

  /** Closes every connection, so that calls that hang on one fail now. */
  void closeConnections() {
    for (PooledConnection pooled : List.copyOf(connections)) {
      pooled.closed = true;
      pooled.connection.close();
    }
  }
}
