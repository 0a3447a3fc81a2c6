package io.fairlead.configs.merge;

import io.fairlead.guard.ConnectionHealth;
import io.fairlead.guard.DeletionGuard;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardSubject;
import io.fairlead.guard.Moment;
import io.fairlead.guard.ServiceCount;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The documents of one source and what each of them contributes: what it says and is valid, of what
 * is not valid what was said before, and what its deletion guard holds. What was said before is
 * served only while no document of the source says the resource validly. Confined to the commit
 * thread.
 */
final class SourceDocuments {
  private static final ServiceCount ONE = new ServiceCount(1, 1);

  /** A resource that a document contributes. */
  private record Contribution(Resource resource, Claim.Basis basis) {}

  private final ClaimTable table;
  private SourceSettings settings;
  private final DeletionGuard<ResourceKey, HeldResource> guard;
  // By the key of the document: the resources that it contributes.
  private final Map<String, Map<ResourceKey, Contribution>> contributed = new HashMap<>();
  // Number of those.
  private int size;

  /**
   * The documents as a store has them.
   *
   * @param inherited the resources that each document contributed
   */
  SourceDocuments(
      ClaimTable table,
      SourceSettings settings,
      GuardPolicy policy,
      Map<String, List<Resource>> inherited) {
    this.table = table;
    this.settings = settings;
    this.guard =
        new DeletionGuard<>(
            policy,
            new GuardSubject(
                Configs.PREFIX + settings.name(),
                "config source " + settings.name(),
                "resource",
                ""),
            "configs-" + settings.name() + "-",
            loss -> Optional.empty());
    inherited.forEach(
        (document, resources) -> {
          Map<ResourceKey, Contribution> before = new LinkedHashMap<>();
          // A store does not say what stood in for an invalid text; the first read does.
          resources.forEach(
              resource ->
                  before.put(resource.key(), new Contribution(resource, Claim.Basis.VALID)));
          contribute(document, before);
        });
  }

  SourceSettings settings() {
    return settings;
  }

  /** The guard, for what is shown of it. */
  DeletionGuard<ResourceKey, HeldResource> guard() {
    return guard;
  }

  /**
   * Goes over to other settings: who wins may change at once, creation times do with the next read.
   */
  void use(SourceSettings next) {
    settings = next;
    new HashMap<>(contributed).forEach(this::contribute);
  }

  /** Goes over to another guard, by which what is held is judged, too. */
  void use(GuardPolicy policy, Moment now) {
    guard.use(policy, now).forEach(this::drop);
  }

  /** Takes a batch of reports. */
  void take(DocumentInbox.Batch batch, ConnectionHealth health, Moment now) {
    Map<String, Map<ResourceKey, Contribution>> next = new LinkedHashMap<>();
    batch
        .documents()
        .forEach(
            (document, content) ->
                next.put(
                    document,
                    content
                        .map(said -> kept(document, said))
                        .orElseGet(() -> new LinkedHashMap<>())));
    if (batch.whole()) {
      contributed.keySet().forEach(gone -> next.putIfAbsent(gone, new LinkedHashMap<>()));
    }
    replace(next, health, now);
  }

  /** Takes back all that the source has said, as far as the guard lets it go. */
  void withdraw(ConnectionHealth health, Moment now) {
    Map<String, Map<ResourceKey, Contribution>> next = new LinkedHashMap<>();
    contributed.keySet().forEach(document -> next.put(document, new LinkedHashMap<>()));
    replace(next, health, now);
  }

  // What is valid, and what stands in for what is not: the resource's last valid version, wherever
  // in the source it stood, and if nobody can tell what a part is about, all that the document had.
  private Map<ResourceKey, Contribution> kept(String document, DocumentContent said) {
    Map<ResourceKey, Contribution> result = new LinkedHashMap<>();
    said.valid()
        .forEach(
            resource -> result.put(resource.key(), new Contribution(resource, Claim.Basis.VALID)));
    Set<ResourceKey> broken = new LinkedHashSet<>(said.invalid());
    if (said.unclear()) {
      broken.addAll(contributed.getOrDefault(document, Map.of()).keySet());
    }
    for (ResourceKey key : broken) {
      table
          .of(key, settings.name())
          .map(claim -> new Contribution(claim.resource(), Claim.Basis.LAST_VALID))
          .ifPresent(last -> result.putIfAbsent(key, last));
    }
    return result;
  }

