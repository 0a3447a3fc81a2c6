package io.fairlead.server.xds;

import io.fairlead.revisions.Difference;
import io.fairlead.revisions.View;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One type that a client asked for on a state-of-the-world stream, and how far it is. Confined to
 * the stream that owns it.
 *
 * <p>At most one response is on its way: the next is made from the newest snapshot when the client
 * has ACKed (or refused) the last, so a slow client skips snapshots and costs no memory.
 */
final class SotwSubscription implements StateSubscribed {
  private final String typeUrl;
  private final ResourceType type;
  // Empty: everything.
  private Set<String> names = Set.of();
  private @Nullable View sent;
  private String nonce = "";
  private boolean owed = true;
  // Null: no response is on its way. Volatile, as the status, for those who watch.
  private volatile @Nullable Long sentAtNanos;

  private volatile ClientStatus.SubscriptionStatus status;

  SotwSubscription(String typeUrl) {
    this.typeUrl = typeUrl;
    this.type = ResourceType.ofTypeUrl(typeUrl);
    this.status = ClientStatus.SubscriptionStatus.of(typeUrl);
  }

  @Override
  public ClientStatus.SubscriptionStatus status() {
    return status;
  }

  @Override
  public @Nullable Long sentAtNanos() {
    return sentAtNanos;
  }

  @Override
  public boolean awaits(String responseNonce) {
    return isInFlight() && nonce.equals(responseNonce);
  }

  @Override
  public void subscribe(Collection<String> wanted) {
    Set<String> next = wanted.contains("*") ? Set.of() : new TreeSet<>(wanted);
    if (!next.equals(names)) {
      names = Set.copyOf(next);
      owed = true;
    }
  }

  @Override
  public void restart() {
    sentAtNanos = null;
    owed = true;
  }

  @Override
  public void acknowledged() {
    sentAtNanos = null;
    status = status.withAcknowledged();
  }

  // The next one that differs is sent, not the same again: it would be refused again.
  @Override
  public Duration refused(String message, long nowNanos) {
    sentAtNanos = null;
    status = status.withNack(message);
    return Duration.ZERO;
  }

  @Override
  public ResourceType type() {
    return type;
  }

  @Override
  public int effort(View view) {
    View before = sent;
    if (before == null || before.snapshot() == view.snapshot()) {
      return 0;
    }
    return names.isEmpty() ? view.estimateSince(before, type) : names.size();
  }

  @Override
  public int weight(View view) {
    return names.isEmpty() ? view.estimate(type) : names.size();
  }

  @Override
  public Pending pending(View view) {
    View before = sent;
    if (owed || before == null) {
      return Pending.ADDITIONS;
    }
    if (before.snapshot() == view.snapshot()) {
      return Pending.NOTHING;
    }
    Pending pending = Pending.of(since(before, view));
    if (pending == Pending.NOTHING) {
      // Nothing that this client sees: move on, so that the older snapshot can go.
      sent = view;
    }
    return pending;
  }

  private Difference since(View before, View view) {
    return names.isEmpty() ? view.since(before, type) : view.since(before, type, names);
  }

  @Override
  public EncodedMessage send(View view, String newNonce, long nowNanos) {
    List<Resource> resources = names.isEmpty() ? view.resources(type) : named(view);
    EncodedMessage response =
        EncodedMessage.state(view.versionInfo(), typeUrl, newNonce, resources);
    sent = view;
    nonce = newNonce;
    owed = false;
    sentAtNanos = nowNanos;
    status = status.withSent(view.versionInfo(), response);
    return response;
  }

  private List<Resource> named(View view) {
    List<Resource> found = new ArrayList<>();
    for (String name : new TreeSet<>(names)) {
      if (ResourceKey.isName(name)) {
        Resource resource = view.find(new ResourceKey(type, name));
        if (resource != null) {
          found.add(resource);
        }
      }
    }
    return found;
  }
}
