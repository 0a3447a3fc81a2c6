package io.fairlead.server.xds;

import io.fairlead.common.ForeignText;
import io.fairlead.revisions.View;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sender of the responses that are due on one stream: in the order of the types, at most one on
 * its way for each, as far as the room for responses of all clients goes. Owned by the stream's
 * work, but for {@link #waitsForRoom} and {@link #wake}, which any thread may call.
 *
 * @param <S> the subscription of one type
 */
final class ResponseSender<S extends Subscription> {
  private static final Logger LOG = LoggerFactory.getLogger(ResponseSender.class);

  // More resources, in a response or in a difference to be found, are for the bulk lane: writing
  // 2,000 of 10 endpoints each takes about a millisecond, 100,000 longer than a single change may
  // wait.
  private static final int MAX_FAST_RESOURCES = 2000;

  // The bytes of a response that are at most in the transport's buffers: it is handed over in
  // pieces.
  private static final long MAX_BUFFERED_RESPONSE = 2L << 20;

  private final ClientStream stream;
  private final long streamId;
  private final ServerCall<ClientRequest, EncodedMessage> call;
  private final ConnectionInfo connection;
  private final XdsContext context;
  private final Subscriptions<S> subscriptions;
  private final StreamTermination termination;
  private final BooleanSupplier halfClosed;
  private final TransportRoom room;
  private long responses;
  // Others' responses are in the way of its own.
  private volatile boolean waitsForRoom;
  // Whether it has ever ACKed: clients that only take have half of the room for responses.
  private boolean answers;

  /**
   * Makes the sender of a stream.
   *
   * @param halfClosed whether the client sends nothing more, so that it ACKs nothing more
   */
  ResponseSender(
      ClientStream stream,
      long streamId,
      ServerCall<ClientRequest, EncodedMessage> call,
      ConnectionInfo connection,
      XdsContext context,
      Subscriptions<S> subscriptions,
      StreamTermination termination,
      BooleanSupplier halfClosed) {
    this.stream = stream;
    this.streamId = streamId;
    this.call = call;
    this.connection = connection;
    this.context = context;
    this.subscriptions = subscriptions;
    this.termination = termination;
    this.halfClosed = halfClosed;
    this.room = new TransportRoom(call, context.bulk(), termination::abortStatus);
  }

  /** Wakes a writer that waits for room: it is within a round, which a wake-up does not reach. */
  void wake() {
    room.changed();
  }

  /** Whether a response is due that others' responses leave no room for. */
  boolean waitsForRoom() {
    return waitsForRoom;
  }

  /** Records that the client has answered a response: it may use more of the room. */
  void answered() {
    answers = true;
  }

  /** Whether a response is due, now or once there is room for it. */
  boolean isAnythingDue(View view) {
    return subscriptions.values().stream()
        .anyMatch(
            subscription ->
                !subscription.isInFlight() && subscription.pending(view) != PendingChange.NOTHING);
  }

  /** Sends what is due, unless that is for the bulk lane. */
  Rounds.Outcome send(View view, Rounds.Lane lane) {
    boolean fast = lane == Rounds.Lane.FAST;
    if (fast && isHeavy(subscription -> !subscription.isInFlight(), view)) {
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
    if (fast
        && (items.stream()
                .anyMatch(item -> item.subject().estimatedResponseSize(view) > MAX_FAST_RESOURCES)
            || isHeavy(Subscription::isInFlight, view))) {
      return Rounds.Outcome.FOR_BULK;
    }
    // Only now, since it costs a comparison and matters to what follows in the order alone. A
    // client that is done sending ACKs nothing more: there is nothing to wait for.
    if (!halfClosed.getAsBoolean()) {
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
      call.sendMessage(fast ? response : response.paced(room));
      Status aborted = room.aborted();
      if (aborted != null) {
        termination.onAborted(aborted);
        break;
      }
    }
    return Rounds.Outcome.DONE;
  }

  // In quarters, how much of the room for responses may be used before a further one waits. Who
  // only takes has half of it. A connection that has nothing under way has a quarter more, for a
  // response that it can show itself by: else a client that is new waits until all who never answer
  // were cut off, one after the other. The rest is for those who answer.
  private int share() {
    if (answers) {
      return 4;
    }
    return connection.quota().responses().used() == 0 ? 3 : 2;
  }

  // Whether to find out what is pending is already more than the fast lane may do.
  private boolean isHeavy(Predicate<S> which, View view) {
    return subscriptions.values().stream()
        .anyMatch(
            subscription ->
                which.test(subscription)
                    && subscription.estimatedComparisons(view) > MAX_FAST_RESOURCES);
  }

  private void add(List<TypeOrder.Item<S>> items, S subscription, View view) {
    PendingChange pending = subscription.pending(view);
    if (pending != PendingChange.NOTHING) {
      items.add(new TypeOrder.Item<>(subscription.type(), pending, subscription));
    }
  }

  private EncodedMessage make(S subscription, View view) {
    String nonce = Long.toHexString(streamId) + "-" + ++responses;
    settle(subscription);
    EncodedMessage response = subscription.send(view, nonce, System.nanoTime());
    connection
        .quota()
        .responses()
        .take(subscription.underWay(Math.min(response.size(), MAX_BUFFERED_RESPONSE)));
    String typeUrl = subscription.typeUrl();
    context.metrics().sent(typeUrl, response.size());
    LOG.debug(
        "{}: {} version {}: {} resources, {} bytes",
        stream,
        ForeignText.clean(typeUrl),
        view.versionInfo(),
        response.resourceCount(),
        response.size());
    return response;
  }

  /** Gives back the room of a response that is not under way any more. */
  void settle(S subscription) {
    connection.quota().responses().give(subscription.landed());
  }
}
