package io.fairlead.conformance;

import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NeedsServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Real registries, each behind a link whose connections are reset again and again, with many
 * changes a second: nothing that is registered leaves the mesh, what left its registry leaves the
 * mesh within {@code settle} and a margin, all that is kept meanwhile has a ceiling that is kept
 * to, and in the end the mesh is what the registries are.
 *
 * <p>Without the environment variable FAIRLEAD_SOAK_MINUTES it is a Consul and a Nacos for half a
 * minute, with resets as often as that lets several happen within {@code settle}. With it ({@code
 * make soak-registries}: an hour) it is all five registries and an istiod, with 20 changes a
 * second; each server is killed and started anew, and the gateway's memory is compared.
 * FAIRLEAD_SEED repeats the changes of a run.
 */
@NeedsServer({"consul", NacosServer.NAME})
final class FlakyLinksTest {
  private static final Optional<Long> MINUTES = number("FAIRLEAD_SOAK_MINUTES");
  private static final long SEED = number("FAIRLEAD_SEED").orElseGet(System::nanoTime);

  private static Optional<Long> number(String variable) {
    return Optional.ofNullable(System.getenv(variable))
        .filter(value -> !value.isBlank())
        .map(value -> Long.valueOf(value.strip()));
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.HOURS)
  void links_resetAgainAndAgain_nothingStaysStaleAndNothingIsLost() throws Exception {
    if (MINUTES.isPresent()) {
      soak(Duration.ofMinutes(MINUTES.get()));
    } else {
      Soak.Plan plan =
          new Soak.Plan(
              SEED,
              Duration.ofSeconds(30),
              Duration.ofMillis(100),
              Duration.ofSeconds(6),
              Duration.ofSeconds(12),
              Duration.ofSeconds(10));
      with(
          List.of(SoakedRegistry::consul, () -> SoakedRegistry.nacos("nacos", Generation.NACOS_3)),
          registries -> Soak.run(plan, registries));
    }
  }

  private static void soak(Duration length) throws Exception {
    Soak.Plan plan =
        new Soak.Plan(
            SEED,
            length,
            Duration.ofMillis(50),
            Duration.ofSeconds(20),
            Duration.ofSeconds(30),
            // Besides the time that a server takes to start anew.
            Duration.ofSeconds(60));
    with(
        List.of(
            SoakedRegistry::consul,
            () -> SoakedRegistry.nacos("nacos", Generation.NACOS_3),
            () -> SoakedRegistry.nacos("nacos-2", Generation.NACOS_2),
            SoakedRegistry::zooKeeper,
            SoakedRegistry::eureka),
        registries -> Soak.runWithRestarts(plan, registries));
  }

  private interface Action {
    void run(List<SoakedRegistry> registries) throws Exception;
  }

  private static void with(List<Supplier<SoakedRegistry>> starts, Action action) throws Exception {
    List<SoakedRegistry> registries = new ArrayList<>();
    try {
      for (Supplier<SoakedRegistry> start : starts) {
        registries.add(start.get());
      }
      action.run(registries);
    } finally {
      registries.forEach(SoakedRegistry::close);
    }
  }
}
