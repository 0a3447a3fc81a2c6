package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryTrimTest {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;
  private static final long MEGABYTE = 1 << 20;
  private static final long LIVE = 100 * MEGABYTE;

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final AtomicLong heap = new AtomicLong(30 * MEGABYTE);
  private final AtomicInteger collections = new AtomicInteger();
  private final AtomicInteger nativeTrims = new AtomicInteger();

  private void commit(int resources, int edition) {
    store.commit(
        ChangeSet.of(
            IntStream.range(0, resources)
                .mapToObj(
                    number -> GivenResource.of(new ResourceKey(TYPE, "ns/r" + number), edition))
                .toList(),
            List.of()));
  }

  // A collection leaves what is live.
  private MemoryTrim trim() {
    return new MemoryTrim(
        store,
        heap::get,
        () -> {
          collections.incrementAndGet();
          heap.set(LIVE);
        },
        nativeTrims::incrementAndGet);
  }

  /** A gateway at rest. */
  private MemoryTrim atRest() {
    MemoryTrim trim = trim();
    heap.set(LIVE);
    trim.look();
    trim.look();
    collections.set(0);
    nativeTrims.set(0);
    return trim;
  }

  @Test
  void look_afterTheStart_collectsOnceTheHeapHasStoppedToGrow() {
    try (MemoryTrim trim = trim()) {
      trim.look();
      heap.set(500 * MEGABYTE);
      trim.look();
      assertThat(collections).hasValue(0);
      assertThat(nativeTrims).hasValue(0);

      trim.look();
      assertThat(collections).hasValue(1);
      trim.look();
      assertThat(collections).hasValue(1);
      assertThat(nativeTrims).hasValue(2);
    }
  }

  @Test
  void look_whileMuchChanges_doesNothing() {
    try (MemoryTrim trim = atRest()) {
      heap.set(500 * MEGABYTE);
      for (int look = 0; look < 5; look++) {
        commit(2000, 1 + look);
        trim.look();
      }
      assertThat(collections).hasValue(0);
      assertThat(nativeTrims).hasValue(0);

      trim.look();
      assertThat(collections).hasValue(1);
    }
  }

  @Test
  void look_whileLittleChangesAllTheTime_collectsOnceForWhatHasGrown() {
    try (MemoryTrim trim = atRest()) {
      heap.set(500 * MEGABYTE);
      for (int look = 0; look < 100; look++) {
        commit(100, 1 + look);
        trim.look();
      }
      assertThat(collections).hasValue(1);
      assertThat(nativeTrims).hasValue(99);
    }
  }

  @Test
  void look_clientsSyncedAndNothingChanged_collects() {
    try (MemoryTrim trim = atRest()) {
      heap.set(200 * MEGABYTE);
      trim.look();
      heap.set(300 * MEGABYTE);
      trim.look();
      assertThat(collections).hasValue(0);

      trim.look();
      assertThat(collections).hasValue(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"124, 0", "125, 1"})
  void look_grownByLessThanAQuarter_isNotWorthAPause(long megabytes, int expected) {
    try (MemoryTrim trim = atRest()) {
      heap.set(megabytes * MEGABYTE);
      trim.look();
      trim.look();
      assertThat(collections).hasValue(expected);
    }
  }

  @Test
  void look_collectorShrankTheHeapByItself_comparesWithThat() {
    try (MemoryTrim trim = atRest()) {
      heap.set(40 * MEGABYTE);
      trim.look();
      heap.set(55 * MEGABYTE);
      trim.look();
      trim.look();
      assertThat(collections).hasValue(0);
      heap.set(56 * MEGABYTE);
      trim.look();
      trim.look();
      assertThat(collections).hasValue(1);
    }
  }

  @Test
  void look_nothingComesFree_isNotTriedAgain() {
    try (MemoryTrim trim =
        new MemoryTrim(store, heap::get, collections::incrementAndGet, () -> {})) {
      for (int look = 0; look < 10; look++) {
        trim.look();
      }
      assertThat(collections).hasValue(1);
    }
  }

  @Test
  void trimOfTheNativeHeap_isDoneWhereTheVirtualMachineCan() throws JMException {
    boolean can =
        Arrays.stream(
                ManagementFactory.getPlatformMBeanServer()
                    .getMBeanInfo(new ObjectName("com.sun.management:type=DiagnosticCommand"))
                    .getOperations())
            .anyMatch(operation -> operation.getName().equals("systemTrimNativeHeap"));
    assertThat(NativeHeap.trim()).isEqualTo(can);
  }
}
