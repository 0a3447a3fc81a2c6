package io.fairlead.server.xds;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients that were turned away lately, each once however often it comes back, and their
 * number. A line in the log tells of each at most once a minute. Thread-safe.
 */
final class DeniedClients {
  private static final Logger LOG = LoggerFactory.getLogger(DeniedClients.class);
  private static final int MAX = 100;
  private static final Duration KEPT = Duration.ofHours(1);
  private static final Duration QUIET = Duration.ofMinutes(1);

  private final Clock clock;
  private final Map<DeniedClient.Reason, Counter> handshakes =
      new EnumMap<>(DeniedClient.Reason.class);

  // Guarded by "this"; the newest last.
  private final Map<Key, Entry> recent = new LinkedHashMap<>();

  private record Key(String address, int port, String revision, DeniedClient.Reason reason) {}

  private record Entry(DeniedClient client, Instant logged) {}

  DeniedClients(MeterRegistry meters, Clock clock) {
    this.clock = clock;
    for (DeniedClient.Reason reason : DeniedClient.Reason.values()) {
      if (reason != DeniedClient.Reason.NOT_AUTHORIZED && reason != DeniedClient.Reason.LIMIT) {
        handshakes.put(
            reason,
            Counter.builder("fairlead_tls_handshake_failures")
                .description("TLS handshakes of clients that failed, but for those that only left")
                .tag("listener", "xds")
                .tag("reason", reason.label())
                .register(meters));
      }
    }
  }

  /** Notes a handshake that failed. */
  void handshakeFailed(IdleConnections.Ends ends, Throwable cause) {
    HandshakeFailure.of(cause)
        .ifPresent(
            failure -> {
              Counter counter = handshakes.get(failure.reason());
              if (counter != null) {
                counter.increment();
              }
              add(
                  ends.address(),
                  port(ends),
                  Peer.UNKNOWN,
                  failure.reason(),
                  failure.explanation());
            });
  }

  /** Notes a client that exceeded a bound. */
  void cutOff(IdleConnections.Ends ends, Peer peer, String explanation) {
    add(ends.address(), port(ends), peer, DeniedClient.Reason.LIMIT, explanation);
  }

  private static int port(IdleConnections.Ends ends) {
    return ends.local() instanceof InetSocketAddress local ? local.getPort() : 0;
  }

  /** Notes a client that may not have what it asks for. */
  void notAuthorized(String address, int port, Peer peer, String explanation) {
    add(address, port, peer, DeniedClient.Reason.NOT_AUTHORIZED, explanation);
  }

  private void add(
      String address, int port, Peer peer, DeniedClient.Reason reason, String explanation) {
    Instant now = clock.instant();
    Key key = new Key(address, port, peer.revision(), reason);
    boolean told;
    synchronized (this) {
      Entry before = recent.remove(key);
      told = before != null && before.logged().plus(QUIET).isAfter(now);
      DeniedClient client =
          before == null
              ? new DeniedClient(
                  address, port, peer.id(), peer.revision(), reason, explanation, now, now, 1)
              : before.client().again(explanation, now);
      recent.put(key, new Entry(client, told ? before.logged() : now));
      if (recent.size() > MAX) {
        recent.remove(recent.keySet().iterator().next());
      }
    }
    if (!told) {
      LOG.warn("client {} at port {}: turned away: {}", address, port, explanation);
    }
  }

  /** Returns those of the last hour, the newest first. */
  synchronized List<DeniedClient> list() {
    Instant since = clock.instant().minus(KEPT);
    List<DeniedClient> newestFirst = new ArrayList<>();
    for (Entry entry : recent.values()) {
      if (entry.client().last().isAfter(since)) {
        newestFirst.add(0, entry.client());
      }
    }
    return newestFirst;
  }
}
