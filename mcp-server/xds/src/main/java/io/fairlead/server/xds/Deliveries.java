package io.fairlead.server.xds;

import io.fairlead.revisions.Audience;
import io.fairlead.revisions.View;
import io.fairlead.server.xds.ResourceDelivery.State;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.Snapshot;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A query for the clients that have a resource, answered from what each acknowledged last: nothing
 * is kept for a client and resource. Stateless.
 */
final class Deliveries {
  private Deliveries() {}

  /**
   * One for each client, by node and revision: an istiod has a stream for each port that it is
   * connected to, and the stream that is nearest to having the resource speaks for it.
   */
  static List<ResourceDelivery> of(ResourceKey key, Collection<ClientStream> streams) {
    Map<String, ResourceDelivery> byClient = new TreeMap<>();
    for (ClientStream stream : streams) {
      ResourceDelivery delivery = stream.delivery(key);
      byClient.merge(
          delivery.node() + "\n" + delivery.revision(),
          delivery,
          (one, other) -> ResourceDelivery.NEAREST_FIRST.compare(one, other) <= 0 ? one : other);
    }
    return List.copyOf(byClient.values());
  }

  /** Whether the client of a stream has a resource. */
  static ResourceDelivery of(
      ResourceKey key,
      String node,
      Audience audience,
      Collection<? extends Subscription> subscriptions,
      Snapshot snapshot) {
    Resource served = snapshot.find(key);
    View view = new View(snapshot, audience);
    ResourceDelivery nearest =
        new ResourceDelivery(
            node, audience.revision(), false, withoutSubscription(key, served, audience), null, "");
    for (Subscription subscription : subscriptions) {
      if (subscription.type().equals(key.type())) {
        ResourceDelivery delivery = of(key, node, served, view, subscription);
        if (ResourceDelivery.NEAREST_FIRST.compare(delivery, nearest) < 0) {
          nearest = delivery;
        }
      }
    }
    return nearest;
  }

  private static State withoutSubscription(
      ResourceKey key, @Nullable Resource served, Audience audience) {
    if (!audience.shard().contains(key)) {
      return State.OTHER_SHARD;
    }
    return served == null ? State.NOT_SERVED : State.NOT_ASKED;
  }

  private static ResourceDelivery of(
      ResourceKey key,
      String node,
      @Nullable Resource served,
      View view,
      Subscription subscription) {
    String revision = view.audience().revision();
    Resource wanted = view.find(key);
    Progress progress = subscription.progress();
    Progress.Acknowledged acknowledged = progress.acknowledged();
    boolean asked = acknowledged == null || acknowledged.interest().test(key.name());
    Resource had = acknowledged == null || !asked ? null : acknowledged.view().find(key);
    boolean has = had != null;
    // By version, as a stream finds out what to send.
    if (acknowledged != null
        && had != null
        && wanted != null
        && had.version().equals(wanted.version())) {
      return new ResourceDelivery(node, revision, true, State.NEWEST, acknowledged.at(), "");
    }
    if (!has && wanted == null) {
      State state =
          !view.audience().shard().contains(key)
              ? State.OTHER_SHARD
              : served == null ? State.NOT_SERVED : State.OTHER_REVISION;
      return new ResourceDelivery(node, revision, false, state, null, "");
    }
    Progress.Refusal refusal = progress.refusal();
    if (refusal != null) {
      return new ResourceDelivery(node, revision, has, State.REFUSED, refusal.at(), refusal.text());
    }
    Long sent = subscription.sentAtNanos();
    if (sent != null) {
      Instant at = Instant.now().minusNanos(System.nanoTime() - sent);
      return new ResourceDelivery(node, revision, has, State.NOT_ACKNOWLEDGED, at, "");
    }
    return new ResourceDelivery(
        node, revision, has, asked ? State.NOT_SENT : State.NOT_ASKED, null, "");
  }
}
