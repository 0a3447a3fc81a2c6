package io.fairlead.revisions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ViewTest {
  private static final ResourceType SPREAD = new ResourceType("g", "Spread");
  private static final ResourceType OTHER = new ResourceType("g", "Other");
  private static final List<String> REVISIONS = List.of("", "canary", "stable");

  private VersionedStore store = emptyStore();

  private static VersionedStore emptyStore() {
    return new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  }

  private static Resource resource(ResourceType type, String name, Set<String> seenBy, int body) {
    return Resource.encode(
        new ResourceContent(
            new ResourceKey(type, "ns/" + name),
            Map.of(),
            Map.of(),
            seenBy,
            Instant.EPOCH,
            "t/b",
            ByteString.copyFromUtf8("body" + body)));
  }

  private View view(String revision, Shard shard) {
    return new View(store.current(), new Audience(revision, shard));
  }

  @Test
  void resources_revisionChanged_disappearsForTheOneAndAppearsForTheOther() {
    store.commit(ChangeSet.of(List.of(resource(OTHER, "a", Set.of("canary"), 1)), List.of()));
    View canary = view("canary", Shard.WHOLE);
    View stable = view("stable", Shard.WHOLE);
    assertThat(canary.resources(OTHER)).hasSize(1);
    assertThat(stable.resources(OTHER)).isEmpty();

    store.commit(ChangeSet.of(List.of(resource(OTHER, "a", Set.of("stable"), 1)), List.of()));

    assertThat(view("canary", Shard.WHOLE).resources(OTHER)).isEmpty();
    assertThat(view("canary", Shard.WHOLE).since(canary, OTHER).removed()).containsExactly("ns/a");
    assertThat(view("stable", Shard.WHOLE).since(stable, OTHER).changed()).hasSize(1);
    assertThat(view("", Shard.WHOLE).resources(OTHER)).hasSize(1);
  }

  @Test
  void since_changeOfAnotherRevision_isEmpty() {
    store.commit(ChangeSet.of(List.of(resource(OTHER, "a", Set.of("canary"), 1)), List.of()));
    View stable = view("stable", Shard.WHOLE);
    store.commit(ChangeSet.of(List.of(resource(OTHER, "a", Set.of("canary"), 2)), List.of()));
    assertThat(view("stable", Shard.WHOLE).since(stable, OTHER).isEmpty()).isTrue();
  }

  @Test
  void resources_typeThatIsNotSpread_isOnTheFirstShardOnly() {
    store.commit(ChangeSet.of(List.of(resource(OTHER, "a", Set.of(), 1)), List.of()));
    assertThat(view("", new Shard(0, 4, Set.of(SPREAD))).resources(OTHER)).hasSize(1);
    assertThat(view("", new Shard(1, 4, Set.of(SPREAD))).resources(OTHER)).isEmpty();
  }

  @Test
  void since_viewOfAnotherAudience_isRefused() {
    View canary = view("canary", Shard.WHOLE);
    assertThatThrownBy(() -> view("stable", Shard.WHOLE).since(canary, OTHER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("canary");
  }

  @Property(tries = 60)
  void shards_together_holdEachResourceOnce(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4096) int count) {
    store = emptyStore();
    Random random = new Random(seed);
    List<Resource> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(resource(SPREAD, "r" + random.nextInt(1_000_000) + "-" + i, Set.of(), i));
    }
    store.commit(ChangeSet.of(all, List.of()));
    List<Resource> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Shard shard = new Shard(i, count, Set.of(SPREAD));
      List<Resource> seen = view("", shard).resources(SPREAD);
      assertThat(seen).allMatch(resource -> shard.contains(resource.key()));
      found.addAll(seen);
    }
    assertThat(found)
        .containsExactlyInAnyOrderElementsOf(store.current().resources(SPREAD))
        .hasSameSizeAs(all);
  }

  /** A client that applies each difference ends with what a full read gives. */
  @Property(tries = 200)
  void since_randomWalk_leadsFromOneViewToTheNext(@ForAll long seed) {
    store = emptyStore();
    Random random = new Random(seed);
    Shard shard = new Shard(random.nextInt(3), 3, Set.of(SPREAD));
    Map<String, View> seen = new HashMap<>();
    Map<String, Map<String, String>> held = new HashMap<>();
    for (int step = 0; step < 30; step++) {
      store.commit(randomChanges(random));
      String revision = REVISIONS.get(random.nextInt(REVISIONS.size()));
      View now = view(revision, shard);
      Map<String, String> client = held.computeIfAbsent(revision, r -> new HashMap<>());
      View before = seen.put(revision, now);
      if (before == null) {
        now.resources(SPREAD).forEach(r -> client.put(r.key().name(), r.version()));
      } else {
        Difference difference = now.since(before, SPREAD);
        assertOfNames(now, before, difference, Set.of("ns/r1", "ns/r2", "ns/r3", "not-there"));
        for (String name : difference.removed()) {
          assertThat(client.remove(name)).as("removed: %s", name).isNotNull();
        }
        for (Resource changed : difference.changed()) {
          assertThat(client.put(changed.key().name(), changed.version()))
              .as("changed: %s", changed)
              .isNotEqualTo(changed.version());
        }
      }
      Map<String, String> expected = new HashMap<>();
      now.resources(SPREAD).forEach(r -> expected.put(r.key().name(), r.version()));
      assertThat(client).isEqualTo(expected);
    }
  }

  private static void assertOfNames(
      View now, View before, Difference difference, Set<String> names) {
    Difference some = now.since(before, SPREAD, names);
    assertThat(some.changed())
        .containsExactlyInAnyOrderElementsOf(
            difference.changed().stream().filter(r -> names.contains(r.key().name())).toList());
    assertThat(some.removed())
        .containsExactlyInAnyOrderElementsOf(
            difference.removed().stream().filter(names::contains).toList());
  }

  @Test
  void estimateSince_isAboutTheNumberOfChanges() {
    List<Resource> all = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      all.add(resource(SPREAD, "r" + i, Set.of(), 1));
    }
    store.commit(ChangeSet.of(all, List.of()));
    View before = view("", Shard.WHOLE);
    assertThat(before.estimateSince(before, SPREAD)).isZero();
    for (int changes : new int[] {1, 100, 2000, 8000}) {
      List<Resource> some = new ArrayList<>();
      for (int i = 0; i < changes; i++) {
        some.add(resource(SPREAD, "r" + i, Set.of(), 1 + changes));
      }
      before = view("", Shard.WHOLE);
      store.commit(ChangeSet.of(some, List.of()));
      assertThat(view("", Shard.WHOLE).estimateSince(before, SPREAD))
          .isBetween(changes * 9 / 10, changes * 11 / 10 + 1);
    }
    before = view("", Shard.WHOLE);
    store.commit(ChangeSet.of(List.of(), all.stream().map(Resource::key).toList()));
    // What is removed is looked at, too.
    assertThat(view("", Shard.WHOLE).estimateSince(before, SPREAD)).isGreaterThan(15_000);
  }

  private ChangeSet randomChanges(Random random) {
    List<Resource> puts = new ArrayList<>();
    List<ResourceKey> removals = new ArrayList<>();
    Set<Integer> touched = new HashSet<>();
    for (int i = 0; i < 1 + random.nextInt(10); i++) {
      int name = random.nextInt(40);
      if (!touched.add(name)) {
        continue;
      }
      if (random.nextInt(3) == 0) {
        removals.add(new ResourceKey(SPREAD, "ns/r" + name));
      } else {
        Set<String> seenBy = new HashSet<>(REVISIONS.subList(1, 1 + random.nextInt(3)));
        puts.add(resource(SPREAD, "r" + name, seenBy, random.nextInt(3)));
      }
    }
    return ChangeSet.of(puts, removals);
  }
}
