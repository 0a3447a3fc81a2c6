package io.fairlead.server.xds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of one stream, by type URL. Written by the stream's work only; {@link
 * #lagNanos} and {@link #status} may be called by any thread.
 */
final class Subscriptions<S extends Subscription> {
  private final Map<String, S> byTypeUrl = new ConcurrentSkipListMap<>();

  @Nullable S get(String typeUrl) {
    return byTypeUrl.get(typeUrl);
  }

  void add(S subscription) {
    byTypeUrl.put(subscription.typeUrl(), subscription);
  }

  Collection<S> values() {
    return byTypeUrl.values();
  }

  /** Number of names that the client has asked for, of all types. */
  long nameCount() {
    return values().stream().mapToLong(Subscription::nameCount).sum();
  }

  /** Bytes of what is remembered of the client's requests. */
  long remembered() {
    return values().stream().mapToLong(Subscription::remembered).sum();
  }

  /** Age in nanoseconds of the oldest response that the client has not answered, 0 if none. */
  long lagNanos(long nowNanos) {
    return values().stream()
        .mapToLong(subscription -> lagNanos(subscription, nowNanos))
        .reduce(0, Math::max);
  }

  /** How far the client is with each type. */
  List<ClientStatus.SubscriptionStatus> status(long nowNanos) {
    List<ClientStatus.SubscriptionStatus> all = new ArrayList<>();
    for (S subscription : values()) {
      Duration lag = Duration.ofNanos(lagNanos(subscription, nowNanos));
      all.add(subscription.status().withLag(lag));
    }
    return all;
  }

  private static long lagNanos(Subscription subscription, long nowNanos) {
    Long sent = subscription.sentAtNanos();
    return sent == null ? 0 : nowNanos - sent;
  }
}
