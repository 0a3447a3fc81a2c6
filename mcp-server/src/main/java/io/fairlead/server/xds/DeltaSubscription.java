package io.fairlead.server.xds;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.fairlead.registry.Backoff;
import io.fairlead.revisions.Difference;
import io.fairlead.revisions.View;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One type that a client asked for on an incremental stream, and how far it is. Confined to the
 * stream that owns it.
 *
 * <p>How it can cost so little: the client holds what it ACKed, and that is a view of a snapshot.
 * So all that is kept is a reference to that view ({@code held}); what to send is the difference
 * between it and the newest one, found without looking at what both share. There is no list of
 * names and versions for each client, with one exception: a client that comes back says which
 * versions it has ({@code initial_resource_versions}), and until it has ACKed the first response
 * these stand in the place of the view. Versions are digests, so they mean the same on every
 * replica and after every restart, and such a client gets only what differs.
 *
 * <p>At most one response is on its way. A refused response changes nothing of what the client
 * holds, so the same difference, and whatever came since, is sent again after a time that grows
 * from try to try.
 */
final class DeltaSubscription implements Subscribed {
  private static final String WILDCARD = "*";

  private final String typeUrl;
  private final ResourceType type;
  private final Backoff backoff =
      new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), new Random());

  private boolean wildcard;
  private final Set<String> names = new HashSet<>();
  // Names whose state the client is owed whatever it holds: it has just asked for them.
  private final Set<String> owed = new TreeSet<>();

  // What the client holds: a view, or, before the first ACK, what it said.
  private @Nullable View held;
  private Map<String, String> claimed;

  // The response on its way; null if there is none. Volatile, as the status, for those who watch.
  private volatile @Nullable Flight flight;
  private long retryAtNanos;
  private boolean refused;

  private volatile ClientStatus.SubscriptionStatus status;

  private record Flight(
      View view, String nonce, boolean wildcard, Set<String> owed, long sentAtNanos) {}

  private DeltaSubscription(String typeUrl, Map<String, String> claimed) {
    this.typeUrl = typeUrl;
    this.type = ResourceType.ofTypeUrl(typeUrl);
    this.claimed = Map.copyOf(claimed);
    this.status = ClientStatus.SubscriptionStatus.of(typeUrl);
  }

  /** The subscription that the first request for a type makes. */
  static DeltaSubscription begin(String typeUrl, DeltaDiscoveryRequest request) {
    DeltaSubscription subscription =
        new DeltaSubscription(typeUrl, request.getInitialResourceVersionsMap());
    List<String> wanted = request.getResourceNamesSubscribeList();
    subscription.wildcard = wanted.isEmpty() || wanted.contains(WILDCARD);
    subscription.names.addAll(wanted);
    subscription.names.remove(WILDCARD);
    subscription.names.removeAll(request.getResourceNamesUnsubscribeList());
    return subscription;
  }

  @Override
  public ClientStatus.SubscriptionStatus status() {
    return status;
  }

  /** Whether a response with that nonce is on its way. */
  boolean awaits(String nonce) {
    Flight sent = flight;
    return sent != null && sent.nonce().equals(nonce);
  }

  @Override
  public @Nullable Long sentAtNanos() {
    Flight sent = flight;
    return sent == null ? null : sent.sentAtNanos();
  }

  /** Takes a change of what the client wants. */
  void update(Collection<String> subscribe, Collection<String> unsubscribe) {
    for (String name : unsubscribe) {
      if (name.equals(WILDCARD)) {
        wildcard = false;
      } else if (names.remove(name) && wildcard) {
        // It is still seen through the wildcard; the client has to be told how it is.
        owed.add(name);
      } else {
        owed.remove(name);
      }
    }
    for (String name : subscribe) {
      if (!name.equals(WILDCARD)) {
        names.add(name);
        owed.add(name);
      } else if (!wildcard) {
        widen();
      }
    }
  }

  // From some names to everything: of what the client holds only the names are known.
  private void widen() {
    wildcard = true;
    View before = held;
    if (before != null) {
      claimed = versionsOfNames(before);
      held = null;
    }
  }

  private Map<String, String> versionsOfNames(View view) {
    Map<String, String> versions = new HashMap<>();
    for (String name : names) {
      Resource resource = find(view, name);
      if (resource != null && !owed.contains(name)) {
        versions.put(name, resource.version());
      }
    }
    return versions;
  }

  void acknowledged() {
    Flight landed = flight;
    if (landed == null) {
      return;
    }
    flight = null;
    refused = false;
    backoff.reset();
    owed.removeAll(landed.owed());
    if (wildcard && !landed.wildcard()) {
      claimed = versionsOfNames(landed.view());
      held = null;
    } else {
      claimed = Map.of();
      held = landed.view();
    }
    status = status.withAcknowledged();
  }

  /** The client refused the response; gives the time after which it is tried again. */
  Duration refused(String message, long nowNanos) {
    flight = null;
    refused = true;
    Duration delay = backoff.next();
    retryAtNanos = nowNanos + delay.toNanos();
    status = status.withNack(message);
    return delay;
  }

  @Override
  public ResourceType type() {
    return type;
  }

  @Override
  public int effort(View view) {
    Flight sent = flight;
    View before = sent == null ? held : sent.view();
    if (before == null || before.snapshot() == view.snapshot()) {
      return 0;
    }
    return wildcard ? view.estimateSince(before, type) : names.size();
  }

  @Override
  public int weight(View view) {
    if (held != null) {
      return 0;
    }
    return wildcard ? view.estimate(type) : names.size();
  }

  @Override
  public Pending pending(View view) {
    Flight sent = flight;
    if (sent != null) {
      return sent.owed().containsAll(owed)
          ? Pending.of(since(sent.view(), view))
          : Pending.ADDITIONS;
    }
    if (refused && System.nanoTime() - retryAtNanos < 0) {
      return Pending.NOTHING;
    }
    View before = held;
    if (before == null || refused || !owed.isEmpty()) {
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

  private Difference since(View before, View view) {
    return wildcard ? view.since(before, type) : view.since(before, type, names);
  }

  /** Makes the response that leads the client to a view and notes it as sent. */
  EncodedMessage send(View view, String nonce, long nowNanos) {
    Difference difference = withOwed(view, difference(view));
    EncodedMessage response =
        EncodedMessage.delta(
            view.versionInfo(), typeUrl, nonce, difference.changed(), difference.removed());
    flight = new Flight(view, nonce, wildcard, Set.copyOf(owed), nowNanos);
    status = status.withSent(view.versionInfo(), response);
    return response;
  }

  private Difference difference(View view) {
    View before = held;
    if (before != null) {
      return since(before, view);
    }
    List<Resource> changed = new ArrayList<>();
    Set<String> missing = new TreeSet<>(claimed.keySet());
    List<Resource> wanted = wildcard ? view.resources(type) : named(view);
    for (Resource resource : wanted) {
      String name = resource.key().name();
      missing.remove(name);
      if (!resource.version().equals(claimed.get(name))) {
        changed.add(resource);
      }
    }
    // A name that was asked for and is not there is said to be not there.
    names.stream().filter(name -> find(view, name) == null).forEach(missing::add);
    return new Difference(changed, List.copyOf(missing));
  }

  private List<Resource> named(View view) {
    List<Resource> found = new ArrayList<>();
    for (String name : new TreeSet<>(names)) {
      Resource resource = find(view, name);
      if (resource != null) {
        found.add(resource);
      }
    }
    return found;
  }

  private Difference withOwed(View view, Difference difference) {
    if (owed.isEmpty()) {
      return difference;
    }
    Map<String, Resource> changed = new TreeMap<>();
    difference.changed().forEach(resource -> changed.put(resource.key().name(), resource));
    Set<String> removed = new TreeSet<>(difference.removed());
    for (String name : owed) {
      Resource resource = find(view, name);
      if (resource == null) {
        removed.add(name);
      } else {
        changed.put(name, resource);
      }
    }
    return new Difference(List.copyOf(changed.values()), List.copyOf(removed));
  }

  private @Nullable Resource find(View view, String name) {
    return ResourceKey.isName(name) ? view.find(new ResourceKey(type, name)) : null;
  }
}
