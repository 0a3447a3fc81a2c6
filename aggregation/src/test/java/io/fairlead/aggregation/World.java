package io.fairlead.aggregation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.RegistrySink;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.Commit;
import io.fairlead.versioning.CommitLog;
import io.fairlead.versioning.CommitLogException;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.ManualCommitThread;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Registries over a log in memory, with time turned by hand. */
final class World {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  /** A log that a later world can start from, and that can be made to fail. */
  static final class Log implements CommitLog {
    private final String epoch = new MemoryCommitLog().epoch();
    private final Map<ResourceKey, Resource> resources = new HashMap<>();
    private final Map<String, String> notes = new HashMap<>();
    private long number;
    int failuresToCome;
    final List<Commit> commits = new ArrayList<>();

    @Override
    public String epoch() {
      return epoch;
    }

    @Override
    public State load() {
      return new State(List.copyOf(resources.values()), Map.copyOf(notes), number);
    }

    @Override
    public void append(Commit commit) {
      if (failuresToCome > 0) {
        failuresToCome--;
        throw new CommitLogException("disk full", null);
      }
      commit.changes().puts().forEach(put -> resources.put(put.key(), put));
      commit.changes().removals().forEach(resources::remove);
      notes.putAll(commit.changes().notes());
      notes.keySet().removeAll(commit.changes().droppedNotes());
      number = commit.number();
      commits.add(commit);
    }

    Map<String, String> notes() {
      return Map.copyOf(notes);
    }

    @Override
    public void close() {}
  }

  /** The wall clock of the registries, which tests may turn; time by it decides nothing. */
  Instant wall = NOW;

  final ManualCommitThread thread = new ManualCommitThread();
  final Log log;
  final VersionedStore store;
  final CommitLoop loop;
  final Registries registries;
  final List<String> encoded = new ArrayList<>();
  final Set<String> unencodable = new HashSet<>();

  World() {
    this(new Log(), VirtualAddresses.of("241.0.0.0/8"));
  }

  World(Log log, VirtualAddresses addresses) {
    this(log, AggregationOptions.of(addresses).with(GuardPolicy.OFF).with(DampingPolicy.OFF));
  }

  /** A world whose deletion guard is on. */
  static World guarded(Log log, GuardPolicy guard) {
    return new World(
        log,
        AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8"))
            .with(guard)
            .with(DampingPolicy.OFF));
  }

  World(Log log, AggregationOptions options) {
    this.log = log;
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    this.store = new VersionedStore(log, clock);
    ResourceEncoder counting =
        (entry, addressesOfIt) -> {
          encoded.add(entry.host());
          if (unencodable.contains(entry.host())) {
            throw new IllegalStateException("cannot encode " + entry.host());
          }
          return ResourceEncoder.SERVICE_ENTRY.encode(entry, addressesOfIt);
        };
    this.loop = new CommitLoop(store, Batching.DEFAULT, CommitObserver.NONE, thread);
    this.registries = new Registries(loop, options, () -> wall, counting);
    loop.configure(Map.of(CommitLoop.FIRST_SOURCE, registries.source()));
  }

  RegistrySink register(String name, int priority) {
    RegistrySink sink = registries.register(Given.registry(name, priority));
    settle();
    return sink;
  }

  /** Whether every source is ready now, and clients are answered. */
  boolean isSynced() {
    return loop.ready().isDone() && loop.unready().isEmpty();
  }

  /** Has something run when clients may be answered. */
  @SuppressWarnings("FutureReturnValueIgnored") // What becomes of it is the test's to see.
  void whenReady(Runnable listener) {
    loop.ready().thenRun(listener);
  }

  void close() {
    registries.close();
    loop.close();
  }

  /** Lets everything that waits be committed. */
  void settle() {
    thread.advance(Batching.DEFAULT.max());
  }

  void advance(Duration time) {
    thread.advance(time);
    settle();
  }

  /** Each resource with its registry and its endpoints. */
  SortedMap<String, String> served() {
    SortedMap<String, String> served = new TreeMap<>();
    for (Resource resource : store.current().resources(CompactEntry.TYPE)) {
      List<String> endpoints =
          entry(resource).getEndpointsList().stream().map(WorkloadEntry::getAddress).toList();
      served.put(
          resource.key().name(),
          resource.decode().getMetadata().getLabelsOrThrow("fairlead.io/registry")
              + " "
              + String.join(",", endpoints));
    }
    return served;
  }

  SortedMap<String, String> versions() {
    SortedMap<String, String> versions = new TreeMap<>();
    for (Resource resource : store.current().resources(CompactEntry.TYPE)) {
      versions.put(resource.key().name(), resource.version() + resource.revisions());
    }
    return versions;
  }

  SortedMap<String, List<String>> addresses() {
    SortedMap<String, List<String>> addresses = new TreeMap<>();
    for (Resource resource : store.current().resources(CompactEntry.TYPE)) {
      addresses.put(
          CompactEntry.hostOf(resource.key()), List.copyOf(entry(resource).getAddressesList()));
    }
    return addresses;
  }

  static ServiceEntry entry(Resource resource) {
    try {
      return ServiceEntry.parseFrom(resource.decode().getBody().getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  ServiceEntry entry(String host) {
    for (Resource resource : store.current().resources(CompactEntry.TYPE)) {
      if (CompactEntry.hostOf(resource.key()).equals(host)) {
        return entry(resource);
      }
    }
    throw new AssertionError("not served: " + host);
  }

  Map<String, ServiceStatus> outcomes(String registry) {
    Map<String, ServiceStatus> outcomes = new TreeMap<>();
    for (ServiceReport report : registries.reports(registry)) {
      outcomes.put(report.service().toString(), report.status());
    }
    return outcomes;
  }
}
