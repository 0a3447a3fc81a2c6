package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeapTrimTest {
  private static final ResourceType TYPE = new ResourceType("networking.istio.io", "ServiceEntry");

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final AtomicInteger collections = new AtomicInteger();

  private void commit(int resources, int edition) {
    store.commit(
        ChangeSet.of(
            IntStream.range(0, resources)
                .mapToObj(
                    number ->
                        Resource.encode(
                            new ResourceContent(
                                new ResourceKey(TYPE, "ns/r" + number),
                                Map.of(),
                                Map.of(),
                                Set.of(),
                                Instant.EPOCH,
                                "t/b",
                                ByteString.copyFromUtf8("" + edition))))
                .toList(),
            List.of()));
  }

  private int looksUntilQuiet(HeapTrim trim) {
    trim.look();
    int before = collections.get();
    trim.look();
    trim.look();
    return collections.get() - before;
  }

  @Test
  void look_afterALargeChange_collectsOnceItIsQuiet() {
    try (HeapTrim trim = new HeapTrim(store, collections::incrementAndGet)) {
      commit(2000, 1);
      trim.look();
      assertThat(collections).hasValue(0);
      commit(1, 2);
      trim.look();
      assertThat(collections).hasValue(0);
      trim.look();
      assertThat(collections).hasValue(1);
      trim.look();
      assertThat(collections).hasValue(1);
    }
  }

  @Test
  void look_afterSmallChanges_collectsWhenTheyAddUp() {
    try (HeapTrim trim = new HeapTrim(store, collections::incrementAndGet)) {
      commit(400, 1);
      assertThat(looksUntilQuiet(trim)).isZero();
      commit(400, 2);
      assertThat(looksUntilQuiet(trim)).isZero();
      commit(400, 3);
      assertThat(looksUntilQuiet(trim)).isEqualTo(1);
    }
  }

  @Test
  void look_afterAStartFromALargeStore_collects() {
    commit(2000, 1);
    try (HeapTrim trim = new HeapTrim(store, collections::incrementAndGet)) {
      trim.look();
      assertThat(collections).hasValue(1);
    }
  }
}
