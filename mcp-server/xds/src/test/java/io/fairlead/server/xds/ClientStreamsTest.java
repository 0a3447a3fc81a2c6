package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.revisions.Shard;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientStreamsTest {
  private static final int COUNT = 16;
  private static final ResourceType ENTRY = GivenResource.SERVICE_ENTRY;
  private static final ResourceType ROUTE =
      new ResourceType("networking.istio.io", "VirtualService");

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final ClientStreams streams = new ClientStreams(store.current(), () -> 100);
  private final List<Counter> shards = new ArrayList<>();
  private final Counter whole = new Counter(Shard.WHOLE);

  @BeforeEach
  void open() {
    store.addListener(streams);
    streams.add(whole);
    for (int i = 0; i < COUNT; i++) {
      Counter stream = new Counter(new Shard(i, COUNT, Set.of(ENTRY)));
      shards.add(stream);
      streams.add(stream);
    }
  }

  /** A stream that counts how often it is woken. */
  private static final class Counter extends StillStream {
    private int wakes;

    Counter(Shard shard) {
      super(shard);
    }

    @Override
    public void wake() {
      wakes++;
    }
  }

  private static Resource resource(ResourceType type, String name, int body) {
    return GivenResource.of(new ResourceKey(type, "ns/" + name), body);
  }

  private static int shardOf(ResourceType type, String name) {
    for (int i = 0; i < COUNT; i++) {
      if (new Shard(i, COUNT, Set.of(ENTRY)).contains(new ResourceKey(type, "ns/" + name))) {
        return i;
      }
    }
    throw new AssertionError("in no shard: " + name);
  }

  private List<Integer> woken() {
    List<Integer> woken = new ArrayList<>();
    for (Counter stream : shards) {
      if (stream.wakes > 0) {
        assertThat(stream.wakes).as("wakes for one commit").isEqualTo(1);
        woken.add(stream.shard().index());
      }
      stream.wakes = 0;
    }
    return woken;
  }

  @Test
  void commit_oneName_wakesItsShardAndTheWholeSourceOnly() {
    for (int i = 0; i < 50; i++) {
      store.commit(ChangeSet.of(List.of(resource(ENTRY, "r" + i, 1)), List.of()));
      assertThat(woken()).containsExactly(shardOf(ENTRY, "r" + i));
    }
    assertThat(whole.wakes).isEqualTo(50);
    store.commit(ChangeSet.of(List.of(), List.of(new ResourceKey(ENTRY, "ns/r7"))));
    assertThat(woken()).containsExactly(shardOf(ENTRY, "r7"));
  }

  @Test
  void commit_typeThatIsNotSpread_wakesTheFirstShardOnly() {
    for (int i = 0; i < 10; i++) {
      store.commit(ChangeSet.of(List.of(resource(ROUTE, "r" + i, 1)), List.of()));
      assertThat(woken()).containsExactly(0);
    }
  }

  @Test
  void commit_transactionOverSeveralShards_wakesEachOnce() {
    List<Resource> all = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      all.add(resource(ENTRY, "r" + i, 1));
    }
    store.commit(ChangeSet.of(all, List.of()));
    assertThat(woken()).hasSize(COUNT);
    assertThat(whole.wakes).isEqualTo(1);
  }

  @Test
  void remove_isNotWokenAnyMore() {
    streams.remove(whole);
    store.commit(ChangeSet.of(List.of(resource(ENTRY, "a", 1)), List.of()));
    assertThat(whole.wakes).isZero();
    assertThat(streams.all()).hasSize(COUNT);
  }

  @Test
  void add_asManyAsThereMayBe_isRefusedUntilOneGoes() {
    ClientStreams few = new ClientStreams(store.current(), () -> 1);
    Counter first = new Counter(Shard.WHOLE);
    Counter second = new Counter(Shard.WHOLE);
    assertThat(few.add(first)).isTrue();
    assertThat(few.add(second)).isFalse();
    few.remove(second);
    assertThat(few.add(second)).isFalse();
    few.remove(first);
    assertThat(few.add(second)).isTrue();
    assertThat(few.all()).containsExactly(second);
  }
}
