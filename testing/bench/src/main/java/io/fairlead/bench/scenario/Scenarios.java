package io.fairlead.bench.scenario;

import java.util.List;
import java.util.stream.Stream;

/** All scenarios, in the order in which they run. */
public final class Scenarios {
  private Scenarios() {}

  /** Returns all of them. */
  public static List<Scenario> all() {
    return Stream.concat(
            Stream.of(
                new StartScenario(),
                new PartsScenario(),
                new CommitScenario(),
                new FileScenario(),
                new FirstSyncScenario(),
                new BytesScenario(),
                new LatencyScenario(),
                new FanOutScenario(),
                new FlatScenario(),
                new MemoryScenario(),
                new StalledScenario(),
                new IstiodScenario(),
                new KindsScenario(),
                new WholeWayScenario()),
            RegistryScenario.all().stream())
        .toList();
  }
}
