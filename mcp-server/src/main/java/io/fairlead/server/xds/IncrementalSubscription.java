package io.fairlead.server.xds;

import io.fairlead.registry.Backoff;
import io.fairlead.revisions.Difference;
import io.fairlead.revisions.View;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceType;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One type on a state-of-the-world stream in the incremental variant (docs/istiod.md), and how far
 * the client is. Confined to the stream that owns it.
 *
 * <p>The first response holds everything; each later one holds what changed since the last that the
 * client ACKed, a removed resource as one without a body. What a response lacks stays, so a refused
 * one is a loss unless it is made up for: the difference, with what came since, is sent again after
 * a time that grows from try to try.
 */
final class IncrementalSubscription implements StateSubscribed {
  private final String typeUrl;
  private final ResourceType type;
  private final Backoff backoff =
      new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), new Random());
  // Empty: everything.
  private Set<String> names = Set.of();
  // What the client holds; null: it is owed everything.
  private @Nullable View held;
  // The response on its way. Volatile, as the status, for those who watch.
  private volatile @Nullable Flight flight;
  private boolean refused;
  private long retryAtNanos;

  private volatile ClientStatus.SubscriptionStatus status;

  private record Flight(View view, String nonce, long sentAtNanos) {}

  IncrementalSubscription(String typeUrl) {
    this.typeUrl = typeUrl;
    this.type = ResourceType.ofTypeUrl(typeUrl);
    this.status = ClientStatus.SubscriptionStatus.of(typeUrl);
  }

  @Override
  public ClientStatus.SubscriptionStatus status() {
    return status;
  }

  @Override
  public ResourceType type() {
    return type;
  }

  @Override
  public @Nullable Long sentAtNanos() {
    Flight sent = flight;
    return sent == null ? null : sent.sentAtNanos();
  }

  @Override
  public boolean awaits(String responseNonce) {
    Flight sent = flight;
    return sent != null && sent.nonce().equals(responseNonce);
  }

  @Override
  public void subscribe(Collection<String> wanted) {
    Set<String> next = wanted.contains("*") ? Set.of() : Set.copyOf(wanted);
    if (!next.equals(names)) {
      names = next;
      held = null;
    }
  }

  @Override
  public void restart() {
    flight = null;
    held = null;
    refused = false;
  }

  @Override
  public void acknowledged() {
    Flight landed = flight;
    if (landed != null) {
      flight = null;
      refused = false;
      backoff.reset();
      held = landed.view();
      status = status.withAcknowledged();
    }
  }

  @Override
  public Duration refused(String message, long nowNanos) {
    flight = null;
    refused = true;
    Duration delay = backoff.next();
    retryAtNanos = nowNanos + delay.toNanos();
    status = status.withNack(message);
    return delay;
  }

  @Override
  public int effort(View view) {
    View before = before();
    if (before == null || before.snapshot() == view.snapshot()) {
      return 0;
    }
    return names.isEmpty() ? view.estimateSince(before, type) : names.size();
  }

  @Override
  public int weight(View view) {
    return held == null ? view.estimate(type) : 0;
  }

  @Override
  public Pending pending(View view) {
    Flight sent = flight;
    if (sent != null) {
      return Pending.of(since(sent.view(), view));
    }
    if (refused) {
      return System.nanoTime() - retryAtNanos < 0 ? Pending.NOTHING : Pending.ADDITIONS;
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
    }
    return pending;
  }

  // What the next response is compared with.
  private @Nullable View before() {
    Flight sent = flight;
    return sent == null ? held : sent.view();
  }

  private Difference since(View before, View view) {
    return names.isEmpty() ? view.since(before, type) : view.since(before, type, names);
  }

  @Override
  public EncodedMessage send(View view, String newNonce, long nowNanos) {
    View before = held;
    Difference difference =
        before == null ? new Difference(everything(view), List.of()) : since(before, view);
    EncodedMessage response =
        EncodedMessage.incremental(
            view.versionInfo(), typeUrl, newNonce, difference.changed(), difference.removed());
    flight = new Flight(view, newNonce, nowNanos);
    status = status.withSent(view.versionInfo(), response);
    return response;
  }

  private List<Resource> everything(View view) {
    List<Resource> all = view.resources(type);
    return names.isEmpty()
        ? all
        : all.stream().filter(resource -> names.contains(resource.key().name())).toList();
  }
}
