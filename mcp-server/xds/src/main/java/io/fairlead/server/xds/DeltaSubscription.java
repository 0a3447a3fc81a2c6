package io.fairlead.server.xds;

import io.fairlead.revisions.Difference;
import io.fairlead.revisions.View;
import io.fairlead.versioning.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Predicate;

/**
 * One type that a client asked for on an incremental stream.
 *
 * <p>How it can cost so little: the client holds what it ACKed, and that is a view of a snapshot.
 * So all that is kept is a reference to that view ({@code held}); what to send is the difference
 * between it and the newest one, found without looking at what both share. There is no list of
 * names and versions for each client, with one exception: a client that comes back says which
 * versions it has ({@code initial_resource_versions}), and until it has ACKed the first response
 * these stand in the place of the view. Versions are digests, so they mean the same on every
 * replica and after every restart, and such a client gets only what differs.
 *
 * <p>A refused response changes nothing of what the client holds, so the same difference, and
 * whatever came since, is sent again.
 */
final class DeltaSubscription extends Subscription {
  private static final String WILDCARD = "*";

  // What was wanted when the response on its way was made.
  private record Wanted(boolean wildcard, Set<String> owed) {}

  private final Retry retry = new Retry();
  private boolean wildcard;
  // These two are read by those who watch, too.
  private final Set<String> names = ConcurrentHashMap.newKeySet();
  // Names whose state the client is owed whatever it holds: it has just asked for them.
  private final Set<String> owed = new ConcurrentSkipListSet<>();

  // What the client holds in place of a view: before the first ACK, what it said.
  private Map<String, String> claimed;
  private long claimedBytes;
  private long namesBytes;
  private Wanted sent = new Wanted(false, Set.of());

  private DeltaSubscription(String typeUrl, Map<String, String> claimed) {
    super(typeUrl);
    this.claimed = Map.copyOf(claimed);
    this.claimedBytes = bytesOf(claimed);
  }

  /** The subscription that the first request for a type makes. */
  static DeltaSubscription begin(String typeUrl, ClientRequest request) {
    DeltaSubscription subscription = new DeltaSubscription(typeUrl, request.initialVersions());
    List<String> wanted = request.names();
    // Only here: once a request has named something, nothing named means no change.
    subscription.wildcard = wanted.isEmpty() || wanted.contains(WILDCARD);
    for (String name : wanted) {
      if (!name.equals(WILDCARD)) {
        subscription.add(name);
      }
    }
    subscription.update(List.of(), request.unsubscribed());
    // All of it is answered by the first response, which is due whatever there is.
    subscription.owed.clear();
    return subscription;
  }

  @Override
  boolean isWildcard() {
    return wildcard;
  }

  @Override
  Set<String> names() {
    return names;
  }

  @Override
  Predicate<String> interest() {
    return wildcard ? name -> true : name -> names.contains(name) && !owed.contains(name);
  }

  /** Takes a change of what the client wants. */
  void update(Collection<String> subscribe, Collection<String> unsubscribe) {
    for (String name : unsubscribe) {
      if (name.equals(WILDCARD)) {
        wildcard = false;
        owed.retainAll(names);
      } else if (remove(name) && wildcard) {
        // It is still seen through the wildcard; the client has to be told how it is.
        owed.add(name);
      } else {
        owed.remove(name);
      }
    }
    for (String name : subscribe) {
      if (!name.equals(WILDCARD)) {
        add(name);
        owed.add(name);
      } else if (!wildcard) {
        widen();
      }
    }
  }

  private void add(String name) {
    if (names.add(name)) {
      namesBytes += bytesOf(name);
    }
  }

  private boolean remove(String name) {
    boolean known = names.remove(name);
    if (known) {
      namesBytes -= bytesOf(name);
    }
    return known;
  }

  private static long bytesOf(Map<String, String> versions) {
    long sum = 0;
    for (Map.Entry<String, String> one : versions.entrySet()) {
      sum += bytesOf(one.getKey()) + one.getValue().length();
    }
    return sum;
  }

  private void claim(Map<String, String> versions) {
    claimed = versions;
    claimedBytes = bytesOf(versions);
  }

  @Override
  int nameCount() {
    return names.size() + owed.size() + claimed.size();
  }

  @Override
  long remembered() {
    return namesBytes + claimedBytes + (long) owed.size() * RequestReader.NAME_OVERHEAD;
  }

  // From some names to everything: of what the client holds only the names are known.
  private void widen() {
    wildcard = true;
    View before = held();
    if (before != null) {
      claim(versionsOfNames(before));
      hold(null);
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

  @Override
  void taken(View view) {
    retry.taken();
    owed.removeAll(sent.owed());
    if (wildcard && !sent.wildcard()) {
      claim(versionsOfNames(view));
      hold(null);
    } else {
      claim(Map.of());
      hold(view);
    }
  }

  @Override
  Duration retryAfter(long nowNanos) {
    return retry.refused(nowNanos);
  }

  @Override
  int weight(View view) {
    return held() == null ? wantedCount(view) : 0;
  }

  @Override
  Pending pending(View view) {
    View flying = inFlight();
    if (flying != null) {
      return sent.owed().containsAll(owed) ? Pending.of(since(flying, view)) : Pending.ADDITIONS;
    }
    if (retry.isWaiting()) {
      return Pending.NOTHING;
    }
    return owed.isEmpty() ? pendingSinceHeld(view) : Pending.ADDITIONS;
  }

  @Override
  EncodedMessage respond(View view, String nonce) {
    Difference difference = withOwed(view, difference(view));
    sent = new Wanted(wildcard, Set.copyOf(owed));
    return EncodedMessage.delta(
        view.versionInfo(), typeUrl(), nonce, difference.changed(), difference.removed());
  }

  private Difference difference(View view) {
    View before = held();
    if (before != null) {
      return since(before, view);
    }
    List<Resource> changed = new ArrayList<>();
    // What the client holds and did not ask for is no concern of this stream.
    Set<String> missing = new TreeSet<>(claimed.keySet());
    if (!wildcard) {
      missing.retainAll(names);
    }
    for (Resource resource : wanted(view)) {
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
}
