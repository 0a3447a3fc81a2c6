package io.fairlead.server.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.fairlead.revisions.Audience;
import io.fairlead.revisions.Difference;
import io.fairlead.revisions.View;
import io.fairlead.versioning.ResourceType;
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
import java.util.concurrent.atomic.AtomicInteger;
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
abstract class XdsStream<Q, S extends XdsStream.Subscribed> extends ServerCall.Listener<Q>
    implements ClientStream {
  private static final Logger LOG = LoggerFactory.getLogger(XdsStream.class);

  /** How far a client is with one type. Confined to its stream, but for the status. */
  interface Subscribed {
    /** For other threads to read. */
    ClientStatus.SubscriptionStatus status();

    /** Which type it is. */
    ResourceType type();

    /** Whether a response is on its way: no other is sent until the client has answered it. */
    boolean isInFlight();

    /**
     * What this view has that the client was not sent; nothing while a refused response waits to be
     * tried again.
     */
    Pending pending(View view);
  }

  /** What a client lacks of a type. */
  enum Pending {
    /** Nothing. */
    NOTHING,
    /** Additions or changes, with or without removals; also an answer that is owed. */
    ADDITIONS,
    /** Removals only. */
    REMOVALS;

    /** What a difference amounts to. */
    static Pending of(Difference difference) {
      if (!difference.changed().isEmpty()) {
        return ADDITIONS;
      }
      return difference.removed().isEmpty() ? NOTHING : REMOVALS;
    }
  }

  /** Who the client says it is. */
  record Peer(String id, String revision, String version) {}

  private final long id;
  private final ServerCall<Q, EncodedMessage> call;
  private final ConnectionInfo connection;
  private final XdsContext context;
  private final Instant connected = Instant.now();

  private final Queue<Q> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger wakes = new AtomicInteger();

  // Written by work() only; concurrent because the admin API reads it.
  private final Map<String, S> subscriptions = new ConcurrentSkipListMap<>();
  private volatile @Nullable Peer peer;
  private volatile @Nullable Status closing;
  private volatile boolean ended;
  // Owned by work().
  private boolean closed;
  private boolean released;
  private long responses;

  XdsStream(
      long id, ServerCall<Q, EncodedMessage> call, ConnectionInfo connection, XdsContext context) {
    this.id = id;
    this.call = call;
    this.connection = connection;
    this.context = context;
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
    end(Status.OK);
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
  public final void end(Status status) {
    closing = status;
    wake();
  }

  @Override
  public final void wake() {
    if (wakes.getAndIncrement() == 0) {
      context.workers().execute(this::run);
    }
  }

  /** Wakes the stream after a time. */
  final void wakeAfter(Duration delay) {
    context.wakeAfter(this, delay);
  }

  private void run() {
    int seen = wakes.get();
    do {
      try {
        work();
      } catch (RuntimeException e) {
        LOG.error("{}: stream failed, the client will connect anew", this, e);
        close(Status.INTERNAL.withDescription("the gateway failed: " + e).withCause(e));
      }
      seen = wakes.addAndGet(-seen);
    } while (seen != 0);
  }

  private void work() {
    if (ended) {
      release();
      return;
    }
    for (Q request = requests.poll(); request != null; request = requests.poll()) {
      if (!closed) {
        introduce(request);
        handle(request);
        call.request(1);
      }
    }
    Status status = closing;
    if (status != null) {
      close(status);
    }
    Peer client = peer;
    if (closed || client == null || !context.gate().isOpen()) {
      return;
    }
    View view =
        new View(context.store().current(), new Audience(client.revision(), connection.shard()));
    // Asked once for the round, not for each response: the types of a commit go out back to back,
    // and with one response per type on its way what is buffered is bounded without it.
    if (call.isReady()) {
      sendDue(view);
    }
  }

  private void sendDue(View view) {
    List<TypeOrder.Item<S>> items = new ArrayList<>();
    for (S subscription : subscriptions.values()) {
      if (!subscription.isInFlight()) {
        add(items, subscription, view);
      }
    }
    if (items.isEmpty()) {
      return;
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
        return;
      }
      send(subscription, view);
    }
  }

  private void add(List<TypeOrder.Item<S>> items, S subscription, View view) {
    Pending pending = subscription.pending(view);
    if (pending != Pending.NOTHING) {
      items.add(new TypeOrder.Item<>(subscription.type(), pending, subscription));
    }
  }

  private void introduce(Q request) {
    if (peer == null) {
      Node node = node(request);
      Struct metadata = node.getMetadata();
      Peer known =
          new Peer(node.getId(), text(metadata, "ISTIO_REVISION"), text(metadata, "ISTIO_VERSION"));
      peer = known;
      context.metrics().connected(known.revision());
      LOG.info("{}: connected to port {}: {}", this, connection.port(), known);
    }
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
      Peer known = peer;
      if (known != null) {
        context.metrics().disconnected(known.revision());
      }
      context.closed(this);
      LOG.info("{}: gone", this);
    }
  }

  /** Ends the call; once. */
  final void close(Status status) {
    if (!closed) {
      closed = true;
      call.close(status, new Metadata());
    }
  }

  final Map<String, S> subscriptions() {
    return subscriptions;
  }

  final void acknowledged(S subscription, long sentAtNanos) {
    context
        .metrics()
        .acknowledged(subscription.status().typeUrl(), System.nanoTime() - sentAtNanos);
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
  public final ClientStatus status() {
    Peer known = peer;
    List<ClientStatus.SubscriptionStatus> asked = new ArrayList<>();
    subscriptions.values().forEach(subscription -> asked.add(subscription.status()));
    return new ClientStatus(
        id,
        connection.peer(),
        known == null ? "" : known.id(),
        known == null ? "" : known.revision(),
        known == null ? "" : known.version(),
        connection.port(),
        connected,
        asked);
  }

  @Override
  public final String toString() {
    return "client " + id + " " + connection.peer();
  }
}
