package io.fairlead.server.xds;

import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The delivery of one resource to one client: whether the client has it, and if not in the newest
 * state, why.
 *
 * @param node the node id that the client gave; its network address until it has given one
 * @param revision its Istio revision, empty if it has none
 * @param has whether it acknowledged a state of the resource that it still has
 * @param state how what it has compares with what is served
 * @param since when it came to this state: acknowledged, was sent or refused; null if unknown
 * @param refusal what it said when it refused, empty unless {@link State#REFUSED}
 */
public record ResourceDelivery(
    String node,
    String revision,
    boolean has,
    State state,
    @Nullable Instant since,
    String refusal) {

  /** The nearest to having the newest state first. */
  static final Comparator<ResourceDelivery> NEAREST_FIRST =
      Comparator.comparing((ResourceDelivery delivery) -> delivery.state() != State.NEWEST)
          .thenComparing(delivery -> !delivery.has())
          .thenComparing(ResourceDelivery::state);

  /** The state of a delivery, by what the client has and what is served. */
  public enum State {
    /** It acknowledged the state that is served. */
    NEWEST,
    /** It refused the response that had the newest state. */
    REFUSED,
    /** A response is on its way that it has not answered; no other is sent before that. */
    NOT_ACKNOWLEDGED,
    /** It was not sent the newest state yet. */
    NOT_SENT,
    /** The resource is not of its revision. */
    OTHER_REVISION,
    /** It did not ask for the resource, or for the type. */
    NOT_ASKED,
    /** Its ports serve other shares of the resources. */
    OTHER_SHARD,
    /** There is no such resource. */
    NOT_SERVED
  }
}
