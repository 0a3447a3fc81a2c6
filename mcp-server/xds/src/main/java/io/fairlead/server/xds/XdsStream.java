package io.fairlead.server.xds;

import io.fairlead.common.Durations;
import io.fairlead.common.ForeignText;
import io.fairlead.revisions.Audience;
import io.fairlead.revisions.Shard;
import io.fairlead.revisions.View;
import io.fairlead.versioning.ResourceKey;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of a client, whatever variant of the protocol it speaks: takes its requests and sends
 * what is due.
 *
 * <p>Threading: whatever happens (a request, a new snapshot, room in the transport, a timer) only
 * wakes the stream; the work is done by {@link #work}, on one thread of the shared executor at a
 * time, which alone touches the subscriptions and the call. So nobody waits for a slow client, and
 * a thousand wake-ups while it is busy cost one more round.
 *
 * @param <S> how far the client is with one type
 */
abstract class XdsStream<S extends Subscription> extends ServerCall.Listener<ClientRequest>
    implements ClientStream {
  private static final Logger LOG = LoggerFactory.getLogger(XdsStream.class);

  // More resources, in a response or in a difference to be found, are for the bulk workers: writing
  // 2,000 of 10 endpoints each takes about a millisecond, 100,000 longer than a single change may
  // wait.
  private static final int LIGHT = 2000;

  private final long id;
  // A response of which no more is in the transport's buffers: it is handed over in pieces.
  private static final long PACED = 2L << 20;

  // A client that holds the room of others' responses has to answer within this time.
  private static final Duration ANSWER_UNDER_PRESSURE = Duration.ofSeconds(10);

  private final ServerCall<ClientRequest, EncodedMessage> call;
  private final ConnectionInfo connection;
  private final XdsContext context;
  private final Instant connected = Instant.now();
  private final long openedNanos = System.nanoTime();

  private final Queue<ClientRequest> requests = new ConcurrentLinkedQueue<>();
  private final Rounds rounds;
  private final TransportRoom room;

  private final Subscriptions<S> subscriptions = new Subscriptions<>();
  private volatile @Nullable Peer peer;
  // The client sends nothing more, so it ACKs nothing more.
  private volatile boolean halfClosed;
  private final Ending ending;
  // Owned by work().
  private long responses;
  private final RequestRate rate;
  // What its requests take, and what its responses take that it has not answered.
  private final StreamBytes bytes;
  private final IncomingRequest incoming;
  private final AtomicBoolean placed = new AtomicBoolean(true);
  // Others' responses are in the way of its own.
  private volatile boolean waitsForRoom;
  private long remembered;
  // Whether it has ever ACKed: clients that only take have half of the room for responses.
  private boolean answers;

  XdsStream(
      long id,
      ServerCall<ClientRequest, EncodedMessage> call,
      ConnectionInfo connection,
      XdsContext context) {
    this.id = id;
    this.call = call;
    this.connection = connection;
    this.context = context;
    this.ending = new Ending(this, call, context);
    this.rounds = new Rounds(context.workers(), context.bulk(), this::round);
    this.room = new TransportRoom(call, context.bulk(), ending::givenUp);
    this.rate = new RequestRate(context.limits().requestsPerSecond(), System.nanoTime());
    this.bytes = connection.quota().bytes();
    this.incoming = new IncomingRequest(context.limits(), bytes, this::end);
    connection.end().watch(incoming);
  }

  /** The subscription that the first request for a type makes. */
  abstract S begin(String typeUrl, ClientRequest request);

  /** Takes a later request for a type. */
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
    ending.over();
  }

  @Override
  public final void onComplete() {
    ending.over();
  }

  @Override
  public final void end(Disconnect reason, String description) {
    ending.ask(reason, description);
  }

  @Override
  public final void check(long nowNanos) {
    long lag = lagNanos(nowNanos);
    ending.check(nowNanos, lag);
    long limit = context.limits().requestTimeout().toNanos();
    if (isWaiting() && nowNanos - openedNanos > limit) {
      late("request: none", "the first one");
    } else if (incoming.age(nowNanos) > limit) {
      late("request: not complete", "all of it");
    }
    if (waitsForRoom) {
      wake();
    }
  }

  private void late(String what, String expected) {
    end(
        Disconnect.REQUEST_TIMEOUT,
        what
            + " (expected: "
            + expected
            + " within "
            + Durations.format(context.limits().requestTimeout())
            + ", xds.limits.requestTimeout)");
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
    // A writer that waits for room is within a round, which a wake-up does not reach.
    room.changed();
    rounds.wake();
  }

  private Rounds.Outcome round(Rounds.Crew crew) {
    try {
      return work(crew);
    } catch (RuntimeException e) {
      LOG.error("{}: stream failed, the client will connect anew", this, e);
      ending.close(Disconnect.FAILURE, "the gateway failed; its log has more");
      return Rounds.Outcome.DONE;
    } catch (OutOfMemoryError e) {
      // Of the buffers outside of the heap; one of the heap ends the process.
      LOG.error("{}: no memory for buffers, the client will connect anew", this, e);
      ending.abandon(Disconnect.FAILURE, "no memory for buffers");
      return Rounds.Outcome.DONE;
    }
  }

  private Rounds.Outcome work(Rounds.Crew crew) {
    if (ending.isOver()) {
      requests.clear();
      subscriptions.values().forEach(this::settle);
      bytes.close();
      leavePlace();
      ending.release(peer);
      return Rounds.Outcome.DONE;
    }
    // Read first: what came before it is in the queue by then.
    boolean last = halfClosed;
    for (ClientRequest request = requests.poll(); request != null; request = requests.poll()) {
      // From here on its names are counted with the subscriptions, not twice.
      bytes.release(request.bytes());
      if (!ending.isClosed()) {
        receive(request);
      }
    }
    ending.closeIfAsked();
    Peer client = peer;
    if (last && client == null) {
      ending.close(Disconnect.FINISHED, "");
    }
    if (ending.isClosed() || client == null || !context.gate().isOpen()) {
      return Rounds.Outcome.DONE;
    }
    View view =
        new View(context.store().current(), new Audience(client.revision(), connection.shard()));
    // Asked once for the round, not for each response: the types of a commit go out back to back,
    // and with one response per type on its way what is buffered is bounded without it.
    Rounds.Outcome outcome = call.isReady() ? sendDue(view, crew) : Rounds.Outcome.DONE;
    if (last && outcome == Rounds.Outcome.DONE && !isAnythingDue(view)) {
      // It has what it asked for.
      ending.close(Disconnect.FINISHED, "");
    }
    return outcome;
  }

  private boolean isAnythingDue(View view) {
    return subscriptions.values().stream()
        .anyMatch(
            subscription ->
                !subscription.isInFlight() && subscription.pending(view) != Pending.NOTHING);
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
      waitsForRoom = false;
      return Rounds.Outcome.DONE;
    }
    if (light
        && (items.stream().anyMatch(item -> item.subject().weight(view) > LIGHT)
            || isHeavy(Subscription::isInFlight, view))) {
      return Rounds.Outcome.FOR_BULK;
    }
    // Only now, since it costs a comparison and matters to what follows in the order alone. A
    // client that is done sending ACKs nothing more: there is nothing to wait for.
    if (!halfClosed) {
      for (S subscription : subscriptions.values()) {
        if (subscription.isInFlight()) {
          add(items, subscription, view);
        }
      }
    }
    for (S subscription : TypeOrder.order(items)) {
      if (subscription.isInFlight()) {
        // It waits for an ACK, and so does what may refer to what it has not been sent.
        break;
      }
      waitsForRoom = connection.quota().responses().isUsed(share());
      if (waitsForRoom) {
        // Looked at again by the next check.
        break;
      }
      EncodedMessage response = make(subscription, view);
      call.sendMessage(light ? response : response.paced(room));
      Status abandoned = room.abandoned();
      if (abandoned != null) {
        ending.gaveUp(abandoned);
        break;
      }
    }
    return Rounds.Outcome.DONE;
  }

  // In quarters, how much of the room for responses may be used before a further one waits. Who
  // only
  // takes has half of it. A connection that has nothing under way has a quarter more, for a
  // response
  // that it can show itself by: else a client that is new waits until all who never answer were cut
  // off, one after the other. The rest is for those who answer.
  private int share() {
    if (answers) {
      return 4;
    }
    return connection.quota().responses().used() == 0 ? 3 : 2;
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

  private void receive(ClientRequest request) {
    ClientRequest.Refusal refusal = request.refusal();
    if (!rate.allows(System.nanoTime())) {
      ending.close(
          Disconnect.REQUESTS,
          "requests: too many (expected: at most "
              + context.limits().requestsPerSecond()
              + " a second, xds.limits.requestsPerSecond)");
    } else if (refusal != null) {
      ending.close(refusal.reason(), refusal.description());
    } else {
      introduce(request);
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
    }
  }

  private void handle(ClientRequest request) {
    String typeUrl = request.typeUrl();
    S known = subscriptions.get(typeUrl);
    if (known != null) {
      take(known, request);
      if (!known.isInFlight()) {
        settle(known);
      }
    } else if (typeUrl.isEmpty()) {
      ending.close(
          Disconnect.INVALID,
          "type_url: '' (expected: the type of the resources, on every request)");
    } else if (subscriptions.values().size() >= context.limits().types()) {
      ending.close(
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
    long names = 0;
    long sum = 0;
    for (S subscription : subscriptions.values()) {
      names += subscription.nameCount();
      sum += subscription.remembered();
    }
    if (names > context.limits().names()) {
      ending.close(Disconnect.NAMES, RequestReader.tooManyNames(context.limits()));
    }
    long more = sum - remembered;
    ByteAccount full = more > 0 ? bytes.hold(more) : null;
    if (full != null) {
      ending.close(Disconnect.BYTES, IncomingRequest.full(full));
      return;
    }
    if (more < 0) {
      bytes.release(-more);
    }
    remembered = sum;
  }

  // The response of a subscription is not under way any more.
  private void settle(S subscription) {
    connection.quota().responses().give(subscription.landed());
  }

  /** Whether the client is to get the incremental variant of the state-of-the-world protocol. */
  final boolean isIncremental() {
    return connection.dialect() == XdsOptions.Dialect.INCREMENTAL || known().incremental();
  }

  private Peer known() {
    Peer known = peer;
    return known == null ? Peer.UNKNOWN : known;
  }

  private EncodedMessage make(S subscription, View view) {
    String nonce = Long.toHexString(id) + "-" + ++responses;
    settle(subscription);
    EncodedMessage response = subscription.send(view, nonce, System.nanoTime());
    connection.quota().responses().take(subscription.underWay(Math.min(response.size(), PACED)));
    String typeUrl = subscription.typeUrl();
    context.metrics().sent(typeUrl, response.size());
    LOG.debug(
        "{}: {} version {}: {} resources, {} bytes",
        this,
        ForeignText.clean(typeUrl),
        view.versionInfo(),
        response.resourceCount(),
        response.size());
    return response;
  }

  /** The client took the response that is on its way. */
  final void acknowledged(S subscription) {
    Long sent = subscription.sentAtNanos();
    if (sent != null) {
      context.metrics().acknowledged(subscription.typeUrl(), System.nanoTime() - sent);
    }
    subscription.acknowledged();
    answers = true;
  }

  /** The client refused the response that is on its way. */
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
