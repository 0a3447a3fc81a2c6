package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.HeldService;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.ManualCommitThread;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.SqliteCommitLog;
import io.fairlead.versioning.VersionedStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store of schema 2, which has no origins, in the hands of this release. */
class AggregationUpgradeTest {
  private static final Clock CLOCK = Clock.fixed(World.NOW, ZoneOffset.UTC);

  private final Path file;
  private Process process;

  AggregationUpgradeTest(@TempDir Path directory) throws IOException {
    file = directory.resolve("store.db");
    try (InputStream golden =
        AggregationUpgradeTest.class.getResourceAsStream("/golden/services-v2.db")) {
      Files.write(file, Objects.requireNonNull(golden).readAllBytes());
    }
    process = new Process();
  }

  @AfterEach
  void end() {
    process.end();
  }

  private final class Process {
    final ManualCommitThread thread = new ManualCommitThread();
    final SqliteCommitLog log =
        SqliteCommitLog.open(file, new SqliteCommitLog.Options(Duration.ofDays(7), CLOCK));
    final VersionedStore store = new VersionedStore(log, CLOCK);
    final Map<String, String> versions = versions();
    final CommitLoop loop = new CommitLoop(store, Batching.DEFAULT, CommitObserver.NONE, thread);
    final Registries registries =
        new Registries(
            loop,
            AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8")).with(GuardedRegistry.POLICY),
            CLOCK);
    final RegistrySink sink = registries.register(Given.registry("a", 1));

    Process() {
      loop.configure(Map.of(CommitLoop.FIRST_SOURCE, registries.source()));
      registries.allRegistered();
      settle();
    }

    void settle() {
      thread.advance(Duration.ofSeconds(1));
    }

    void resync(List<Service> services) {
      sink.resync(new ReadOutcome.Fresh(services));
      settle();
    }

    Map<String, String> versions() {
      Map<String, String> versions = new TreeMap<>();
      for (Resource resource : store.current().resources(CompactEntry.TYPE)) {
        versions.put(resource.key().name(), resource.version());
      }
      return versions;
    }

    Set<ServiceId> origins() {
      ServiceOrigin.Reader origins = new ServiceOrigin.Reader(host -> null);
      return store.current().resources(CompactEntry.TYPE).stream()
          .map(resource -> origins.read(resource).service())
          .collect(Collectors.toSet());
    }

    GuardStatus guard() {
      assertThat(registries.guards()).hasSize(1);
      return registries.guards().get(0);
    }

    void end() {
      registries.close();
      loop.close();
      log.close();
    }
  }

  private static List<Service> withEmptied() {
    List<Service> services = new ArrayList<>(UpgradedStore.services());
    services.add(Given.unready("emptied"));
    return services;
  }

  @Test
  void equalView_changesNoVersionAndTellsTheOrigins() {
    assertThat(process.versions).hasSize(23);
    assertThat(process.origins()).contains(ServiceId.of("mesh/s00.test")).hasSize(23);
    process.resync(withEmptied());
    assertThat(process.versions()).isEqualTo(process.versions);
    assertThat(process.registries.guards()).isEmpty();
    Set<ServiceId> services = withEmptied().stream().map(Service::id).collect(Collectors.toSet());
    assertThat(process.origins()).isEqualTo(services).hasSize(23);

    process.end();
    Map<String, String> versions = process.versions;
    process = new Process();
    assertThat(process.versions).isEqualTo(versions);
    assertThat(process.origins()).isEqualTo(services);
    long number = process.store.current().number();
    process.resync(withEmptied());
    assertThat(process.versions()).isEqualTo(versions);
    assertThat(process.store.current().number()).isEqualTo(number);
  }

  @Test
  void largeLoss_isHeldUntilItIsConfirmed() {
    process.resync(UpgradedStore.services().subList(10, 22));
    assertThat(process.versions()).isEqualTo(process.versions);
    GuardStatus guard = process.guard();
    assertThat(guard.heldServices()).isEqualTo(10);
    assertThat(guard.services()).isEqualTo(22);
    assertThat(guard.held().get(0).service()).isEqualTo(ServiceId.of("mesh/s00.test"));

    process.end();
    process = new Process();
    process.resync(UpgradedStore.services().subList(10, 22));
    assertThat(process.guard().heldServices()).isEqualTo(10);
    for (int i = 0; i < 10; i++) {
      process.thread.advance(Duration.ofSeconds(30));
      process.sink.alive();
    }
    process.settle();
    assertThat(process.versions()).hasSize(12);
    assertThat(process.registries.guards()).isEmpty();
  }

  @Test
  void heldServices_thatComeBackAreKnownByTheirHosts() {
    process.resync(UpgradedStore.services().subList(10, 22));
    process.sink.changed(GuardedRegistry.whole(0));
    process.sink.changed(GuardedRegistry.shrunk(1));
    process.settle();
    assertThat(process.versions()).isEqualTo(process.versions);
    assertThat(process.guard().held())
        .hasSize(9)
        .contains(new HeldService(ServiceId.of("s01"), 2, 1, false, World.NOW));
    assertThat(process.origins()).contains(ServiceId.of("s00"), ServiceId.of("mesh/s02.test"));
    process.resync(UpgradedStore.services());
    assertThat(process.versions()).isEqualTo(process.versions);
    assertThat(process.registries.guards()).isEmpty();
  }

  @Test
  void emptiedService_thatIsNotNamedIsKeptForItsTimeUntilItIsBack() {
    process.resync(UpgradedStore.services());
    process.resync(UpgradedStore.services());
    assertThat(process.versions()).isEqualTo(process.versions);
    process.thread.advance(Given.KEEP_EMPTY);
    process.settle();
    assertThat(process.versions()).hasSize(22).doesNotContainKey("mesh/emptied.test");
  }

  @Test
  void emptiedService_thatIsBackKeepsItsHost() {
    process.resync(UpgradedStore.services());
    process.sink.changed(Given.service("emptied", "10.2.0.1"));
    process.thread.advance(Given.KEEP_EMPTY);
    process.settle();
    assertThat(process.versions().keySet()).isEqualTo(process.versions.keySet());
    assertThat(process.origins()).contains(ServiceId.of("emptied"));
  }
}
