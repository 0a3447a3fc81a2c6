package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Several change sources on one loop over random walks: they change, fail, come and go, are held by
 * transactions, and everything is restarted in between.
 */
class ChangeSourcesPropertyTest {
  private static final List<String> NAMES = List.of(CommitLoop.FIRST_SOURCE, "routes", "sidecars");

  /** A log that a later loop can start from. */
  private static final class KeptLog implements CommitLog {
    private final Map<ResourceKey, Resource> resources = new HashMap<>();
    private final Map<String, String> notes = new HashMap<>();
    private long number;

    @Override
    public String epoch() {
      return "epoch";
    }

    @Override
    public State load() {
      return new State(List.copyOf(resources.values()), Map.copyOf(notes), number);
    }

    @Override
    public void append(Commit commit) {
      commit.changes().puts().forEach(put -> resources.put(put.key(), put));
      commit.changes().removals().forEach(resources::remove);
      notes.putAll(commit.changes().notes());
      notes.keySet().removeAll(commit.changes().droppedNotes());
      number = commit.number();
    }

    @Override
    public void close() {}
  }

  /** A source that gives what differs from what it has given before. */
  private static final class Source implements ChangeSource {
    final Map<ResourceKey, Resource> wanted;
    private final Map<ResourceKey, Resource> given = new HashMap<>();
    boolean failing;
    boolean ready = true;

    Source(Map<ResourceKey, Resource> wanted, SourceState state) {
      this.wanted = wanted;
      state.resources().forEach(resource -> given.put(resource.key(), resource));
    }

    @Override
    public ChangeSet drain() {
      if (failing) {
        throw new IllegalStateException("cannot gather");
      }
      List<Resource> puts = new ArrayList<>();
      for (Resource resource : wanted.values()) {
        if (!resource.sameAs(given.put(resource.key(), resource))) {
          puts.add(resource);
        }
      }
      List<ResourceKey> removals = new ArrayList<>(given.keySet());
      removals.removeAll(wanted.keySet());
      given.keySet().retainAll(wanted.keySet());
      return new ChangeSet(puts, removals, Map.of("count", "" + wanted.size()), Set.of());
    }

    @Override
    public boolean isReady() {
      return ready;
    }
  }

  private static final class Walk {
    final Random random;
    final KeptLog log = new KeptLog();
    final Map<String, Map<ResourceKey, Resource>> wanted = new TreeMap<>();
    final Map<String, Source> present = new LinkedHashMap<>();
    ManualCommitThread thread = new ManualCommitThread();
    VersionedStore store = new VersionedStore(log, Clock.systemUTC());
    CommitLoop loop = new CommitLoop(store, Batching.DEFAULT, CommitObserver.NONE, thread);

    Walk(long seed) {
      random = new Random(seed);
      NAMES.forEach(name -> wanted.put(name, new HashMap<>()));
      configure();
    }

    private <T> T one(List<T> all) {
      return all.get(random.nextInt(all.size()));
    }

    /** Those that stay are the same objects, the others begin with what the store holds. */
    void configure() {
      List<String> next = new ArrayList<>(NAMES);
      next.removeIf(name -> random.nextInt(4) == 0);
      present.keySet().retainAll(next);
      loop.execute(
          () -> {
            for (String name : next) {
              present.computeIfAbsent(
                  name, n -> new Source(wanted.getOrDefault(n, Map.of()), loop.stateOf(n)));
            }
            // At once: a commit in between could drop what the new ones believe to have given.
            loop.configure(present);
          });
      thread.runWaiting();
    }

    void restart() {
      loop.close();
      Map<String, String> before = served();
      thread = new ManualCommitThread();
      store = new VersionedStore(log, Clock.systemUTC());
      loop = new CommitLoop(store, Batching.DEFAULT, CommitObserver.NONE, thread);
      assertThat(served()).isEqualTo(before);
      present.clear();
      configure();
    }

    void change(String name) {
      ResourceType type =
          name.equals(CommitLoop.FIRST_SOURCE) ? Resources.TYPE : new ResourceType("group", "Kind");
      ResourceKey key = new ResourceKey(type, name + "/" + random.nextInt(5));
      Map<ResourceKey, Resource> own = wanted.getOrDefault(name, new HashMap<>());
      if (random.nextInt(3) == 0) {
        loop.execute(() -> own.remove(key));
      } else {
        Resource put = Resources.of(key, "" + random.nextInt(3), Set.of());
        loop.execute(() -> own.put(key, put));
      }
    }

    void step() {
      switch (random.nextInt(9)) {
        case 0 -> configure();
        case 1 -> restart();
        case 2 -> present.values().forEach(source -> source.failing = random.nextBoolean());
        case 3 -> present.values().forEach(source -> source.ready = random.nextBoolean());
        case 4 -> loop.transactions().open(Duration.ofMillis(1 + random.nextInt(2000)));
        case 5 -> thread.advance(Duration.ofMillis(random.nextInt(3000)));
        default -> change(one(NAMES));
      }
    }

    /** When nobody fails and nothing is held, what is there is what those want that are there. */
    void checkSettled() {
      present
          .values()
          .forEach(
              source -> {
                source.failing = false;
                source.ready = true;
              });
      loop.execute(() -> {});
      thread.advance(Duration.ofMinutes(5));
      Map<String, String> expected = new TreeMap<>();
      present.values().forEach(source -> expected.putAll(versions(source.wanted.values())));
      assertThat(served()).isEqualTo(expected);
      assertThat(loop.ready()).isDone();
      Map<String, SourceState> states = new HashMap<>();
      loop.execute(() -> NAMES.forEach(name -> states.put(name, loop.stateOf(name))));
      thread.runWaiting();
      assertThat(states).containsOnlyKeys(NAMES);
      states.forEach(
          (name, state) -> {
            Source source = present.get(name);
            assertThat(versions(state.resources()))
                .isEqualTo(source == null ? Map.of() : versions(source.wanted.values()));
            assertThat(state.notes())
                .isEqualTo(source == null ? Map.of() : Map.of("count", "" + source.wanted.size()));
          });
      checkJoined(states);
    }

    // A store that is made of the parts has the same parts.
    private static void checkJoined(Map<String, SourceState> parts) {
      VersionedStore joined =
          new VersionedStore(new MemoryCommitLog(CommitLog.State.of(parts)), Clock.systemUTC());
      CommitLoop other =
          new CommitLoop(joined, Batching.DEFAULT, CommitObserver.NONE, new ManualCommitThread());
      parts.forEach(
          (name, part) -> {
            assertThat(versions(other.stateOf(name).resources()))
                .isEqualTo(versions(part.resources()));
            assertThat(other.stateOf(name).notes()).isEqualTo(part.notes());
          });
      other.close();
    }

    private static Map<String, String> versions(Iterable<Resource> resources) {
      Map<String, String> versions = new TreeMap<>();
      resources.forEach(each -> versions.put(each.key().toString(), each.version()));
      return versions;
    }

    private Map<String, String> served() {
      Map<String, String> served = new TreeMap<>();
      for (ResourceType type : store.current().types()) {
        served.putAll(versions(store.current().resources(type)));
      }
      return served;
    }
  }

  @Property(tries = 100)
  void randomWalks_endWithWhatThoseWantThatAreThere(@ForAll long seed) {
    Walk walk = new Walk(seed);
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 30; i++) {
        walk.step();
      }
      walk.checkSettled();
    }
    walk.loop.close();
  }
}
