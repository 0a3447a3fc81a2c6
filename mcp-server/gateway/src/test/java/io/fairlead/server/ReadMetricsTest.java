package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Hold;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadMetricsTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ReadMetrics metrics = new ReadMetrics(meters);
  private final RecordingSink behind = new RecordingSink();
  private final RegistrySink sink = metrics.counted("dc1", behind);

  private double errors() {
    return meters.get("fairlead_registry_read_errors").tag("registry", "dc1").counter().count();
  }

  @Test
  void errors_areFailedReadsAndFailingParts() {
    assertThat(errors()).isZero();

    sink.resync(new ReadOutcome.Failed("no answer", new IOException()));
    sink.resync(new ReadOutcome.Fresh(List.of()));
    sink.failing("one service", new IOException());
    sink.alive();

    assertThat(errors()).isEqualTo(2);
  }

  @Test
  void durations_areThoseThatTheAdapterTells() {
    sink.readTook(Duration.ofMillis(30));

    assertThat(
            meters
                .get("fairlead_registry_read_duration")
                .tag("registry", "dc1")
                .timer()
                .totalTime(java.util.concurrent.TimeUnit.MILLISECONDS))
        .isEqualTo(30);
    assertThat(behind.reads()).isEqualTo(1);
  }

  @Test
  void everyCall_isPassedOn() {
    Hold hold =
        new Hold("web", Hold.Reason.OUTAGE, Instant.EPOCH, Instant.EPOCH, "it was not reached");
    sink.resync(new ReadOutcome.Fresh(List.of()));
    sink.alive();
    sink.holding(List.of(hold));

    assertThat(behind.events())
        .hasSize(3)
        .contains(new SinkEvent.Alive(), new SinkEvent.Holding(List.of(hold)));
  }

  @Test
  void registryThatLeaves_hasNoneAndBeginsAnewWhenItComesBack() {
    sink.failing("gone", new IOException());
    metrics.forget("dc1");
    assertThat(meters.getMeters()).isEmpty();

    metrics.counted("dc1", behind);

    assertThat(errors()).isZero();
  }
}