  private void replace(
      Map<String, Map<ResourceKey, Contribution>> next, ConnectionHealth health, Moment now) {
    List<HeldResource> back = new ArrayList<>();
    next.values()
        .forEach(
            resources ->
                resources
                    .keySet()
                    .forEach(key -> Optional.ofNullable(guard.find(key)).ifPresent(back::add)));
    guard.cameBack(back);
    for (HeldResource loss : back) {
      if (!next.containsKey(loss.document())) {
        drop(loss);
      }
    }
    Set<ResourceKey> said = new HashSet<>();
    next.values().forEach(resources -> said.addAll(resources.keySet()));
    Map<ResourceKey, HeldResource> losses = new LinkedHashMap<>();
    next.forEach(
        (document, resources) ->
            contributed
                .getOrDefault(document, Map.of())
                .forEach(
                    (key, contribution) -> {
                      if (guard.find(key) != null) {
                        resources.put(key, contribution);
                      } else if (!said.contains(key) && !isSaidElsewhere(key, next.keySet())) {
                        losses.put(key, new HeldResource(document, contribution.resource(), now));
                      }
                    }));
    judge(losses, health, now)
        .forEach(
            loss ->
                Objects.requireNonNull(next.get(loss.document()))
                    .put(loss.key(), new Contribution(loss.resource(), Claim.Basis.LAST_VALID)));
    // First what is there: a resource that moves from one document to another is never gone.
    next.forEach(this::put);
    next.forEach(this::contribute);
    said.forEach(this::refresh);
    guard.closeEmpty();
  }

  // Has what stands in for an invalid text be the version that is valid now, in case that goes.
  private void refresh(ResourceKey key) {
    List<Claim> claims =
        table.all(key).stream()
            .filter(claim -> claim.settings().name().equals(settings.name()))
            .toList();
    for (Claim claim : claims) {
      if (claim.basis() == Claim.Basis.LAST_VALID) {
        Contribution last = new Contribution(claims.get(0).resource(), Claim.Basis.LAST_VALID);
        Objects.requireNonNull(contributed.get(claim.document())).put(key, last);
        table.put(claim(claim.document(), last));
      }
    }
  }

  private List<HeldResource> judge(
      Map<ResourceKey, HeldResource> losses, ConnectionHealth health, Moment now) {
    if (guard.isOff()) {
      return List.of();
    }
    Map<ResourceKey, ServiceCount> counts = new LinkedHashMap<>();
    losses.keySet().forEach(key -> counts.put(key, ONE));
    ServiceCount of = new ServiceCount(size, size).plus(guard.lostLately(now));
    return guard.judge(counts, of, key -> Objects.requireNonNull(losses.get(key)), health, now);
  }

  // Whether a document has it that is not about to change.
  private boolean isSaidElsewhere(ResourceKey key, Set<String> changing) {
    return table.all(key).stream()
        .anyMatch(
            claim ->
                claim.settings().name().equals(settings.name())
                    && !changing.contains(claim.document()));
  }

  private void put(String document, Map<ResourceKey, Contribution> resources) {
    resources.values().forEach(each -> table.put(claim(document, each)));
  }

  private Claim claim(String document, Contribution contribution) {
    return new Claim(settings, document, contribution.resource(), contribution.basis());
  }

  private void contribute(String document, Map<ResourceKey, Contribution> resources) {
    Map<ResourceKey, Contribution> before =
        resources.isEmpty() ? contributed.remove(document) : contributed.put(document, resources);
    put(document, resources);
    size += resources.size();
    if (before != null) {
      size -= before.size();
      List<ResourceKey> lost = new ArrayList<>(before.keySet());
      lost.removeAll(resources.keySet());
      lost.forEach(key -> table.remove(key, settings.name(), document));
    }
  }

  private void drop(HeldResource loss) {
    Map<ResourceKey, Contribution> rest =
        new LinkedHashMap<>(contributed.getOrDefault(loss.document(), Map.of()));
    rest.remove(loss.key());
    contribute(loss.document(), rest);
  }

  /** Lets go what is believed now. */
  void expire(ConnectionHealth health, Moment now) {
    guard.takeConfirmed(health, now).gone().forEach(this::drop);
  }

  /** Lets go what is held under an id. */
  void approve(String id) {
    guard.approve(id).forEach(this::drop);
  }

  /** Keeps what is held under an id. */
  void reject(String id, Moment now) {
    guard.reject(id, now.nanos());
  }

  /** Time until something may be due. */
  Optional<Duration> untilNext(ConnectionHealth health, Moment now) {
    return guard.untilNext(health, now.nanos());
  }

  /** Whether it contributes nothing. */
  boolean isEmpty() {
    return size == 0;
  }
}
