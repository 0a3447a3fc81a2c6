package io.fairlead.server.xds;

import io.fairlead.revisions.Difference;
import io.fairlead.revisions.View;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A client's subscription to one type: what it wants, has and was sent. Confined to the stream that
 * owns it, but for the status and for when the response on its way was sent.
 *
 * <p>At most one response is on its way: the next is made from the newest snapshot when the client
 * has ACKed (or refused) the last, so a slow client skips snapshots and costs no memory.
 */
abstract class Subscription {
  private record Flight(View view, String nonce, long sentAtNanos) {}

  private final String typeUrl;
  private final ResourceType type;
  // The view that the client has, to which the next response is compared; null: to none.
  private @Nullable View clientView;
  // That of the last response, answered or not; null before the first.
  private @Nullable String lastNonce;
  // The response on its way. Volatile, as the status, for those who watch.
  private volatile @Nullable Flight flight;
  private volatile ClientStatus.SubscriptionStatus status;
  private volatile Progress progress = Progress.NONE;
  private long bytesUnderWay;

  Subscription(String typeUrl) {
    this.typeUrl = typeUrl;
    this.type = ResourceType.ofTypeUrl(typeUrl);
    this.status = ClientStatus.SubscriptionStatus.of(typeUrl);
  }

  /** Whether the client wants everything of the type. */
  abstract boolean isWildcard();

  /** The names that the client wants, if it does not want everything. */
  abstract Set<String> names();

  /** Returns the number of the client's names that are remembered. */
  abstract int nameCount();

  /** Returns about how many bytes they take. */
  abstract long remembered();

  /**
   * Returns what this view has that the client was not sent; nothing while a refused response waits
   * to be tried again.
   */
  abstract PendingChange pending(View view);

  /**
   * Returns about how many resources a response from this view would have; 0 where it is a
   * difference, which {@link #estimatedComparisons} counts.
   */
  abstract int estimatedResponseSize(View view);

  /** Whether a name is among what the client wants; may be asked by any thread, and later. */
  abstract Predicate<String> interest();

  /** Makes the response that leads the client to a view, which is sent right after. */
  abstract EncodedMessage respond(View view, String nonce);

  /** Applies that the client took the response that was made from a view. */
  abstract void taken(View view);

  /** Returns the time after which to try a refused response again, zero for never. */
  abstract Duration retryAfter(long nowNanos);

  final String typeUrl() {
    return typeUrl;
  }

  /** Returns its type. */
  final ResourceType type() {
    return type;
  }

  /** Returns the status, without the lag; for other threads, too. */
  final ClientStatus.SubscriptionStatus status() {
    return status;
  }

  /** Returns what the client acknowledged last and refused since; for other threads, too. */
  final Progress progress() {
    return progress;
  }

  /** Returns when the response on its way was sent, null if none is; for other threads, too. */
  final @Nullable Long sentAtNanos() {
    Flight sent = flight;
    return sent == null ? null : sent.sentAtNanos();
  }

  /** Whether a response is on its way: no other is sent until the client has answered it. */
  final boolean isInFlight() {
    return flight != null;
  }

  /** Whether a response with that nonce is the one that is on its way. */
  final boolean awaits(String nonce) {
    Flight sent = flight;
    return sent != null && sent.nonce().equals(nonce);
  }

  /** Whether a nonce is not that of the last response; false while there is none. */
  final boolean isOvertaken(String nonce) {
    return lastNonce != null && !lastNonce.equals(nonce);
  }

  /** Makes the response for a view and records it as sent: to be sent right after. */
  final EncodedMessage send(View view, String nonce, long nowNanos) {
    EncodedMessage response = respond(view, nonce);
    flight = new Flight(view, nonce, nowNanos);
    lastNonce = nonce;
    status = status.withSent(view.versionInfo(), response);
    return response;
  }

  /** Records how many bytes of the response on its way the transport may hold; returns them. */
  final long underWay(long bytes) {
    bytesUnderWay = bytes;
    return bytes;
  }

  /** Returns the bytes that the transport held of a response that has arrived; once. */
  final long landed() {
    long bytes = bytesUnderWay;
    bytesUnderWay = 0;
    return bytes;
  }

  /** Returns about how much memory a name takes. */
  static long bytesOf(String name) {
    return RequestReader.NAME_OVERHEAD + name.length();
  }

  /** Records that the client took the response that is on its way. */
  final void acknowledged() {
    Flight landed = flight;
    if (landed != null) {
      flight = null;
      taken(landed.view());
      progress = Progress.acknowledged(landed.view(), interest());
      status = status.withAcknowledged();
    }
  }

  /** Records a refusal, and returns the time after which to try again, zero for never. */
  final Duration refused(String message, long nowNanos) {
    flight = null;
    status = status.withNack(message);
    progress = progress.refused(message);
    return retryAfter(nowNanos);
  }

  /** Forgets the response on its way: no answer is waited for any more. */
  final void forgetFlight() {
    flight = null;
  }

  /** Returns the view that the response on its way was made from, null if none is. */
  final @Nullable View inFlight() {
    Flight sent = flight;
    return sent == null ? null : sent.view();
  }

  final @Nullable View clientView() {
    return clientView;
  }

  final void setClientView(@Nullable View view) {
    clientView = view;
  }

  /** Returns the view that {@link #pending} compares with. */
  @Nullable View before() {
    View sent = inFlight();
    return sent == null ? clientView : sent;
  }

  /**
   * Returns about how many resources {@link #pending} has to compare: the difference between this
   * view and what was sent last, or 0 where there is none. Itself it costs next to nothing.
   */
  final int estimatedComparisons(View view) {
    View before = before();
    if (before == null || before.snapshot() == view.snapshot()) {
      return 0;
    }
    return isWildcard() ? view.estimateSince(before, type) : names().size();
  }

  /** Returns about how many resources of a view are wanted. */
  final int wantedCount(View view) {
    return isWildcard() ? view.estimate(type) : names().size();
  }

  /** Returns what a view has otherwise than the one that the client has. */
  final PendingChange pendingSinceClientView(View view) {
    if (wantsNothing()) {
      return PendingChange.NOTHING;
    }
    View before = clientView;
    if (before == null) {
      return PendingChange.ADDITIONS;
    }
    if (before.snapshot() == view.snapshot()) {
      return PendingChange.NOTHING;
    }
    PendingChange pending = PendingChange.of(since(before, view));
    if (pending == PendingChange.NOTHING) {
      // Nothing that this client sees: move on, so that the older snapshot can go.
      clientView = view;
      progress = progress.movedFrom(before, view);
    }
    return pending;
  }

  /** Whether the client has unsubscribed from all that it named. */
  final boolean wantsNothing() {
    return !isWildcard() && names().isEmpty();
  }

  final Difference since(View before, View view) {
    return isWildcard() ? view.since(before, type) : view.since(before, type, names());
  }

  /** Returns the resources of a view that the client wants. */
  final List<Resource> wanted(View view) {
    if (isWildcard()) {
      return view.resources(type);
    }
    List<Resource> found = new ArrayList<>();
    for (String name : new TreeSet<>(names())) {
      Resource resource = find(view, name);
      if (resource != null) {
        found.add(resource);
      }
    }
    return found;
  }

  final @Nullable Resource find(View view, String name) {
    return ResourceKey.isName(name) ? view.find(new ResourceKey(type, name)) : null;
  }
}
