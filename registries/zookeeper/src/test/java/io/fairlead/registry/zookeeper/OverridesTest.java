package io.fairlead.registry.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ZooKeeperApi;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Overrides of providers that do not apply them to themselves, as those of Dubbo 2.6. */
@NeedsServer(ZooKeeperServer.NAME)
@ExtendWith(SharedZooKeeper.class)
class OverridesTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static ZooKeeperApi api() {
    return SharedZooKeeper.get().api();
  }

  private static String provider(String root, String socket) {
    return root
        + "/dubbo/orders/providers/"
        + ProviderUrls.encoded("dubbo://" + socket + "/orders?application=a");
  }

  private static String override(String root, String place, String parameters) {
    return root
        + "/dubbo/orders/configurators/"
        + ProviderUrls.encoded(
            "override://" + place + "/orders?category=configurators&dynamic=false&" + parameters);
  }

  private static void await(Mirroring mirroring, String address, Predicate<Instance> test) {
    mirroring
        .sink()
        .awaitState(
            address,
            LIMIT,
            state ->
                state.values().stream()
                    .flatMap(service -> service.instances().stream())
                    .anyMatch(it -> it.address().equals(address) && test.test(it)));
  }

  @Test
  void weightAndSwitch_areObeyedAtOnce_andTakenBackWithTheOverride() {
    api().put(provider("/overrides", "10.0.0.1:20880"), "");
    api().put(provider("/overrides", "10.0.0.2:20880"), "");
    String before = override("/overrides", "10.0.0.2:20880", "weight=50");
    api().put(before, "");
    try (Mirroring mirroring = Mirroring.of(SharedZooKeeper.get(), "/overrides").start()) {
      await(mirroring, "10.0.0.1", it -> it.weight() == 100);
      await(mirroring, "10.0.0.2", it -> it.weight() == 50);
      String off = override("/overrides", "10.0.0.1:20880", "disabled=true&enabled=true");
      api().put(off, "");
      await(mirroring, "10.0.0.1", it -> it.availability() == Availability.DISABLED);
      String all = override("/overrides", "0.0.0.0", "weight=7");
      api().put(all, "");
      await(mirroring, "10.0.0.1", it -> it.weight() == 7);
      await(mirroring, "10.0.0.2", it -> it.weight() == 50);
      api().delete(before);
      api().delete(off);
      await(mirroring, "10.0.0.1", it -> it.availability() == Availability.READY);
      await(mirroring, "10.0.0.2", it -> it.weight() == 7);
    }
  }

  @Test
  void malformedOverride_isLeftOut_andTheOthersHold() {
    api().put(provider("/odd", "10.0.0.1:20880"), "");
    api().put(override("/odd", "0.0.0.0", "weight=heavy"), "");
    api().put("/odd/dubbo/orders/configurators/no%ZZurl", "");
    try (Mirroring mirroring = Mirroring.of(SharedZooKeeper.get(), "/odd").start()) {
      await(mirroring, "10.0.0.1", it -> it.weight() == 100);
      api().put(override("/odd", "0.0.0.0", "weight=9"), "");
      await(mirroring, "10.0.0.1", it -> it.weight() == 9);
      assertThat(mirroring.sink().events()).noneMatch(SinkEvent::isFailure);
    }
  }

  @Test
  void providerThatRegistersAnew_isNotAwayInBetween() {
    String light = provider("/anew", "10.0.0.1:20880");
    String heavy = light + "%26weight%3D300";
    api().put(light, "");
    try (Mirroring mirroring = Mirroring.of(SharedZooKeeper.get(), "/anew").start()) {
      mirroring.await("dubbo/orders", "10.0.0.1");
      int mark = mirroring.sink().mark();
      for (int i = 0; i < 20; i++) {
        // As Dubbo does: the old node goes, then the new one comes.
        api().delete(light);
        api().put(heavy, "");
        await(mirroring, "10.0.0.1", it -> it.weight() == 300);
        api().delete(heavy);
        api().put(light, "");
        await(mirroring, "10.0.0.1", it -> it.weight() == 100);
      }
      assertThat(mirroring.sink().eventsSince(mark))
          .filteredOn(SinkEvent.Changed.class::isInstance)
          .hasSize(40)
          .allSatisfy(
              event -> assertThat(((SinkEvent.Changed) event).service().instances()).hasSize(1));
      api().delete(light);
      mirroring.await("dubbo/orders");
    }
  }
}
