package io.fairlead.server.xds;

import io.fairlead.common.ForeignText;
import io.fairlead.versioning.ResourceType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The metrics of the discovery service. Thread-safe.
 *
 * <p>Clients choose type URLs and revisions, so both are folded before they become labels. Types
 * that Istio does not have are {@code other}. A revision has a label of its own while it has
 * clients, and is {@code other} while as many revisions as no real mesh has are there; when the
 * last client of a label goes, so does the label.
 */
final class XdsMetrics {
  private static final int MAX_REVISIONS = 50;
  // Kubernetes bounds the value of a label by this.
  private static final int MAX_REVISION_LENGTH = 63;
  private static final String OTHER = "other";
  // What every gateway serves.
  private static final String SERVED = "ServiceEntry";
  private static final Map<String, Set<String>> ISTIO_KINDS =
      Map.of(
          "networking.istio.io",
          Set.of(
              "DestinationRule",
              "EnvoyFilter",
              "Gateway",
              "ProxyConfig",
              "ServiceEntry",
              "Sidecar",
              "VirtualService",
              "WorkloadEntry",
              "WorkloadGroup"),
          "security.istio.io",
          Set.of("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"),
          "telemetry.istio.io",
          Set.of("Telemetry"),
          "extensions.istio.io",
          Set.of("TrafficExtension", "WasmPlugin"));

  // Each bucket is a series for each type: few of them.
  private static final Duration[] ACK_BUCKETS = {
    Duration.ofMillis(10),
    Duration.ofMillis(100),
    Duration.ofSeconds(1),
    Duration.ofSeconds(10),
    Duration.ofMinutes(1)
  };

  private final MeterRegistry registry;
  // Both guarded by "this": those of the connected clients, and of the labels that these have.
  private final Map<String, Revision> revisions = new HashMap<>();
  private final Map<String, Label> labels = new HashMap<>();
  // Of every label that there can be, from the start: a counter that appears with its first
  // event hides that event from whoever asks for its rate.
  private final Map<String, TypeMeters> types = new HashMap<>();
  private final Map<Disconnect, Counter> disconnects = new EnumMap<>(Disconnect.class);
  private final Map<String, Timer> acks = new ConcurrentHashMap<>();

  private record TypeMeters(Counter responses, Counter bytes, Counter nacks) {}

  /** A revision with clients; its label stays what it was for the first of them. */
  private static final class Revision {
    private final Label label;
    private int clients;

    Revision(Label label) {
      this.label = label;
    }
  }

  /** The values shown under one value of the label. */
  private static final class Label {
    private final AtomicInteger clients = new AtomicInteger();
    // Largest lag of its clients in nanoseconds, as the last look found it.
    private final AtomicLong lag = new AtomicLong();
    private final Gauge clientGauge;
    private final Gauge lagGauge;

    Label(String value, MeterRegistry registry) {
      lagGauge =
          Gauge.builder("fairlead_client_lag_seconds", lag, nanos -> nanos.get() / 1e9)
              .description("Age of the oldest response that a client of the revision has not ACKed")
              .tag("revision", value)
              .register(registry);
      clientGauge =
          Gauge.builder("fairlead_clients", clients, AtomicInteger::get)
              .description("Connected clients")
              .tag("revision", value)
              .register(registry);
    }

    void removeFrom(MeterRegistry registry) {
      registry.remove(lagGauge);
      registry.remove(clientGauge);
    }
  }

  XdsMetrics(MeterRegistry registry) {
    this.registry = registry;
    ISTIO_KINDS.values().stream().flatMap(Set::stream).forEach(this::addType);
    addType(OTHER);
    for (Disconnect reason : Disconnect.values()) {
      if (reason != Disconnect.FINISHED) {
        disconnects.put(
            reason,
            Counter.builder("fairlead_client_disconnects")
                .description("Streams that the gateway ended, by reason")
                .tag("reason", reason.label())
                .register(registry));
      }
    }
    acks(SERVED);
  }

  private void addType(String label) {
    types.put(
        label,
        new TypeMeters(
            counter("fairlead_responses", "Discovery responses sent", label),
            counter("fairlead_response_bytes", "Size of the discovery responses sent", label),
            counter("fairlead_nacks", "Discovery responses that clients refused", label)));
  }

  private Counter counter(String name, String description, String type) {
    return Counter.builder(name).description(description).tag("type", type).register(registry);
  }

  /** Counts a client, until as often {@link #disconnected} was called for its revision. */
  synchronized void connected(String revision) {
    Revision known =
        revisions.computeIfAbsent(
            revision,
            added ->
                new Revision(
                    labels.computeIfAbsent(label(added), value -> new Label(value, registry))));
    known.clients++;
    known.label.clients.incrementAndGet();
  }

  synchronized void disconnected(String revision) {
    Revision known = revisions.get(revision);
    if (known == null) {
      return;
    }
    if (--known.clients == 0) {
      revisions.remove(revision);
    }
    if (known.label.clients.decrementAndGet() == 0) {
      labels.values().remove(known.label);
      known.label.removeFrom(registry);
    }
  }

  private String label(String revision) {
    String value = ForeignText.clean(revision, MAX_REVISION_LENGTH);
    return labels.containsKey(value) || labels.size() < MAX_REVISIONS ? value : OTHER;
  }

  void sent(String typeUrl, int bytes) {
    meters(typeUrl).responses.increment();
    meters(typeUrl).bytes.increment(bytes);
  }

  /**
   * Records the time to an ACK. Of a response without resources it tells nothing: a client asks for
   * twenty types, of which most are empty, and each would have its own histogram.
   */
  void acknowledged(String typeUrl, int resources, long nanos) {
    if (resources > 0) {
      acks(label(ResourceType.ofTypeUrl(typeUrl))).record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  void refused(String typeUrl) {
    meters(typeUrl).nacks.increment();
  }

  void disconnectedBy(Disconnect reason) {
    Counter counter = disconnects.get(reason);
    if (counter != null) {
      counter.increment();
    }
  }

  /** Takes the largest lag of the clients of each revision; revisions without clients have none. */
  synchronized void lags(Map<String, Long> nanosByRevision) {
    Map<Label, Long> byLabel = new IdentityHashMap<>();
    nanosByRevision.forEach(
        (revision, lag) -> {
          Revision known = revisions.get(revision);
          if (known != null) {
            byLabel.merge(known.label, lag, Math::max);
          }
        });
    labels.values().forEach(label -> label.lag.set(byLabel.getOrDefault(label, 0L)));
  }

  private TypeMeters meters(String typeUrl) {
    return Objects.requireNonNull(types.get(label(ResourceType.ofTypeUrl(typeUrl))));
  }

  private static String label(ResourceType type) {
    boolean known = ISTIO_KINDS.getOrDefault(type.group(), Set.of()).contains(type.kind());
    return known ? type.kind() : OTHER;
  }

  private Timer acks(String label) {
    return acks.computeIfAbsent(
        label,
        type ->
            Timer.builder("fairlead_ack_duration")
                .description("Time from a response with resources to its ACK")
                .tag("type", type)
                .serviceLevelObjectives(ACK_BUCKETS)
                .register(registry));
  }
}
