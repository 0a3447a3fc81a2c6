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
 * The subscription to one type on an incremental stream.
 *
 * <p>Why it costs so little: the client has what it ACKed, and that is a view of a snapshot. So all
 * that is kept is a reference to that view ({@code clientView}); what to send is the difference
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

  // The wishes of the client when the response on its way was made.
  private record SentState(boolean wildcard, Set<String> mustAnswer) {}

  private final Retry retry = new Retry();
  private boolean wildcard;
  // These two are read by those who watch, too.
  private final Set<String> names = ConcurrentHashMap.newKeySet();
  // Names that must be answered whatever the client has: it has just asked for them.
  private final Set<String> mustAnswer = new ConcurrentSkipListSet<>();

  // The versions that stand in the place of a view: before the first ACK, those the client gave.
  private Map<String, String> clientVersions;
  private long clientVersionsBytes;
  private long namesBytes;
  private SentState sent = new SentState(false, Set.of());

  private DeltaSubscription(String typeUrl, Map<String, String> clientVersions) {
    super(typeUrl);
    this.clientVersions = Map.copyOf(clientVersions);
    this.clientVersionsBytes = bytesOf(clientVersions);
  }

  /** Makes the subscription of the first request for a type. */
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
    subscription.mustAnswer.clear();
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
    return wildcard ? name -> true : name -> names.contains(name) && !mustAnswer.contains(name);
  }

  /** Takes a change of what the client wants. */
  void update(Collection<String> subscribe, Collection<String> unsubscribe) {
    for (String name : unsubscribe) {
      if (name.equals(WILDCARD)) {
        wildcard = false;
        mustAnswer.retainAll(names);
      } else if (remove(name) && wildcard) {
        // It is still seen through the wildcard; the client has to be told how it is.
        mustAnswer.add(name);
      } else {
        mustAnswer.remove(name);
      }
    }
    for (String name : subscribe) {
      if (!name.equals(WILDCARD)) {
        add(name);
        mustAnswer.add(name);
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

  private void setClientVersions(Map<String, String> versions) {
    clientVersions = versions;
    clientVersionsBytes = bytesOf(versions);
  }

  @Override
  int nameCount() {
    return names.size() + mustAnswer.size() + clientVersions.size();
  }

  @Override
  long remembered() {
    return namesBytes
        + clientVersionsBytes
        + (long) mustAnswer.size() * RequestReader.NAME_OVERHEAD;
  }

  // From some names to everything: of what the client holds only the names are known.
  private void widen() {
    wildcard = true;
    View before = clientView();
    if (before != null) {
      setClientVersions(versionsOfNames(before));
      setClientView(null);
    }
  }

  private Map<String, String> versionsOfNames(View view) {
    Map<String, String> versions = new HashMap<>();
    for (String name : names) {
      Resource resource = find(view, name);
      if (resource != null && !mustAnswer.contains(name)) {
        versions.put(name, resource.version());
      }
    }
    return versions;
  }

  @Override
  void taken(View view) {
    retry.taken();
    mustAnswer.removeAll(sent.mustAnswer());
    if (wildcard && !sent.wildcard()) {
      setClientVersions(versionsOfNames(view));
      setClientView(null);
    } else {
      setClientVersions(Map.of());
      setClientView(view);
    }
  }

  @Override
  Duration retryAfter(long nowNanos) {
    return retry.refused(nowNanos);
  }

  @Override
  int estimatedResponseSize(View view) {
    return clientView() == null ? wantedCount(view) : 0;
  }

  @Override
  PendingChange pending(View view) {
    View flying = inFlight();
    if (flying != null) {
      return sent.mustAnswer().containsAll(mustAnswer)
          ? PendingChange.of(since(flying, view))
          : PendingChange.ADDITIONS;
    }
    if (retry.isWaiting()) {
      return PendingChange.NOTHING;
    }
    return mustAnswer.isEmpty() ? pendingSinceClientView(view) : PendingChange.ADDITIONS;
  }

  @Override
  EncodedMessage respond(View view, String nonce) {
    Difference difference = withAnswers(view, difference(view));
    sent = new SentState(wildcard, Set.copyOf(mustAnswer));
    return EncodedMessage.delta(
        view.versionInfo(), typeUrl(), nonce, difference.changed(), difference.removed());
  }

  private Difference difference(View view) {
    View before = clientView();
    if (before != null) {
      return since(before, view);
    }
    List<Resource> changed = new ArrayList<>();
    // What the client holds and did not ask for is no concern of this stream.
    Set<String> missing = new TreeSet<>(clientVersions.keySet());
    if (!wildcard) {
      missing.retainAll(names);
    }
    for (Resource resource : wanted(view)) {
      String name = resource.key().name();
      missing.remove(name);
      if (!resource.version().equals(clientVersions.get(name))) {
        changed.add(resource);
      }
    }
    // A name that was asked for and is not there is said to be not there.
    names.stream().filter(name -> find(view, name) == null).forEach(missing::add);
    return new Difference(changed, List.copyOf(missing));
  }

  private Difference withAnswers(View view, Difference difference) {
    if (mustAnswer.isEmpty()) {
      return difference;
    }
    Map<String, Resource> changed = new TreeMap<>();
    difference.changed().forEach(resource -> changed.put(resource.key().name(), resource));
    Set<String> removed = new TreeSet<>(difference.removed());
    for (String name : mustAnswer) {
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
