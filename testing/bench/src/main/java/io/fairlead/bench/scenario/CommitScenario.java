package io.fairlead.bench.scenario;

import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Sample;
import io.fairlead.bench.source.Entries;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.SqliteCommitLog;
import io.fairlead.versioning.VersionedStore;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A scenario that measures the time of a commit (compare, write, publish) by the number of changes
 * in it, over the store on a real disk, within this JVM; and the share of the write in it.
 */
final class CommitScenario implements Scenario {
  private static final int INSTANCES = 10;

  @Override
  public String name() {
    return "commit";
  }

  @Override
  public void run(Bench bench) throws IOException {
    for (int services :
        bench.effort() == Bench.Effort.QUICK ? new int[] {500} : new int[] {10_000, 50_000}) {
      run(bench, services);
    }
  }

  private void run(Bench bench, int services) throws IOException {
    SqliteCommitLog file =
        SqliteCommitLog.open(
            bench.fresh("commit").resolve("fairlead.db"), SqliteCommitLog.Options.DEFAULT);
    try (TimedLog log = new TimedLog(file)) {
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      long begin = System.nanoTime();
      store.commit(ChangeSet.of(Entries.range(0, services, INSTANCES, 0), List.of()));
      bench.add(
          Figure.of(
              name(),
              "first commit of everything, encoding included",
              Bench.size(services, INSTANCES),
              "ms",
              Sample.of((System.nanoTime() - begin) / 1e6)));
      int edition = 1;
      // Warms up, so that the measurement does not include code that is not compiled yet.
      commits(store, log, services, 1, bench.pick(300, 5), edition++);
      for (int changes : new int[] {1, 100, 10_000}) {
        int most = Math.min(changes, services);
        int samples =
            changes == 1
                ? bench.pick(1000, 10)
                : changes == 100 ? bench.pick(300, 5) : bench.pick(20, 2);
        List<double[]> took = commits(store, log, services, most, samples, edition);
        edition += 200;
        report(bench, services, most, took);
      }
    }
  }

  private void report(Bench bench, int services, int changes, List<double[]> took) {
    String size = Bench.size(services, INSTANCES);
    String with = String.format(Locale.ROOT, "commit of %,d changes", changes);
    Sample whole = Sample.of(took.stream().map(it -> it[0]).toList());
    bench.add(Figure.of(name(), with + ", p50", size, "ms", whole));
    bench.add(
        Figure.of(name(), with + ", p99", size, "ms", Sample.of(whole.percentile(99)))
            .noted("of " + whole.size() + " commits"));
    bench.add(
        Figure.of(
            name(),
            with + ", share of the write",
            size,
            "",
            Sample.of(took.stream().map(it -> it[1] / it[0]).toList())));
  }

  /** Milliseconds of each commit, and of its write. */
  private static List<double[]> commits(
      VersionedStore store, TimedLog log, int services, int changes, int samples, int edition) {
    List<double[]> took = new ArrayList<>();
    int next = 0;
    for (int sample = 0; sample < samples; sample++) {
      if (next + changes > services) {
        next = 0;
        edition++;
      }
      List<Resource> puts = Entries.range(next, next + changes, INSTANCES, edition);
      next += changes;
      ChangeSet set = ChangeSet.of(puts, List.of());
      long begin = System.nanoTime();
      boolean committed = store.commit(set).isPresent();
      long end = System.nanoTime();
      if (!committed) {
        throw new IllegalStateException("edition " + edition + ": no commit (expected: changes)");
      }
      took.add(new double[] {(end - begin) / 1e6, log.lastAppend() / 1e6});
    }
    return took;
  }
}
