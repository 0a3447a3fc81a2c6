package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.HostileServices;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.SqliteCommitLog;
import io.fairlead.versioning.VersionedStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real thread, the real clock and the real file, with adapters that all talk at once. */
class AggregationOnDiskTest {
  private static final Batching BATCHING =
      new Batching(Duration.ofMillis(2), Duration.ofMillis(10));

  private static final AggregationOptions OPTIONS =
      AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8"))
          .with(GuardPolicy.OFF)
          .with(DampingPolicy.OFF);

  private static Map<String, String> versions(Snapshot snapshot) {
    Map<String, String> versions = new TreeMap<>();
    for (Resource resource : snapshot.resources(CompactEntry.TYPE)) {
      versions.put(resource.key().name(), resource.version());
    }
    return versions;
  }

  /** Empty services are not kept: what is served then depends on nothing but the present state. */
  private static RegistrySettings registry(int index) {
    String name = "r" + index;
    return new RegistrySettings(name, index / 2, Given.policy(name).build(), Duration.ZERO);
  }

  private static List<Service> state(Map<ServiceId, Service> services) {
    return List.copyOf(services.values());
  }

  /** What an adapter of its own thread says; the state it ends with. */
  private static Map<ServiceId, Service> talk(RegistrySink sink, long seed) {
    List<Service> hostile = HostileServices.of(seed, 400);
    Random random = new Random(seed);
    Map<ServiceId, Service> services = new LinkedHashMap<>();
    hostile.subList(0, 100).forEach(service -> services.put(service.id(), service));
    sink.resync(new ReadOutcome.Fresh(state(services)));
    for (Service service : hostile.subList(100, 400)) {
      if (random.nextInt(4) == 0) {
        services.remove(service.id());
        sink.removed(service.id());
      } else {
        services.put(service.id(), service);
        sink.changed(service);
      }
    }
    return services;
  }

  @Test
  void hostileRegistries_restartIsSilent(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("store.db");
    List<Map<ServiceId, Service>> states = new ArrayList<>();
    Map<String, String> versions;
    long number;
    try (SqliteCommitLog log = SqliteCommitLog.open(file, SqliteCommitLog.Options.DEFAULT)) {
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      CommitLoop loop = new CommitLoop(store, BATCHING, CommitObserver.NONE);
      Registries registries = new Registries(loop, OPTIONS, Clock.systemUTC());
      loop.configure(Map.of(CommitLoop.FIRST_SOURCE, registries.source()));
      try (loop;
          registries) {
        List<Thread> adapters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          RegistrySink sink = registries.register(registry(i));
          int index = i;
          states.add(Map.of());
          Thread adapter =
              new Thread(
                  () -> {
                    Map<ServiceId, Service> state = talk(sink, index);
                    synchronized (states) {
                      states.set(index, state);
                    }
                  });
          adapter.start();
          adapters.add(adapter);
        }
        registries.allRegistered();
        for (Thread adapter : adapters) {
          adapter.join();
        }
        await().until(loop.ready()::isDone);
      }
      versions = versions(store.current());
      number = store.current().number();
      assertThat(versions).hasSizeGreaterThan(20);
    }

    try (SqliteCommitLog log = SqliteCommitLog.open(file, SqliteCommitLog.Options.DEFAULT)) {
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      assertThat(versions(store.current())).isEqualTo(versions);
      CommitLoop loop = new CommitLoop(store, BATCHING, CommitObserver.NONE);
      Registries registries = new Registries(loop, OPTIONS, Clock.systemUTC());
      loop.configure(Map.of(CommitLoop.FIRST_SOURCE, registries.source()));
      try (loop;
          registries) {
        List<RegistrySink> sinks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          sinks.add(registries.register(registry(i)));
        }
        registries.allRegistered();
        await().until(loop.ready()::isDone);
        assertThat(store.current().number()).isEqualTo(number);
        for (int i = 0; i < 3; i++) {
          sinks.get(i).resync(new ReadOutcome.Fresh(state(states.get(i))));
        }
      }
      assertThat(versions(store.current())).isEqualTo(versions);
      assertThat(store.current().number()).isEqualTo(number);
    }
  }
}
