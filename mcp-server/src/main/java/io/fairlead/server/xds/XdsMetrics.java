package io.fairlead.server.xds;

import io.fairlead.versioning.ResourceType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is counted of the discovery service. Thread-safe.
 *
 * <p>Clients choose type URLs and revisions, so both are folded before they become labels: types
 * that Istio does not know are {@code other}, and so are revisions beyond a number that no real
 * mesh has.
 */
final class XdsMetrics {
  private static final int MOST_REVISIONS = 50;
  private static final String OTHER = "other";
  private static final Set<String> ISTIO_GROUPS =
      Set.of(
          "networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io");
  private static final int MOST_TYPES = 50;

  private final MeterRegistry registry;
  private final Map<String, AtomicInteger> clients = new ConcurrentHashMap<>();
  // Largest lag of a revision's clients in nanoseconds, as the last look found it.
  private final Map<String, AtomicLong> lags = new ConcurrentHashMap<>();
  private final Map<ResourceType, TypeMeters> types = new ConcurrentHashMap<>();

  private record TypeMeters(Counter responses, Counter bytes, Counter nacks, Timer acks) {}

  XdsMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void connected(String revision) {
    clients(revision).incrementAndGet();
  }

  void disconnected(String revision) {
    clients(revision).decrementAndGet();
  }

  void sent(String typeUrl, int bytes) {
    meters(typeUrl).responses.increment();
    meters(typeUrl).bytes.increment(bytes);
  }

  void acknowledged(String typeUrl, long nanos) {
    meters(typeUrl).acks.record(nanos, TimeUnit.NANOSECONDS);
  }

  void refused(String typeUrl) {
    meters(typeUrl).nacks.increment();
  }

  void disconnectedBy(Disconnect reason) {
    Counter.builder("fairlead_client_disconnects")
        .description("Streams that the gateway ended")
        .tag("reason", reason.label())
        .register(registry)
        .increment();
  }

  /** Takes the largest lag of the clients of each revision; revisions without clients have none. */
  void lags(Map<String, Long> nanosByRevision) {
    Map<String, Long> byLabel = new HashMap<>();
    nanosByRevision.forEach((revision, lag) -> byLabel.merge(label(revision), lag, Math::max));
    lags.forEach((label, lag) -> lag.set(byLabel.getOrDefault(label, 0L)));
  }

  private String label(String revision) {
    return clients.containsKey(revision) || clients.size() < MOST_REVISIONS ? revision : OTHER;
  }

  private AtomicInteger clients(String revision) {
    return clients.computeIfAbsent(
        label(revision),
        value -> {
          AtomicLong lag = new AtomicLong();
          lags.put(value, lag);
          Gauge.builder("fairlead_client_lag_seconds", lag, nanos -> nanos.get() / 1e9)
              .description("Age of the oldest response that a client of the revision has not ACKed")
              .tag("revision", value)
              .register(registry);
          AtomicInteger count = new AtomicInteger();
          Gauge.builder("fairlead_clients", count, AtomicInteger::get)
              .description("Connected clients")
              .tag("revision", value)
              .register(registry);
          return count;
        });
  }

  private TypeMeters meters(String typeUrl) {
    ResourceType type = ResourceType.ofTypeUrl(typeUrl);
    boolean known = ISTIO_GROUPS.contains(type.group()) && types.size() < MOST_TYPES;
    ResourceType key = known || types.containsKey(type) ? type : new ResourceType("", OTHER);
    return types.computeIfAbsent(
        key,
        folded -> {
          String label = folded.kind();
          return new TypeMeters(
              Counter.builder("fairlead_responses")
                  .description("Discovery responses sent")
                  .tag("type", label)
                  .register(registry),
              Counter.builder("fairlead_response_bytes")
                  .description("Size of the discovery responses sent")
                  .tag("type", label)
                  .register(registry),
              Counter.builder("fairlead_nacks")
                  .description("Discovery responses that clients refused")
                  .tag("type", label)
                  .register(registry),
              Timer.builder("fairlead_ack_duration")
                  .description("Time from a response to its ACK")
                  .tag("type", label)
                  .publishPercentileHistogram()
                  .register(registry));
        });
  }
}
