package io.fairlead.server.xds;

import io.fairlead.common.Durations;
import io.fairlead.common.ForeignText;
import io.fairlead.revisions.Audience;
import io.fairlead.revisions.Shard;
import io.fairlead.revisions.View;
import io.fairlead.versioning.ResourceKey;
import io.grpc.ServerCall;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of a client, in whatever variant of the protocol: it takes the requests and has the
 * {@link ResponseSender} answer them.
 *
 * <p>Threading: whatever happens (a request, a new snapshot, room in the transport, a timer) only
 * wakes the stream; the work is done by {@link #work}, on one thread of the shared executor at a
 * time, which alone touches the subscriptions and the call. So nobody waits for a slow client, and
 * a thousand wake-ups while it is busy cost one more round.
 *
 * @param <S> the subscription of one type
 */
abstract class XdsStream<S extends Subscription> extends ServerCall.Listener<ClientRequest>
    implements ClientStream {
  private static final Logger LOG = LoggerFactory.getLogger(XdsStream.class);

  // A client that holds the room of others' responses has to answer within this time.
  private static final Duration ANSWER_UNDER_PRESSURE = Duration.ofSeconds(10);

  private final long id;
  private final ServerCall<ClientRequest, EncodedMessage> call;
  private final ConnectionInfo connection;
  private final XdsContext context;
  private final Instant connected = Instant.now();
  private final long openedNanos = System.nanoTime();

  private final Queue<ClientRequest> requests = new ConcurrentLinkedQueue<>();
  private final Rounds rounds;
  private final ResponseSender<S> sender;

  private final Subscriptions<S> subscriptions = new Subscriptions<>();
  private volatile @Nullable Peer peer;
  // The client sends nothing more, so it ACKs nothing more.
  private volatile boolean halfClosed;
  private final StreamTermination termination;
  // Owned by work().
  private final RequestRate rate;
  // What its requests take, and what its responses take that it has not answered.
  private final StreamBytes bytes;
  private final IncomingRequest incoming;
  private final AtomicBoolean placed = new AtomicBoolean(true);
  private long remembered;

  XdsStream(
      long id,
      ServerCall<ClientRequest, EncodedMessage> call,
      ConnectionInfo connection,
      XdsContext context) {
    this.id = id;
    this.call = call;
    this.connection = connection;
    this.context = context;
    this.termination = new StreamTermination(this, call, context, this::client);
    this.rounds = new Rounds(context.workers(), context.bulk(), this::round);
    this.sender =
        new ResponseSender<>(
            this, id, call, connection, context, subscriptions, termination, () -> halfClosed);
    this.rate = new RequestRate(() -> context.limits().requestsPerSecond(), System.nanoTime());
    this.bytes = connection.quota().bytes();
    this.incoming = new IncomingRequest(context.currentLimits(), bytes, this::end);
    connection.end().watch(incoming);
  }

  /** Makes the subscription of the first request for a type. */
  abstract S begin(String typeUrl, ClientRequest request);

  /** Applies a later request for a type. */
  abstract void take(S subscription, ClientRequest request);

  @Override
  public final void onMessage(ClientRequest request) {
    ByteAccount full = bytes.hold(request.bytes());
    if (full != null) {
      end(Disconnect.BYTES, IncomingRequest.full(full));
      return;
    }
    requests.add(request);
    wake();
  }

  @Override
  public final void onHalfClose() {
    halfClosed = true;
    wake();
  }

  @Override
  public final void onReady() {
    wake();
  }

  @Override
  public final void onCancel() {
    termination.over();
  }

  @Override
  public final void onComplete() {
    termination.over();
  }

  @Override
  public final void end(Disconnect reason, String description) {
    termination.requestClose(reason, description);
  }

  @Override
  public final void check(long nowNanos) {
    long lag = lagNanos(nowNanos);
    termination.check(nowNanos, lag);
    if (isWaiting()) {
      incoming.checkFirst(openedNanos, nowNanos);
    }
    incoming.check(nowNanos);
    if (sender.waitsForRoom()) {
      wake();
    }
  }

  @Override
  public final void makeRoom(long nowNanos) {
    if (lagNanos(nowNanos) > ANSWER_UNDER_PRESSURE.toNanos()) {
      end(
          Disconnect.ACK_TIMEOUT,
          "a response was not answered within "
              + Durations.format(ANSWER_UNDER_PRESSURE)
              + " while other clients wait for its memory (expected: an ACK or a NACK)");
    }
  }

  @Override
  public final boolean isWaiting() {
    return peer == null;
  }

  @Override
  public final long openedNanos() {
    return openedNanos;
  }

  @Override
  public final ClientQuotas.Connection quota() {
    return connection.quota();
  }

  @Override
  public final void leavePlace() {
    if (placed.compareAndSet(true, false)) {
      connection.quota().close();
    }
  }

  @Override
  public final long lagNanos(long nowNanos) {
    return subscriptions.lagNanos(nowNanos);
  }

  @Override
  public final String revision() {
    return known().revision();
  }

  @Override
  public final void wake() {
    sender.wake();
    rounds.wake();
  }

  private Rounds.Outcome round(Rounds.Lane lane) {
    try {
      return work(lane);
    } catch (RuntimeException e) {
      LOG.error("{}: the stream failed, the client will reconnect", this, e);
      termination.close(Disconnect.FAILURE, "the gateway failed; its log has more");
      return Rounds.Outcome.DONE;
    } catch (OutOfMemoryError e) {
      // Of the buffers outside of the heap; one of the heap ends the process.
      LOG.error("{}: no memory for buffers, the client will reconnect", this, e);
      termination.abandon(Disconnect.FAILURE, "no memory for buffers");
      return Rounds.Outcome.DONE;
    }
  }

  private Rounds.Outcome work(Rounds.Lane lane) {
    if (termination.isOver()) {
      requests.clear();
      subscriptions.values().forEach(sender::settle);
      bytes.close();
      leavePlace();
      termination.release(peer);
      return Rounds.Outcome.DONE;
    }
    // Read first: what came before it is in the queue by then.
    boolean last = halfClosed;
    for (ClientRequest request = requests.poll(); request != null; request = requests.poll()) {
      // From here on its names are counted with the subscriptions, not twice.
      bytes.release(request.bytes());
      if (!termination.isClosed()) {
        receive(request);
      }
    }
    termination.closeIfAsked();
    Peer client = peer;
    if (last && client == null) {
      termination.close(Disconnect.FINISHED, "");
    }
    if (termination.isClosed() || client == null || !context.ready().isDone()) {
      return Rounds.Outcome.DONE;
    }
    View view =
        new View(context.store().current(), new Audience(client.revision(), connection.shard()));
    // Asked once for the round, not for each response: the types of a commit go out back to back,
    // and with one response per type on its way what is buffered is bounded without it.
    Rounds.Outcome outcome = call.isReady() ? sender.send(view, lane) : Rounds.Outcome.DONE;
    if (last && outcome == Rounds.Outcome.DONE && !sender.isAnythingDue(view)) {
      // It has what it asked for.
      termination.close(Disconnect.FINISHED, "");
    }
    return outcome;
  }

  private void receive(ClientRequest request) {
    ClientRequest.Refusal refusal = request.refusal();
    if (!rate.allows(System.nanoTime())) {
      termination.close(
          Disconnect.REQUESTS,
          "requests: too many (expected: at most "
              + context.limits().requestsPerSecond()
              + " a second, xds.limits.requestsPerSecond)");
    } else if (refusal != null) {
      termination.close(refusal.reason(), refusal.description());
    } else {
      introduce(request);
      if (termination.isClosed()) {
        return;
      }
      handle(request);
      remember();
      call.request(1);
    }
  }

  private void introduce(ClientRequest request) {
    if (peer == null) {
      Peer known = request.node();
      peer = known;
      context.metrics().connected(known.revision());
      LOG.info("{}: connected to port {}: {}", this, connection.port(), known);
      authorize();
      termination.closeIfAsked();
    }
  }

  private Peer client() {
    Peer known = peer;
    return known == null ? Peer.UNKNOWN : known;
  }

  @Override
  public final void authorize() {
    Peer known = peer;
    String refusal = known == null ? null : connection.refusal(known, context);
    if (refusal != null) {
      end(Disconnect.NOT_AUTHORIZED, refusal);
    }
  }

  private void handle(ClientRequest request) {
    String typeUrl = request.typeUrl();
    S known = subscriptions.get(typeUrl);
    if (known != null) {
      take(known, request);
      if (!known.isInFlight()) {
        sender.settle(known);
      }
    } else if (typeUrl.isEmpty()) {
      termination.close(
          Disconnect.INVALID,
          "type_url: '' (expected: the type of the resources, on every request)");
    } else if (subscriptions.values().size() >= context.limits().types()) {
      termination.close(
          Disconnect.TYPES,
          "types: too many (expected: at most "
              + context.limits().types()
              + " a stream, xds.limits.types)");
    } else {
      subscriptions.add(begin(typeUrl, request));
    }
  }

  // Counts what the subscriptions remember of requests.
  private void remember() {
    if (subscriptions.nameCount() > context.limits().names()) {
      termination.close(Disconnect.NAMES, RequestReader.tooManyNames(context.limits()));
    }
    long sum = subscriptions.remembered();
    long more = sum - remembered;
    ByteAccount full = more > 0 ? bytes.hold(more) : null;
    if (full != null) {
      termination.close(Disconnect.BYTES, IncomingRequest.full(full));
      return;
    }
    if (more < 0) {
      bytes.release(-more);
    }
    remembered = sum;
  }

  /** Whether the client is to get the incremental variant of the state-of-the-world protocol. */
  final boolean isIncremental() {
    return connection.dialect() == XdsOptions.Dialect.INCREMENTAL || known().incremental();
  }

  private Peer known() {
    Peer known = peer;
    return known == null ? Peer.UNKNOWN : known;
  }

  /** Records that the client took the response that is on its way. */
  final void acknowledged(S subscription) {
    Long sent = subscription.sentAtNanos();
    if (sent != null) {
      context
          .metrics()
          .acknowledged(
              subscription.typeUrl(), subscription.status().resources(), System.nanoTime() - sent);
    }
    subscription.acknowledged();
    sender.answered();
  }

  /** Records that the client refused the response that is on its way. */
  final void refused(S subscription, String message) {
    Duration delay = subscription.refused(message, System.nanoTime());
    if (!delay.isZero()) {
      context.wakeAfter(this, delay);
    }
    LOG.warn(
        "{}: refused {} at version {}: {}",
        this,
        ForeignText.clean(subscription.typeUrl()),
        subscription.status().sent(),
        message);
    context.metrics().refused(subscription.typeUrl());
  }

  @Override
  public final Shard shard() {
    return connection.shard();
  }

  @Override
  public final ResourceDelivery delivery(ResourceKey key) {
    Peer known = known();
    return Deliveries.of(
        key,
        known.id().isEmpty() ? connection.peer() : known.id(),
        new Audience(known.revision(), connection.shard()),
        subscriptions.values(),
        context.store().current());
  }

  @Override
  public final ClientStatus status() {
    Peer known = known();
    return new ClientStatus(
        id,
        connection.peer(),
        known.id(),
        known.revision(),
        known.version(),
        connection.port(),
        connected,
        context.store().current().versionInfo(),
        subscriptions.status(System.nanoTime()));
  }

  @Override
  public final String toString() {
    return "client " + id + " " + connection.peer();
  }
}
