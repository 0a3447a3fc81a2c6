package io.fairlead.bench.jmh;

import io.fairlead.bench.source.Entries;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Benchmarks of the cost of one changed endpoint, of a service with ten, in each stage. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PartsBenchmark {
  private static final int INSTANCES = 10;

  /** Resources in the store. */
  @Param({"1000", "10000", "100000"})
  public int services;

  private ConvertedEntry entry = Entries.entry(1, INSTANCES, 0);
  private Resource[] editions = new Resource[0];
  private VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private Snapshot before = store.current();
  private int next;

  /** Fills the store. */
  @Setup
  public void fill() {
    entry = Entries.entry(1, INSTANCES, 0);
    editions =
        new Resource[] {
          Entries.resource(1, INSTANCES, 1), Entries.resource(1, INSTANCES, 2),
        };
    store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
    before =
        store
            .commit(ChangeSet.of(Entries.range(0, services, INSTANCES, 0), List.of()))
            .orElseThrow();
    store.commit(ChangeSet.of(List.of(editions[0]), List.of()));
    next = 1;
  }

  /** From a registry's service to a ServiceEntry. */
  @Benchmark
  public ConvertedEntry convert() {
    return Entries.entry(1, INSTANCES, 1);
  }

  /** From a ServiceEntry to the bytes that are served, with their version. */
  @Benchmark
  public Resource encode() {
    return Entries.encode(entry);
  }

  /** Returns a commit without a disk: compare, number, publish. */
  @Benchmark
  public Optional<Snapshot> commitInMemory() {
    next = 1 - next;
    return store.commit(ChangeSet.of(List.of(editions[1 - next]), List.of()));
  }

  /** Returns what changed between two snapshots. */
  @Benchmark
  public int difference() {
    int[] parts = {0};
    store
        .current()
        .forEachDifference(
            before, editions[0].key().type(), 0, Snapshot.PARTS, (older, newer) -> parts[0]++);
    return parts[0];
  }
}
