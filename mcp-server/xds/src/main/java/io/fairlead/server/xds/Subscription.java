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
 * One type that a client asked for, and how far it is. Confined to the stream that owns it, but for
 * the status and for when the response on its way was sent.
 *
 * <p>At most one response is on its way: the next is made from the newest snapshot when the client
 * has ACKed (or refused) the last, so a slow client skips snapshots and costs no memory.
 */
abstract class Subscription {
  private record Flight(View view, String nonce, long sentAtNanos) {}

  private final String typeUrl;
  private final ResourceType type;
  // What the next response is compared with; null: it is made without.
  private @Nullable View held;
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

  /** How many names of the client's are remembered. */
  abstract int nameCount();

  /** About how many bytes they take. */
  abstract long remembered();

  /**
   * What this view has that the client was not sent; nothing while a refused response waits to be
   * tried again.
   */
  abstract Pending pending(View view);

  /**
   * About how many resources a response from this view would hold; 0 where it is a difference,
   * which was found with the effort.
   */
  abstract int weight(View view);

  /** Whether a name is among what the client wants; may be asked by any thread, and later. */
  abstract Predicate<String> interest();

  /** Makes the response that leads the client to a view, which is sent right after. */
  abstract EncodedMessage respond(View view, String nonce);

  /** The client took the response that was made from a view. */
  abstract void taken(View view);

  /** The client refused the response; gives the time after which to try again, zero for never. */
  abstract Duration retryAfter(long nowNanos);

  final String typeUrl() {
    return typeUrl;
  }

  /** Which type it is. */
  final ResourceType type() {
    return type;
  }

  /** For other threads to read; its lag is not filled in. */
  final ClientStatus.SubscriptionStatus status() {
    return status;
  }

  /** What the client acknowledged last and refused since; for other threads, too. */
  final Progress progress() {
    return progress;
  }

  /** When the response that is on its way was sent, null if none is; for other threads, too. */
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

  /** Makes the response for a view and notes it as sent: to be sent right after. */
  final EncodedMessage send(View view, String nonce, long nowNanos) {
    EncodedMessage response = respond(view, nonce);
    flight = new Flight(view, nonce, nowNanos);
    lastNonce = nonce;
    status = status.withSent(view.versionInfo(), response);
    return response;
  }

  /** Notes how much of the response on its way the transport may hold; gives it back. */
  final long underWay(long bytes) {
    bytesUnderWay = bytes;
    return bytes;
  }

  /** How much the transport held of a response that is not on its way any more; once. */
  final long landed() {
    long bytes = bytesUnderWay;
    bytesUnderWay = 0;
    return bytes;
  }

  /** About how much memory a name takes. */
  static long bytesOf(String name) {
    return RequestReader.NAME_OVERHEAD + name.length();
  }

  /** The client took the response that is on its way. */
  final void acknowledged() {
    Flight landed = flight;
    if (landed != null) {
      flight = null;
      taken(landed.view());
      progress = Progress.acknowledged(landed.view(), interest());
      status = status.withAcknowledged();
    }
  }

  /** The client refused the response; gives the time after which to try again, zero for never. */
  final Duration refused(String message, long nowNanos) {
    flight = null;
    status = status.withNack(message);
    progress = progress.refused(message);
    return retryAfter(nowNanos);
  }

  /** No answer is waited for any more. */
  final void forgetFlight() {
    flight = null;
  }

  /** The view that the response on its way was made from, null if none is. */
  final @Nullable View inFlight() {
    Flight sent = flight;
    return sent == null ? null : sent.view();
  }

  final @Nullable View held() {
    return held;
  }

  final void hold(@Nullable View view) {
    held = view;
  }

  /** What {@link #pending} compares with. */
  @Nullable View before() {
    View sent = inFlight();
    return sent == null ? held : sent;
  }

  /**
   * About how many resources {@link #pending} has to look at: the difference between this view and
   * what was sent last, or 0 where none is to be found. Itself it costs next to nothing.
   */
  final int effort(View view) {
    View before = before();
    if (before == null || before.snapshot() == view.snapshot()) {
      return 0;
    }
    return isWildcard() ? view.estimateSince(before, type) : names().size();
  }

  /** About how many resources of a view are wanted. */
  final int wantedCount(View view) {
    return isWildcard() ? view.estimate(type) : names().size();
  }

  /** What a view has otherwise than the one that the client holds. */
  final Pending pendingSinceHeld(View view) {
    if (wantsNothing()) {
      return Pending.NOTHING;
    }
    View before = held;
    if (before == null) {
      return Pending.ADDITIONS;
    }
    if (before.snapshot() == view.snapshot()) {
      return Pending.NOTHING;
    }
    Pending pending = Pending.of(since(before, view));
    if (pending == Pending.NOTHING) {
      // Nothing that this client sees: move on, so that the older snapshot can go.
      held = view;
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

  /** Those of a view that the client wants. */
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
