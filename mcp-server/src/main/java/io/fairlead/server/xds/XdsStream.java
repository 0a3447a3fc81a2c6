package io.fairlead.server.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.fairlead.revisions.Audience;
import io.fairlead.revisions.Shard;
import io.fairlead.revisions.View;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of a client, whatever variant of the protocol it speaks.
 *
 * <p>Threading: whatever happens (a request, a new snapshot, room in the transport, a timer) only
 * wakes the stream; the work is done by {@link #work}, on one thread of the shared executor at a
 * time, which alone touches the subscriptions and the call. So nobody waits for a slow client, and
 * a thousand wake-ups while it is busy cost one more round.
 *
 * @param <Q> the request message
 * @param <S> how far the client is with one type
 */
abstract class XdsStream<Q, S extends Subscribed> extends ServerCall.Listener<Q>
    implements ClientStream {
  private static final Logger LOG = LoggerFactory.getLogger(XdsStream.class);

  // How long a client has to take the end of its stream.
  private static final Duration LINGER = Duration.ofSeconds(5);

  // The node metadata by which a client asks for the incremental variant; never assumed, since a
  // stock istiod would delete whatever such a response lacks.
  private static final String INCREMENTAL_KEY = "FAIRLEAD_INCREMENTAL";

  // More resources, in a response or in a difference to be found, are for the bulk workers: writing
  // 2,000 of 10 endpoints each takes about a millisecond, 100,000 longer than a single change may
  // wait.
  private static final int LIGHT = 2000;

  private record Ending(Disconnect reason, String description, long sinceNanos) {}

  /** Who the client says it is. */
  record Peer(String id, String revision, String version, boolean incremental) {}

  private final long id;
  private final ServerCall<Q, EncodedMessage> call;
  private final ConnectionInfo connection;
  private final XdsContext context;
  private final Instant connected = Instant.now();

  private final Queue<Q> requests = new ConcurrentLinkedQueue<>();
  private final Rounds rounds;

  // Written by work() only; concurrent because the admin API reads it.
  private final Map<String, S> subscriptions = new ConcurrentSkipListMap<>();
  private volatile @Nullable Peer peer;
  private volatile @Nullable Ending ending;
  private volatile boolean ended;
  // Owned by work().
  private boolean closed;
  private boolean released;
  private long responses;
  private final RequestRate rate;

  XdsStream(
      long id, ServerCall<Q, EncodedMessage> call, ConnectionInfo connection, XdsContext context) {
    this.id = id;
    this.call = call;
    this.connection = connection;
    this.context = context;
    this.rounds = new Rounds(context.workers(), context.bulk(), this::round);
    this.rate = new RequestRate(context.limits().requestsPerSecond(), System.nanoTime());
  }

  /** Takes one request; called by {@link #work} only. */
  abstract void handle(Q request);

  /** The node in a request, which only the first one has. */
  abstract Node node(Q request);

  /** Makes the response that is due and notes it as sent. */
  abstract EncodedMessage respond(S subscription, View view, String nonce);

  @Override
  public final void onMessage(Q request) {
    requests.add(request);
    wake();
  }

  @Override
  public final void onHalfClose() {
    end(Disconnect.FINISHED, "");
  }

  @Override
  public final void onReady() {
    wake();
  }

  @Override
  public final void onCancel() {
    ended = true;
    wake();
  }

  @Override
  public final void onComplete() {
    ended = true;
    wake();
  }

  @Override
  public final void end(Disconnect reason, String description) {
    if (ending == null) {
      ending = new Ending(reason, description, System.nanoTime());
    }
    wake();
  }

  @Override
  public final void check(long nowNanos) {
    Ending end = ending;
    if (end != null) {
      if (nowNanos - end.sinceNanos() > LINGER.toNanos()) {
        // The end of the call waits in the transport for a client that takes nothing.
        ended = true;
        wake();
      }
    } else if (lagNanos(nowNanos) > context.limits().ackTimeout().toNanos()) {
      end(
          Disconnect.ACK_TIMEOUT,
          "a response was not answered within "
              + context.limits().ackTimeout()
              + " (expected: an ACK or a NACK of each)");
    }
  }

  @Override
  public final long lagNanos(long nowNanos) {
    long lag = 0;
    for (S subscription : subscriptions.values()) {
      Long sent = subscription.sentAtNanos();
      if (sent != null) {
        lag = Math.max(lag, nowNanos - sent);
      }
    }
    return lag;
  }

  @Override
  public final String revision() {
    Peer known = peer;
    return known == null ? "" : known.revision();
  }

  @Override
  public final void wake() {
    rounds.wake();
  }

  /** Wakes the stream after a time. */
  final void wakeAfter(Duration delay) {
    context.wakeAfter(this, delay);
  }

  private Rounds.Outcome round(Rounds.Crew crew) {
    try {
      return work(crew);
    } catch (RuntimeException e) {
      LOG.error("{}: stream failed, the client will connect anew", this, e);
      close(Disconnect.FAILURE, "the gateway failed: " + e);
      return Rounds.Outcome.DONE;
    }
  }

  private Rounds.Outcome work(Rounds.Crew crew) {
    if (ended) {
      release();
      return Rounds.Outcome.DONE;
    }
    for (Q request = requests.poll(); request != null; request = requests.poll()) {
      if (!closed) {
        take(request);
      }
    }
    Ending end = ending;
    if (end != null) {
      close(end.reason(), end.description());
    }
    Peer client = peer;
    if (closed || client == null || !context.gate().isOpen()) {
      return Rounds.Outcome.DONE;
    }
    View view =
        new View(context.store().current(), new Audience(client.revision(), connection.shard()));
    // Asked once for the round, not for each response: the types of a commit go out back to back,
    // and with one response per type on its way what is buffered is bounded without it.
    return call.isReady() ? sendDue(view, crew) : Rounds.Outcome.DONE;
  }

  private Rounds.Outcome sendDue(View view, Rounds.Crew crew) {
    boolean light = crew == Rounds.Crew.LIGHT;
    if (light && isHeavy(subscription -> !subscription.isInFlight(), view)) {
      return Rounds.Outcome.FOR_BULK;
    }
    List<TypeOrder.Item<S>> items = new ArrayList<>();
    for (S subscription : subscriptions.values()) {
      if (!subscription.isInFlight()) {
        add(items, subscription, view);
      }
    }
    if (items.isEmpty()) {
      return Rounds.Outcome.DONE;
    }
    if (light
        && (items.stream().anyMatch(item -> item.subject().weight(view) > LIGHT)
            || isHeavy(Subscribed::isInFlight, view))) {
      return Rounds.Outcome.FOR_BULK;
    }
    // Only now, since it costs a comparison and matters to what follows in the order alone.
    for (S subscription : subscriptions.values()) {
      if (subscription.isInFlight()) {
        add(items, subscription, view);
      }
    }
    for (S subscription : TypeOrder.order(items)) {
      if (subscription.isInFlight()) {
        // It waits for an ACK, and so does what may refer to what it has not been sent.
        break;
      }
      send(subscription, view);
    }
    return Rounds.Outcome.DONE;
  }

  // Whether to find out what is pending is already more than a light worker may do.
  private boolean isHeavy(Predicate<S> which, View view) {
    return subscriptions.values().stream()
        .anyMatch(subscription -> which.test(subscription) && subscription.effort(view) > LIGHT);
  }

  private void add(List<TypeOrder.Item<S>> items, S subscription, View view) {
    Pending pending = subscription.pending(view);
    if (pending != Pending.NOTHING) {
      items.add(new TypeOrder.Item<>(subscription.type(), pending, subscription));
    }
  }

  private void take(Q request) {
    if (rate.allows(System.nanoTime())) {
      introduce(request);
      handle(request);
      call.request(1);
    } else {
      close(
          Disconnect.REQUESTS,
          "requests: too many (expected: at most "
              + context.limits().requestsPerSecond()
              + " a second)");
    }
  }

  private void introduce(Q request) {
    if (peer == null) {
      Node node = node(request);
      Struct metadata = node.getMetadata();
      Peer known =
          new Peer(
              node.getId(),
              text(metadata, "ISTIO_REVISION"),
              text(metadata, "ISTIO_VERSION"),
              text(metadata, INCREMENTAL_KEY).equals("true"));
      peer = known;
      context.metrics().connected(known.revision());
      LOG.info("{}: connected to port {}: {}", this, connection.port(), known);
    }
  }

  /** Whether the client is to get the incremental variant of the state-of-the-world protocol. */
  final boolean isIncremental() {
    Peer known = peer;
    return connection.dialect() == XdsOptions.Dialect.INCREMENTAL
        || (known != null && known.incremental());
  }

  private static String text(Struct metadata, String key) {
    return metadata.getFieldsOrDefault(key, Value.getDefaultInstance()).getStringValue();
  }

  private void send(S subscription, View view) {
    String nonce = Long.toHexString(id) + "-" + ++responses;
    EncodedMessage response = respond(subscription, view, nonce);
    String typeUrl = subscription.status().typeUrl();
    context.metrics().sent(typeUrl, response.size());
    LOG.debug(
        "{}: {} version {}: {} resources, {} bytes",
        this,
        typeUrl,
        view.versionInfo(),
        response.resourceCount(),
        response.size());
    call.sendMessage(response);
  }

  private void release() {
    requests.clear();
    if (!released) {
      released = true;
      if (!closed && connection.end().isExhausted()) {
        context.metrics().disconnectedBy(Disconnect.REQUEST_BYTES);
        LOG.warn(
            "{}: disconnected: a request of more than {} bytes (xds.limits.requestBytes)",
            this,
            context.limits().requestBytes());
      }
      Peer known = peer;
      if (known != null) {
        context.metrics().disconnected(known.revision());
      }
      context.closed(this);
      LOG.info("{}: gone", this);
    }
  }

  /** Ends the call; once. */
  final void close(Disconnect reason, String description) {
    if (!closed) {
      closed = true;
      end(reason, description);
      if (reason != Disconnect.FINISHED) {
        context.metrics().disconnectedBy(reason);
        LOG.info("{}: disconnected: {}: {}", this, reason, description);
      }
      Status status = reason.status(description);
      if (reason == Disconnect.ACK_TIMEOUT && !call.isReady()) {
        // A status would wait behind a response that the client does not read, and keep it.
        call.sendMessage(EncodedMessage.reset(status));
      } else {
        call.close(status, new Metadata());
      }
    }
  }

  final Map<String, S> subscriptions() {
    return subscriptions;
  }

  /** Counts an ACK; to be called before the subscription takes it. */
  final void acknowledged(S subscription) {
    Long sent = subscription.sentAtNanos();
    if (sent != null) {
      context.metrics().acknowledged(subscription.status().typeUrl(), System.nanoTime() - sent);
    }
  }

  final void refused(S subscription, String message) {
    LOG.warn(
        "{}: refused {} at version {}: {}",
        this,
        subscription.status().typeUrl(),
        subscription.status().sent(),
        message);
    context.metrics().refused(subscription.status().typeUrl());
  }

  @Override
  public final Shard shard() {
    return connection.shard();
  }

  @Override
  public final ClientStatus status() {
    Peer known = peer;
    long now = System.nanoTime();
    List<ClientStatus.SubscriptionStatus> asked = new ArrayList<>();
    for (S subscription : subscriptions.values()) {
      Long sent = subscription.sentAtNanos();
      asked.add(
          subscription
              .status()
              .withLag(sent == null ? Duration.ZERO : Duration.ofNanos(now - sent)));
    }
    return new ClientStatus(
        id,
        connection.peer(),
        known == null ? "" : known.id(),
        known == null ? "" : known.revision(),
        known == null ? "" : known.version(),
        connection.port(),
        connected,
        context.store().current().versionInfo(),
        asked);
  }

  @Override
  public final String toString() {
    return "client " + id + " " + connection.peer();
  }
}
