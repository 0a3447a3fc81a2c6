package io.fairlead.server.xds;

import io.fairlead.revisions.View;
import io.fairlead.versioning.ResourceType;
import org.jspecify.annotations.Nullable;

/** How far a client is with one type. Confined to its stream, but for the status. */
interface Subscribed {
  /** For other threads to read; its lag is not filled in. */
  ClientStatus.SubscriptionStatus status();

  /** When the response that is on its way was sent, null if none is; for other threads, too. */
  @Nullable Long sentAtNanos();

  /** Which type it is. */
  ResourceType type();

  /** Whether a response is on its way: no other is sent until the client has answered it. */
  default boolean isInFlight() {
    return sentAtNanos() != null;
  }

  /**
   * About how many resources {@link #pending} has to look at: the difference between this view and
   * what was sent last, or 0 where none is to be found. Itself it costs next to nothing.
   */
  int effort(View view);

  /**
   * About how many resources a response from this view would hold; 0 where it is a difference,
   * which was found with the effort.
   */
  int weight(View view);

  /**
   * What this view has that the client was not sent; nothing while a refused response waits to be
   * tried again.
   */
  Pending pending(View view);
}
