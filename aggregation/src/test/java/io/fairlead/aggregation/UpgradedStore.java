package io.fairlead.aggregation;

import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.ManualCommitThread;
import io.fairlead.versioning.SqliteCommitLog;
import io.fairlead.versioning.VersionedStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A store's file of a registry "a" with 20 services of two endpoints, two more whose hosts collide,
 * and one that has lost its endpoints. Run once at each release that changes the schema, before the
 * change, its file is kept as {@code golden/services-vN.db}.
 */
final class UpgradedStore {
  private UpgradedStore() {}

  /** What the registry has, with endpoints. */
  static List<Service> services() {
    List<Service> services = new ArrayList<>(GuardedRegistry.services(0, 20));
    services.add(Given.service(new ServiceId("blue", "", "db"), "10.1.0.1", "10.1.0.2"));
    services.add(Given.service(new ServiceId("green", "", "db"), "10.1.0.3", "10.1.0.4"));
    return services;
  }

  /** Writes {@code args[0]}, which must not exist. */
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    Clock clock = Clock.fixed(World.NOW, ZoneOffset.UTC);
    ManualCommitThread thread = new ManualCommitThread();
    SqliteCommitLog.Options options = new SqliteCommitLog.Options(Duration.ofDays(7), clock);
    try (SqliteCommitLog log = SqliteCommitLog.open(file, options);
        CommitLoop loop =
            new CommitLoop(
                new VersionedStore(log, clock), Batching.DEFAULT, CommitObserver.NONE, thread);
        Registries registries =
            new Registries(
                loop, AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8")), clock)) {
      loop.configure(Map.of(CommitLoop.FIRST_SOURCE, registries.source()));
      RegistrySink sink = registries.register(Given.registry("a", 1));
      registries.allRegistered();
      List<Service> all = new ArrayList<>(services());
      all.add(Given.service("emptied", "10.2.0.1"));
      sink.resync(new ReadOutcome.Fresh(all));
      thread.advance(Duration.ofSeconds(1));
      sink.changed(Given.service("emptied"));
      thread.advance(Duration.ofSeconds(1));
    }
    Files.delete(file.resolveSibling(file.getFileName() + ".lock"));
  }
}
