package io.fairlead.server.xds;

import io.fairlead.revisions.Difference;
import io.fairlead.revisions.View;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
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
final class SotwSubscription implements XdsStream.Subscribed {
  private final String typeUrl;
  private final ResourceType type;
  // Empty: everything.
  private Set<String> names = Set.of();
  private @Nullable View sent;
  private String nonce = "";
  private boolean inFlight;
  private boolean owed = true;
  private long sentAtNanos;

  private volatile ClientStatus.SubscriptionStatus status;

  SotwSubscription(String typeUrl) {
    this.typeUrl = typeUrl;
    this.type = ResourceType.ofTypeUrl(typeUrl);
    this.status = new ClientStatus.SubscriptionStatus(typeUrl, "", "", 0, 0, 0, "");
  }

  @Override
  public ClientStatus.SubscriptionStatus status() {
    return status;
  }

  long sentAtNanos() {
    return sentAtNanos;
  }

  /** Whether a response with that nonce is the one that is on its way. */
  boolean awaits(String responseNonce) {
    return inFlight && nonce.equals(responseNonce);
  }

  /** Takes the names that the client wants; a change of them is owed an answer. */
  void subscribe(Collection<String> wanted) {
    Set<String> next = wanted.contains("*") ? Set.of() : new TreeSet<>(wanted);
    if (!next.equals(names)) {
      names = Set.copyOf(next);
      owed = true;
    }
  }

  /** The client asks anew: it gets everything again. */
  void restart() {
    inFlight = false;
    owed = true;
  }

  void acknowledged() {
    inFlight = false;
    ClientStatus.SubscriptionStatus s = status;
    status =
        new ClientStatus.SubscriptionStatus(
            typeUrl, s.sent(), s.sent(), s.resources(), s.bytes(), s.nacks(), s.lastNack());
  }

  /** The client refused the response; it gets the next one that differs, not the same again. */
  void refused(String message) {
    inFlight = false;
    ClientStatus.SubscriptionStatus s = status;
    status =
        new ClientStatus.SubscriptionStatus(
            typeUrl, s.sent(), s.acknowledged(), s.resources(), s.bytes(), s.nacks() + 1, message);
  }

  @Override
  public ResourceType type() {
    return type;
  }

  @Override
  public boolean isInFlight() {
    return inFlight;
  }

  @Override
  public XdsStream.Pending pending(View view) {
    View before = sent;
    if (owed || before == null) {
      return XdsStream.Pending.ADDITIONS;
    }
    if (before.snapshot() == view.snapshot()) {
      return XdsStream.Pending.NOTHING;
    }
    XdsStream.Pending pending = XdsStream.Pending.of(seen(view.since(before, type)));
    if (pending == XdsStream.Pending.NOTHING) {
      // Nothing that this client sees: move on, so that the older snapshot can go.
      sent = view;
    }
    return pending;
  }

  private Difference seen(Difference difference) {
    return names.isEmpty() ? difference : difference.of(names);
  }

  /** Makes the response for a view and notes it as sent: to be sent right after. */
  EncodedMessage send(View view, String newNonce, long nowNanos) {
    List<Resource> resources = names.isEmpty() ? view.resources(type) : named(view);
    EncodedMessage response =
        EncodedMessage.state(view.versionInfo(), typeUrl, newNonce, resources);
    sent = view;
    nonce = newNonce;
    inFlight = true;
    owed = false;
    sentAtNanos = nowNanos;
    ClientStatus.SubscriptionStatus s = status;
    status =
        new ClientStatus.SubscriptionStatus(
            typeUrl,
            view.versionInfo(),
            s.acknowledged(),
            response.resourceCount(),
            response.size(),
            s.nacks(),
            s.lastNack());
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
