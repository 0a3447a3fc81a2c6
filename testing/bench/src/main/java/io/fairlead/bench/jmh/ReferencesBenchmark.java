package io.fairlead.bench.jmh;

import com.google.protobuf.Message;
import io.fairlead.bench.source.Entries;
import io.fairlead.bench.source.Services;
import io.fairlead.configs.references.ReferenceIndex;
import io.fairlead.configs.references.Unseen;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.istio.networking.v1alpha3.DestinationRule;
import io.fairlead.istio.networking.v1alpha3.VirtualService;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Benchmarks of the check of references where each service has a VirtualService that splits it in
 * two, and a DestinationRule with a subset that no endpoint is in: so there is a warning each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ReferencesBenchmark {
  private static final int INSTANCES = 10;

  /** Services, and so many resources of each of the two other kinds. */
  @Param({"1000", "10000"})
  public int services;

  private Snapshot[] editions = new Snapshot[0];
  private ReferenceIndex index = index();
  private int next;

  private static ReferenceIndex index() {
    return new ReferenceIndex(resource -> Unseen.WARN);
  }

  /** Fills the store, and the index with it. */
  @Setup
  public void fill() {
    VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
    List<Resource> all = new ArrayList<>(Entries.range(0, services, INSTANCES, 0));
    for (int number = 0; number < services; number++) {
      all.add(route(number));
      all.add(rule(number));
    }
    Snapshot before = store.commit(ChangeSet.of(all, List.of())).orElseThrow();
    Snapshot after =
        store
            .commit(ChangeSet.of(List.of(Entries.resource(1, INSTANCES, 1)), List.of()))
            .orElseThrow();
    editions = new Snapshot[] {before, after};
    index = index();
    if (index.follow(before).size() != services) {
      throw new IllegalStateException("warnings: not one for each service");
    }
  }

  private static Resource route(int number) {
    VirtualService.Builder route = VirtualService.newBuilder().addHosts(host(number));
    var http = route.addHttpBuilder();
    for (String subset : List.of("v1", "v2")) {
      http.addRouteBuilder()
          .setWeight(50)
          .getDestinationBuilder()
          .setHost(host(number))
          .setSubset(subset);
    }
    return resource(IstioKind.VIRTUAL_SERVICE, number, route.build());
  }

  private static Resource rule(int number) {
    DestinationRule.Builder rule = DestinationRule.newBuilder().setHost(host(number));
    rule.addSubsetsBuilder().setName("v1");
    rule.addSubsetsBuilder().setName("v2").putLabels("version", "of nobody");
    return resource(IstioKind.DESTINATION_RULE, number, rule.build());
  }

  private static String host(int number) {
    return Services.name(number) + ".mesh";
  }

  private static Resource resource(IstioKind kind, int number, Message spec) {
    return Resource.encode(
        new ResourceContent(
            new ResourceKey(
                new ResourceType(kind.group(), kind.kind()), "mesh/" + Services.name(number)),
            Map.of(),
            Map.of(),
            Set.of(),
            Instant.EPOCH,
            "type.googleapis.com/" + kind.messageType(),
            spec.toByteString()));
  }

  /** Returns what an endpoint that changes changes. */
  @Benchmark
  public Set<ResourceKey> referencesOfOneService() {
    next = 1 - next;
    return index.follow(editions[next]);
  }

  /** Returns what is found at a start. */
  @Benchmark
  public Set<ResourceKey> referencesOfAll() {
    return index().follow(editions[0]);
  }
}
