package io.fairlead.configs.merge;

import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.references.Unseen;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.CommitSummary;
import io.fairlead.versioning.ManualCommitThread;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.SqliteCommitLog;
import io.fairlead.versioning.VersionedStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A commit loop with config sources, on a store in a file. */
final class World implements CommitObserver, AutoCloseable {
  static final GuardPolicy GUARD = new GuardPolicy(0.5, 5, Duration.ofMinutes(5));

  final ManualCommitThread thread = new ManualCommitThread();
  final VersionedStore store;
  final CommitLoop loop;
  final Configs configs;
  private final SqliteCommitLog log;
  int commits;

  World(Path folder, GuardPolicy guard) throws IOException {
    this(folder, guard, Given.READER);
  }

  World(Path folder, GuardPolicy guard, ContentReader reader) throws IOException {
    log = SqliteCommitLog.open(folder.resolve("test.db"), SqliteCommitLog.Options.DEFAULT);
    store = new VersionedStore(log, Clock.systemUTC());
    loop = new CommitLoop(store, Batching.DEFAULT, this, thread);
    configs = new Configs(loop, guard, reader, Clock.systemUTC());
    loop.configure(Map.of(Configs.SOURCE, configs.source()));
  }

  /** Registers sources of the given names; the first one has the highest priority. */
  List<ConfigSink> start(String... names) {
    List<SourceSettings> settings =
        Stream.of(names).map(name -> settings(name, names.length - indexOf(name, names))).toList();
    Map<String, ConfigSink> sinks = configs.reload(List.of(), List.of(), settings);
    settle();
    return Stream.of(names).map(name -> Objects.requireNonNull(sinks.get(name))).toList();
  }

  static SourceSettings settings(String name, int priority) {
    return new SourceSettings(name, priority, "mesh", Unseen.WARN);
  }

  private static int indexOf(String name, String... names) {
    return List.of(names).indexOf(name);
  }

  void settle() {
    thread.advance(Duration.ofSeconds(5));
  }

  /** What is served, by name: the body of each. */
  Map<String, String> served() {
    Map<String, String> bodies = new TreeMap<>();
    for (Resource resource : store.current().resources(Given.TYPE)) {
      bodies.put(
          resource.key().name().substring("mesh/".length()),
          resource.decode().getBody().getValue().toStringUtf8());
    }
    return bodies;
  }

  @Override
  public void committed(CommitSummary commit) {
    commits++;
  }

  @Override
  public void close() {
    loop.close();
    log.close();
  }
}
