package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The store against a plain map, over random walks of changes. */
class SnapshotPropertyTest {
  private static final List<ResourceType> TYPES =
      List.of(Resources.TYPE, new ResourceType("networking.istio.io", "Sidecar"));

  /** A model of the content that a snapshot must have. */
  private static final class Model {
    final TreeMap<ResourceKey, Resource> resources = new TreeMap<>();
    final Map<String, String> notes = new HashMap<>();

    Model copy() {
      Model copy = new Model();
      copy.resources.putAll(resources);
      copy.notes.putAll(notes);
      return copy;
    }

    boolean apply(ChangeSet changes) {
      Map<ResourceKey, String> before = shown();
      Map<String, String> notesBefore = Map.copyOf(notes);
      changes.puts().forEach(put -> resources.put(put.key(), put));
      changes.removals().forEach(resources::remove);
      notes.putAll(changes.notes());
      notes.keySet().removeAll(changes.droppedNotes());
      return !before.equals(shown()) || !notesBefore.equals(notes);
    }

    Map<ResourceKey, String> shown() {
      Map<ResourceKey, String> shown = new TreeMap<>();
      resources.forEach((key, put) -> shown.put(key, put.version() + put.revisions()));
      return shown;
    }
  }

  private record Past(Snapshot snapshot, Model model) {}

  private static ChangeSet randomChanges(Random random) {
    Map<ResourceKey, Resource> puts = new TreeMap<>();
    Set<ResourceKey> removals = new TreeSet<>();
    int count = random.nextInt(8);
    for (int i = 0; i < count; i++) {
      ResourceType type = TYPES.get(random.nextInt(TYPES.size()));
      ResourceKey key = new ResourceKey(type, "ns/r" + random.nextInt(40));
      if (random.nextInt(3) == 0) {
        puts.remove(key);
        removals.add(key);
      } else {
        removals.remove(key);
        Set<String> revisions = random.nextInt(4) == 0 ? Set.of("canary") : Set.of();
        puts.put(key, Resources.of(key, "body " + random.nextInt(3), revisions));
      }
    }
    Map<String, String> notes = new HashMap<>();
    Set<String> dropped = new TreeSet<>();
    if (random.nextInt(3) == 0) {
      notes.put("note" + random.nextInt(3), "" + random.nextInt(2));
    } else if (random.nextInt(3) == 0) {
      dropped.add("note" + random.nextInt(3));
    }
    return new ChangeSet(List.copyOf(puts.values()), List.copyOf(removals), notes, dropped);
  }

  private static void assertShows(Snapshot snapshot, Model model) {
    for (ResourceType type : TYPES) {
      Map<ResourceKey, String> shown = new TreeMap<>();
      for (Resource resource : snapshot.resources(type)) {
        shown.put(resource.key(), resource.version() + resource.revisions());
        assertThat(snapshot.find(resource.key())).isSameAs(resource);
      }
      Map<ResourceKey, String> expected = new TreeMap<>(model.shown());
      expected.keySet().removeIf(key -> !key.type().equals(type));
      assertThat(shown).isEqualTo(expected);
      assertThat(snapshot.size(type)).isEqualTo(expected.size());
      assertThat(snapshot.resources(type)).hasSize(expected.size());
      for (int i = 0; i < 40; i++) {
        ResourceKey key = new ResourceKey(type, "ns/r" + i);
        assertThat(snapshot.find(key) != null).isEqualTo(expected.containsKey(key));
      }
    }
  }

  private static void assertDifferenceIsFound(Past older, Past newer, Random random) {
    for (ResourceType type : TYPES) {
      int from = random.nextInt(Snapshot.PARTS);
      int to = from + random.nextInt(Snapshot.PARTS - from + 1);
      if (random.nextBoolean()) {
        from = 0;
        to = Snapshot.PARTS;
      }
      int first = from;
      int end = to;
      Map<ResourceKey, String> seenOlder = new TreeMap<>();
      Map<ResourceKey, String> seenNewer = new TreeMap<>();
      newer
          .snapshot()
          .forEachDifference(
              older.snapshot(),
              type,
              first,
              end,
              (before, after) -> {
                before.forEach(r -> seenOlder.put(r.key(), r.version() + r.revisions()));
                after.forEach(r -> seenNewer.put(r.key(), r.version() + r.revisions()));
              });
      Map<ResourceKey, String> was = older.model().shown();
      Map<ResourceKey, String> is = newer.model().shown();
      Set<ResourceKey> all = new TreeSet<>(was.keySet());
      all.addAll(is.keySet());
      for (ResourceKey key : all) {
        int part = Snapshot.partOf(key.name());
        boolean inRange = key.type().equals(type) && part >= first && part < end;
        String before = was.getOrDefault(key, "");
        String after = is.getOrDefault(key, "");
        if (inRange && !before.equals(after)) {
          assertThat(seenOlder.getOrDefault(key, "")).isEqualTo(before);
          assertThat(seenNewer.getOrDefault(key, "")).isEqualTo(after);
        }
        if (!inRange) {
          assertThat(seenOlder).doesNotContainKey(key);
          assertThat(seenNewer).doesNotContainKey(key);
        }
      }
      assertThat(was).containsAllEntriesOf(seenOlder);
      assertThat(is).containsAllEntriesOf(seenNewer);
    }
  }

