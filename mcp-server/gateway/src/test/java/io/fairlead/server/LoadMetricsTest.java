package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.RegistryLoad;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoadMetricsTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicLong nanos = new AtomicLong();
  private final LoadMetrics load = new LoadMetrics("dc1", meters, nanos::get);

  private double requests() {
    return meters.get("fairlead_registry_requests").functionCounter().count();
  }

  @Test
  void load_untilItIsTold_hasNoMetrics() {
    assertThat(meters.getMeters()).isEmpty();
    assertThat(load.latest()).isNull();

    load.take(new RegistryLoad(7, 150, 12));

    assertThat(meters.get("fairlead_registry_connections").gauge().value()).isEqualTo(7);
    assertThat(requests()).isEqualTo(12);
    load.close();
    assertThat(meters.getMeters()).isEmpty();
  }

  @Test
  void rate_isThatOfTheLastWholeWindow() {
    load.take(new RegistryLoad(1, 150, 10));
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
    load.take(new RegistryLoad(1, 150, 60));
    assertThat(load.requestsPerSecond()).isEqualTo(5);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
    load.take(new RegistryLoad(1, 150, 1000));
    assertThat(load.requestsPerSecond()).isEqualTo(5);
  }

  @Test
  void requests_ofAnAdapterThatBeginsAnew_areAdded() {
    load.take(new RegistryLoad(1, 150, 100));
    load.take(new RegistryLoad(1, 150, 3));
    load.take(new RegistryLoad(1, 150, 4));

    assertThat(requests()).isEqualTo(104);
  }
}
