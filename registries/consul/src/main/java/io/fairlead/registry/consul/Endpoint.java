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
 * The connections to one Consul address. They are opened one after another, as a burst of dials
 * counts against Consul's limit before the first is any use, and only up to a limit: the configured
 * one, or fewer once Consul refused one more. Owned by the loop.
 */
final class Endpoint {
  private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);
  private static final Duration LIMIT_RETRY = Duration.ofMinutes(5);
  private static final Duration DECISION = Duration.ofMillis(500);
  private static final int LEAST_LIMIT = 4;

  private final Loop loop;
  private final Dialer dialer;
  private final URI address;
  private final int configuredLimit;
  private final Prober prober;
  private final List<Line> lines = new ArrayList<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private int limit;
  // What a connection carries; learnt from the newest one.
  private int streams = 1;
  private boolean dialing;
  private boolean pumping;
  private int watches;
  private int reads;

  Endpoint(Loop loop, Dialer dialer, URI address, int limit, Backoff backoff, Runnable onProbe) {
    this.loop = loop;
    this.dialer = dialer;
    this.address = address;
    this.configuredLimit = limit;
    this.limit = limit;
    this.prober = new Prober(loop, this, backoff, onProbe);
  }

  /** Takes a connection with room, or the reason why there is none. */
  interface Waiting {
    void ready(Line line);

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

  /** Streams to this address at most, now that the kind of connection is known. */
  int capacity() {
    return limit * streams;
  }

  /** Streams that blocking queries may hold; the rest is for reads that end at once. */
  int watchSlots() {
    return capacity() - Math.max(1, Math.min(32, capacity() / 10));
  }

  int watches() {
    return watches;
  }

  int reads() {
    return reads;
  }

  void count(Query query, int change) {
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

  /** Gives a connection with room, opening one if need be. */
  void acquire(Waiting request) {
    loop.check();
    waiting.add(request);
    pump();
  }

  void release(Line line) {
    loop.check();
    line.taken--;
    pump();
  }

  private void pump() {
    if (pumping) {
      // A request that was cancelled gives its stream back at once; the loop below goes on with it.
      return;
    }
    pumping = true;
    while (!waiting.isEmpty()) {
      Optional<Line> free = lines.stream().filter(Line::hasRoom).findFirst();
      if (free.isEmpty()) {
        if (!dialing && lines.size() < limit) {
          dial();
        }
        break;
      }
      free.get().taken++;
      waiting.remove().ready(free.get());
    }
    pumping = false;
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
              loop.check();
              if (done.succeeded()) {
                opened(done.result());
              } else {
                refused(done.cause());
              }
            });
  }

  private void opened(HttpClientConnection connection) {
    boolean http2 = connection.protocolVersion() == HttpVersion.HTTP_2;
    streams = http2 ? (int) Math.max(1, Math.min(1000, connection.maxActiveStreams())) : 1;
    Line line = new Line(connection, streams);
    lines.add(line);
    connection.closeHandler(closed -> gone(line));
    // An error of the connection itself ends its requests, too; they report it.
    connection.exceptionHandler(error -> LOG.debug("{}: {}", address, error.toString()));
    LOG.debug("{}: {} connections of {} streams", address, lines.size(), streams);
    pump();
  }

  private void gone(Line line) {
    line.closed = true;
    lines.remove(line);
    if (!loop.isClosed()) {
      pump();
    }
  }

  private void refused(Throwable cause) {
    Answer.Failed<?> why =
        new Answer.Failed<>(Fault.UNREACHABLE, address + ": " + Causes.of(cause), cause);
    // Over its limit Consul answers 429, but with TLS it ends the connection in the handshake. So
    // does a server that dies: which it was shows in what becomes of the other connections.
    boolean ambiguous = Dialer.isSecure(address) && !(cause instanceof ConnectException);
    if (!ambiguous || working() == 0) {
      prober.down(why);
      return;
    }
    dialing = true;
    failWaiting(why);
    loop.after(
        DECISION,
        () -> {
          dialing = false;
          overLimit(cause);
          pump();
        });
  }

  private int working() {
    return (int) lines.stream().filter(line -> line.proven && !line.closed).count();
  }

  /** Consul refused a connection while others work: it allows no more than those. */
  void overLimit(Throwable cause) {
    loop.check();
    int working = working();
    if (working == 0) {
      // Others on this machine hold all that Consul allows: nothing to learn about our share.
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
    if (limit <= Math.max(LEAST_LIMIT, working)) {
      return;
    }
    limit = Math.max(LEAST_LIMIT, working);
    LOG.warn(
        "{}: Consul refuses more than {} connections from here ({}); raise"
            + " limits.http_max_conns_per_client in Consul's configuration above maxConnections: {}",
        address,
        working,
        Causes.of(cause),
        configuredLimit);
    loop.after(LIMIT_RETRY, () -> limit = configuredLimit);
  }

  /** Fails whoever waits for a connection. */
  void failWaiting(Answer.Failed<?> why) {
    List<Waiting> failed = List.copyOf(waiting);
    waiting.clear();
    failed.forEach(one -> one.failed(why));
  }

  /** Closes every connection, so that what hangs on one fails now. */
  void closeLines() {
    for (Line line : List.copyOf(lines)) {
      line.closed = true;
      line.connection.close();
    }
  }
}
