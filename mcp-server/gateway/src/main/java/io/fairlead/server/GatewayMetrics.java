package io.fairlead.server;

import com.sun.management.OperatingSystemMXBean;
import io.fairlead.aggregation.Registries;
import io.fairlead.configs.merge.Configs;
import io.fairlead.server.admin.AdminSource;
import io.fairlead.server.tls.ReloadingTls;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.CommitSummary;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of the gateway: what it counts as it happens, its process, and the {@link
 * StatusGauges}. Thread-safe.
 */
final class GatewayMetrics implements CommitObserver, AutoCloseable {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(20),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10)
  };

  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ReadMetrics reads = new ReadMetrics(meters);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
  private final StatusGauges gauges = new StatusGauges(meters);

  private final Counter commits =
      Counter.builder("fairlead.commits").description("Commits").register(meters);
  private final Counter commitFailures =
      Counter.builder("fairlead.commit.failures")
          .description("Tries to commit that failed; they are tried again")
          .register(meters);
  private final Counter taskFailures =
      Counter.builder("fairlead.change.failures")
          .description("Changes that failed for an error of the gateway; its log has them")
          .register(meters);
  private final Counter reloadFailures =
      Counter.builder("fairlead.config.reload.failures")
          .description("Changes of the configuration file that were refused")
          .register(meters);
  private final Timer commitDuration =
      Timer.builder("fairlead.commit.duration")
          .description("Time for comparing, writing and publishing a commit")
          .serviceLevelObjectives(BUCKETS)
          .register(meters);

  GatewayMetrics() {
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new ClassLoaderMetrics().bindTo(meters);
    garbageCollection.bindTo(meters);
    // By the names that dashboards expect of every process; Micrometer has others.
    ProcessMetrics.builder().register(meters.getPrometheusRegistry());
    Gauge.builder("fairlead.build.info", () -> 1)
        .description("What runs: its version, the revision of its source, and the Java")
        .tag("version", BuildInfo.version())
        .tag("revision", BuildInfo.revision())
        .tag("java", Runtime.version().toString())
        .register(meters);
    Gauge.builder("fairlead.memory.limit.bytes", GatewayMetrics::memoryLimit)
        .description("Memory of the container, or of the machine if it has no limit")
        .register(meters);
  }

  private static long memoryLimit() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /** Returns the metrics of what adapters read. */
  ReadMetrics reads() {
    return reads;
  }

  /** Where other parts register theirs. */
  PrometheusMeterRegistry meters() {
    return meters;
  }

  @Override
  public void committed(CommitSummary commit) {
    commits.increment();
    commitDuration.record(commit.took());
  }

  @Override
  public void commitFailed(Throwable cause, int failures, Duration retryIn) {
    commitFailures.increment();
  }

  @Override
  public void taskFailed(Throwable cause) {
    taskFailures.increment();
  }

  /** Counts a change of the configuration file that was refused. */
  void reloadFailed() {
    reloadFailures.increment();
  }

  /** Everything in Prometheus' text format, as it is now. */
  String scrape(Registries registries, Configs configs, AdminSource status) {
    gauges.refresh(registries, configs, status);
    return meters.scrape();
  }

  /** Counts the reloads of a listener's certificate. */
  void count(ReloadingTls tls) {
    reloads("applied", tls, ReloadingTls::applied);
    reloads("refused", tls, ReloadingTls::refused);
  }

  private void reloads(String outcome, ReloadingTls tls, ToDoubleFunction<ReloadingTls> count) {
    FunctionCounter.builder("fairlead.tls.reloads", tls, count)
        .description("Changes of a listener's certificate files, by what became of them")
        .tag("listener", tls.status().listener())
        .tag("outcome", outcome)
        .register(meters);
  }

  @Override
  public void close() {
    garbageCollection.close();
    meters.close();
  }
}
