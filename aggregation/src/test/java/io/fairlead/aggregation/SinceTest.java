package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Tests of the time since which a service has its status. */
class SinceTest {
  private final World world = new World();

  private ServiceReport report(String registry, String service) {
    return world.registries.reports(registry).stream()
        .filter(report -> report.service().equals(ServiceId.of(service)))
        .findFirst()
        .orElseThrow();
  }

  private Since since(String registry, String service, ServiceStatus status) {
    ServiceReport report = report(registry, service);
    assertThat(report.status()).isEqualTo(status);
    return report.since();
  }

  private Instant later() {
    world.wall = world.wall.plus(Duration.ofMinutes(1));
    return world.wall;
  }

  @Test
  void status_ofTheFirstRead_mayBeOlder_andEachChangeAfterItIsTimed() {
    RegistrySink sink = world.register("one", 1);
    sink.resync(fresh(service("none"), service("web", "10.0.0.1")));
    world.settle();
    Since first = new Since(World.NOW, true);
    assertThat(since("one", "none", ServiceStatus.REFUSED)).isEqualTo(first);

    later();
    sink.changed(service("none"));
    sink.resync(fresh(service("none"), service("web", "10.0.0.2")));
    world.settle();
    assertThat(since("one", "none", ServiceStatus.REFUSED)).isEqualTo(first);
    assertThat(since("one", "web", ServiceStatus.SERVED)).isEqualTo(first);

    Instant change = later();
    sink.changed(service("none", "10.0.0.3"));
    sink.changed(service("new"));
    world.settle();
    Since exact = new Since(change, false);
    assertThat(since("one", "none", ServiceStatus.SERVED)).isEqualTo(exact);
    assertThat(since("one", "new", ServiceStatus.REFUSED)).isEqualTo(exact);
  }

  @Test
  void status_overAReload_keepsItsTime() {
    RegistrySink sink = world.register("one", 1);
    sink.resync(fresh(service("none")));
    world.settle();

    later();
    Map<String, RegistrySink> reloaded =
        world.registries.reload(List.of(), List.of(Given.registry("one", 2)), List.of());
    Objects.requireNonNull(reloaded.get("one")).resync(fresh(service("none")));
    world.settle();

    assertThat(since("one", "none", ServiceStatus.REFUSED)).isEqualTo(new Since(World.NOW, true));
  }

  @Test
  void shadowed_isSinceTheHostWasLost_whoeverHasIt() {
    RegistrySink low = world.register("low", 1);
    RegistrySink middle = world.register("middle", 2);
    RegistrySink high = world.register("high", 3);
    world.registries.allRegistered();
    low.resync(fresh(service("web", "10.0.0.1")));
    middle.resync(fresh());
    high.resync(fresh());
    world.settle();

    Instant lost = later();
    middle.changed(service("web", "10.0.1.1"));
    world.settle();
    later();
    high.changed(service("web", "10.0.2.1"));
    world.settle();

    assertThat(report("low", "web").shadowedBy()).isEqualTo("high");
    assertThat(since("low", "web", ServiceStatus.SHADOWED)).isEqualTo(new Since(lost, false));
    assertThat(since("middle", "web", ServiceStatus.SHADOWED))
        .isEqualTo(new Since(world.wall, false));
  }

  @Test
  void shadowed_beforeClientsWereAnswered_mayBeOlder() {
    RegistrySink low = world.register("low", 1);
    RegistrySink high = world.register("high", 2);
    world.registries.allRegistered();
    low.resync(fresh(service("web", "10.0.0.1")));
    high.resync(fresh(service("web", "10.0.1.1")));
    world.settle();

    assertThat(since("low", "web", ServiceStatus.SHADOWED)).isEqualTo(new Since(World.NOW, true));
  }
}