  /** A clock that also jumps backwards. */
  private static final class JumpingClock extends Clock {
    private final Random random;
    private long millis = 1_000_000;

    JumpingClock(Random random) {
      this.random = random;
    }

    @Override
    public java.time.ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis);
    }

    void jump() {
      millis += random.nextInt(2000) - 700;
    }
  }

  @Property(tries = 150)
  void walk_theStoreShowsWhatAMapWould(@ForAll long seed) {
    Random random = new Random(seed);
    JumpingClock clock = new JumpingClock(random);
    FaultyCommitLog log = new FaultyCommitLog();
    VersionedStore store = new VersionedStore(log, clock);
    List<Snapshot> told = new ArrayList<>();
    store.addListener(told::add);
    Model model = new Model();
    List<Past> past = new ArrayList<>();
    past.add(new Past(store.current(), model.copy()));
    for (int step = 0; step < 30; step++) {
      clock.jump();
      ChangeSet changes = randomChanges(random);
      Snapshot before = store.current();
      int appended = log.appended.size();
      int toldBefore = told.size();
      boolean changed = model.apply(changes);
      store.commit(changes);
      Snapshot after = store.current();
      if (changed) {
        assertThat(after.number()).isGreaterThan(before.number());
        assertThat(after.number()).isGreaterThanOrEqualTo(clock.millis());
        assertThat(after.number()).isEqualTo(Math.max(before.number() + 1, clock.millis()));
        assertThat(log.appended).hasSize(appended + 1);
        assertThat(told).hasSize(toldBefore + 1);
        assertThat(told.get(toldBefore)).isSameAs(after);
      } else {
        assertThat(after).isSameAs(before);
        assertThat(log.appended).hasSize(appended);
        assertThat(told).hasSize(toldBefore);
      }
      assertThat(store.notes()).isEqualTo(model.notes);
      past.add(new Past(after, model.copy()));
    }
    for (Past one : past) {
      List<Resource> all = new ArrayList<>(one.model().resources.values());
      java.util.Collections.shuffle(all, random);
      Snapshot atOnce = Snapshot.of(store.current().epoch(), one.snapshot().number(), all);
      assertShows(atOnce, one.model());
      assertThat(atOnce.resources(Resources.TYPE))
          .usingElementComparator((left, right) -> left.sameAs(right) ? 0 : 1)
          .containsExactlyElementsOf(one.snapshot().resources(Resources.TYPE));
      assertShows(one.snapshot(), one.model());
      assertThat(one.snapshot().epoch()).isEqualTo(store.current().epoch());
    }
    for (int i = 0; i < 20; i++) {
      Past older = past.get(random.nextInt(past.size()));
      Past newer = past.get(random.nextInt(past.size()));
      assertDifferenceIsFound(older, newer, random);
    }
  }

  @Property(tries = 200)
  void then_isOneChangeAfterTheOther(@ForAll long seed) {
    Random random = new Random(seed);
    Model one = new Model();
    Model other = new Model();
    ChangeSet start = randomChanges(random);
    one.apply(start);
    other.apply(start);
    ChangeSet first = randomChanges(random);
    ChangeSet second = randomChanges(random);
    ChangeSet third = randomChanges(random);
    one.apply(first);
    one.apply(second);
    one.apply(third);
    ChangeSet merged = first.then(second).then(third);
    other.apply(merged);
    assertThat(other.shown()).isEqualTo(one.shown());
    assertThat(other.notes).isEqualTo(one.notes);
    Set<ResourceKey> keys = new TreeSet<>(merged.removals());
    merged.puts().forEach(put -> keys.add(put.key()));
    assertThat(keys).hasSize(merged.puts().size() + merged.removals().size());
  }
}
