package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.fairlead.server.xds.GivenResource;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryTrimTest {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final AtomicInteger collections = new AtomicInteger();
  private final List<Boolean> growth = new ArrayList<>();
  private boolean allRead = true;
  private long committed;

  private void commit(int resources, int edition) {
    store.commit(
        ChangeSet.of(
            IntStream.range(0, resources)
                .mapToObj(
                    number -> GivenResource.of(new ResourceKey(TYPE, "ns/r" + number), edition))
                .toList(),
            List.of()));
  }

  private MemoryTrim trim() {
    return new MemoryTrim(
        store,
        () -> allRead,
        new MemoryTrim.Heap() {
          @Override
          public void collect() {
            collections.incrementAndGet();
            committed = 100 << 20;
          }

          @Override
          public void growFreely(boolean freely) {
            growth.add(freely);
          }

          @Override
          public long used() {
            return 90 << 20;
          }

          @Override
          public long committed() {
            return committed;
          }
        });
  }

  private int looksUntilQuiet(MemoryTrim trim) {
    trim.look();
    int before = collections.get();
    trim.look();
    trim.look();
    return collections.get() - before;
  }

  @Test
  void look_afterTheFirstChange_collectsHoweverSmallItIs() {
    try (MemoryTrim trim = trim()) {
      trim.look();
      assertThat(collections).as("before there is anything").hasValue(0);
      commit(1, 1);
      trim.look();
      assertThat(collections).hasValue(1);
      commit(1, 2);
      trim.look();
      assertThat(collections).hasValue(1);
    }
  }

  @Test
  void look_afterALargeChange_collectsOnceItIsQuiet() {
    try (MemoryTrim trim = trim()) {
      commit(2000, 1);
      trim.look();
      assertThat(collections).hasValue(0);
      commit(600, 2);
      trim.look();
      assertThat(collections).hasValue(0);
      trim.look();
      assertThat(collections).hasValue(1);
      trim.look();
      assertThat(collections).hasValue(1);
    }
  }

  @Test
  void look_afterSeveralLoudTimes_collectsWhenTheyAddUp() {
    commit(1, 0);
    try (MemoryTrim trim = trim()) {
      trim.look();
      commit(600, 1);
      assertThat(looksUntilQuiet(trim)).isZero();
      commit(600, 2);
      assertThat(looksUntilQuiet(trim)).isEqualTo(1);
    }
  }

  @Test
  void look_afterAStartFromALargeStore_collects() {
    commit(2000, 1);
    try (MemoryTrim trim = trim()) {
      trim.look();
      assertThat(collections).hasValue(1);
    }
  }

  @Test
  void look_whileLittleChangesAllTheTime_collectsOnceAfterALargeChangeAndNeverForTheRest() {
    try (MemoryTrim trim = trim()) {
      commit(2000, 1);
      trim.look();
      for (int look = 0; look < 100; look++) {
        commit(100, 2 + look);
        trim.look();
      }
      assertThat(collections).hasValue(1);
    }
  }

  @Test
  void look_whileMuchChanges_doesNothing() {
    try (MemoryTrim trim = trim()) {
      for (int look = 0; look < 5; look++) {
        commit(2000, 1 + look);
        trim.look();
      }
      assertThat(collections).hasValue(0);
    }
  }

  @Test
  void look_heapGrowsFreelyWhileARegistryIsReadAndLittleAfterwards() {
    try (MemoryTrim trim = trim()) {
      trim.look();
      commit(2000, 1);
      trim.look();
      assertThat(growth).as("as it did from the start").isEmpty();
      trim.look();
      trim.look();
      assertThat(growth).containsExactly(false);
      commit(600, 2);
      trim.look();
      assertThat(growth).as("for what changes from day to day").containsExactly(false);
      commit(2000, 3);
      trim.look();
      commit(2000, 4);
      trim.look();
      assertThat(growth).containsExactly(false, true);
      trim.look();
      assertThat(growth).containsExactly(false, true, false);
    }
  }

  @Test
  void look_whileARegistryWasNeverRead_waitsAMinuteAtMost() {
    commit(2000, 1);
    allRead = false;
    try (MemoryTrim trim = trim()) {
      for (int look = 0; look < 15; look++) {
        trim.look();
      }
      assertThat(growth).as("before what it reads needs the room").isEmpty();
      trim.look();
      assertThat(growth).containsExactly(false);
      assertThat(collections).hasValue(1);
    }
  }

  @Test
  void look_registryAddedLater_heapGrowsFreelyUntilItWasRead() {
    commit(2000, 1);
    try (MemoryTrim trim = trim()) {
      trim.look();
      allRead = false;
      trim.look();
      assertThat(growth).containsExactly(false, true);
      allRead = true;
      trim.look();
      assertThat(collections).as("nothing came of it").hasValue(1);
      commit(1, 2);
      trim.look();
      assertThat(growth).containsExactly(false, true, false);
      assertThat(collections).hasValue(2);
    }
  }

  private static String option(String name) {
    return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .getVMOption(name)
        .getValue();
  }

  @Test
  void heapOfThisJvm_growsLittleAfterACollectionAndFreelyAgain() {
    String least = option("MinHeapFreeRatio");
    String most = option("MaxHeapFreeRatio");
    commit(2000, 1);
    try (MemoryTrim trim = new MemoryTrim(store, () -> true, new MemoryTrim.ShrinkingHeap())) {
      trim.look();
      assertThat(option("MinHeapFreeRatio")).isEqualTo("10").isNotEqualTo(least);
      assertThat(option("MaxHeapFreeRatio")).isEqualTo("15").isNotEqualTo(most);
      commit(2000, 2);
      trim.look();
      assertThat(option("MinHeapFreeRatio")).isEqualTo(least);
      assertThat(option("MaxHeapFreeRatio")).isEqualTo(most);
    }
  }

  @Test
  void heapOfThisJvm_whoseRoomIsNamed_isLeftAlone() {
    String least = option("MinHeapFreeRatio");
    commit(2000, 1);
    try (MemoryTrim trim = new MemoryTrim(store, () -> true, new MemoryTrim.RuntimeHeap())) {
      trim.look();
      assertThat(option("MinHeapFreeRatio")).isEqualTo(least);
    }
  }

  @Test
  void look_heapGrownWithoutAChange_collectsAfterAMinuteAndThenLessOften() {
    commit(2000, 1);
    try (MemoryTrim trim = trim()) {
      trim.look();
      assertThat(collections).hasValue(1);
      committed = 437L << 20;
      for (int look = 0; look < 14; look++) {
        trim.look();
      }
      assertThat(collections).as("sooner than after a minute").hasValue(1);
      trim.look();
      assertThat(collections).hasValue(2);
      committed = 437L << 20;
      for (int look = 0; look < 29; look++) {
        trim.look();
      }
      assertThat(collections).as("sooner than after two minutes").hasValue(2);
      trim.look();
      assertThat(collections).hasValue(3);
      committed = 435L << 20;
      for (int look = 0; look < 100; look++) {
        trim.look();
      }
      assertThat(collections).as("for less than is worth it").hasValue(3);
    }
  }
}
