package io.fairlead.harness;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that asks an istiod for clusters and endpoints as a sidecar would (ADS, state of the
 * world), and keeps the newest answers: what the mesh sees of the configuration. Thread-safe: its
 * own lock guards its state, and waiters are notified of each response.
 */
public final class XdsProbe implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
  private static final String ENDPOINTS =
      "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";

  private final StateClient client;
  private final Map<String, ProxyCluster> clusters = new TreeMap<>();
  private final Map<String, List<ProxyEndpoint>> endpoints = new HashMap<>();
  private Set<String> watched = Set.of();
  private long clusterResponses;
  private long endpointResponses;
  private @Nullable Throwable end;

  private XdsProbe(int port) {
    client =
        new StateClient(port, node()) {
          @Override
          protected void received(DiscoveryResponse response) {
            XdsProbe.this.received(response).forEach(this::send);
          }

          @Override
          protected void ended(Status status) {
            XdsProbe.this.ended(status.asRuntimeException());
          }
        };
    client.send(request(CLUSTER, List.of()));
  }

  /**
   * Connects to a synced istiod.
   *
   * @param port {@link IstiodServer#grpcPort()}
   */
  public static XdsProbe connect(int port) {
    return new XdsProbe(port);
  }

  private static Node node() {
    return DiscoveryClient.node(
            Map.of("NAMESPACE", "default", "ISTIO_VERSION", "1.27.0", "CLUSTER_ID", "Kubernetes"))
        .toBuilder()
        .setId("sidecar~127.0.0.1~probe.default~default.svc.cluster.local")
        .setCluster("probe.default")
        .build();
  }

  /** Returns the clusters of now, by name; waits for the first answer. */
  public synchronized Map<String, ProxyCluster> clusters() {
    return await(
        "clusters",
        () -> clusterResponses == 0 ? Optional.empty() : Optional.of(Map.copyOf(clusters)));
  }

  /** Returns the cluster of that name; waits for it. */
  public synchronized ProxyCluster awaitCluster(String name) {
    return await("cluster " + name, () -> Optional.ofNullable(clusters.get(name)));
  }

  /** Waits until there is no cluster of that name (any more). */
  public synchronized void awaitNoCluster(String name) {
    await(
        "no cluster " + name,
        () ->
            clusterResponses > 0 && !clusters.containsKey(name)
                ? Optional.of(true)
                : Optional.empty());
  }

  /** Returns the endpoints of the cluster of that name, of type EDS; waits for the first answer. */
  public synchronized List<ProxyEndpoint> endpoints(String cluster) {
    return awaitEndpoints(cluster, any -> true);
  }

  /** Returns the endpoints of the cluster of that name, as soon as they pass. */
  public synchronized List<ProxyEndpoint> awaitEndpoints(
      String cluster, Predicate<List<ProxyEndpoint>> test) {
    return await("endpoints of " + cluster, () -> endpointsOf(cluster).filter(test));
  }

  private Optional<List<ProxyEndpoint>> endpointsOf(String cluster) {
    return Optional.ofNullable(clusters.get(cluster))
        .flatMap(found -> Optional.ofNullable(endpoints.get(found.endpointsName())));
  }

  /** Responses with clusters so far: each is a full push as a proxy feels it. */
  public synchronized long clusterResponses() {
    return clusterResponses;
  }

  /** Responses with endpoints so far. */
  public synchronized long endpointResponses() {
    return endpointResponses;
  }

  private synchronized List<DiscoveryRequest.Builder> received(DiscoveryResponse response) {
    List<DiscoveryRequest.Builder> answers = new ArrayList<>();
    switch (response.getTypeUrl()) {
      case CLUSTER -> {
        clusterResponses++;
        clusters.clear();
        for (Any resource : response.getResourcesList()) {
          ProxyCluster cluster = ProxyCluster.of(cluster(resource));
          clusters.put(cluster.name(), cluster);
        }
        answers.add(acknowledgement(response, List.of()));
        if (watchesOthers()) {
          answers.add(request(ENDPOINTS, watched));
        }
      }
      case ENDPOINTS -> {
        // Only clusters in the response changed: the others keep their endpoints.
        endpointResponses++;
        for (Any resource : response.getResourcesList()) {
          ClusterLoadAssignment assignment = assignment(resource);
          endpoints.put(assignment.getClusterName(), ProxyEndpoint.of(assignment));
        }
        answers.add(acknowledgement(response, watched));
      }
      default -> throw new IllegalStateException("type: " + response.getTypeUrl());
    }
    notifyAll();
    return answers;
  }

  /** Watches the endpoints of the present clusters; whether these are others than before. */
  private boolean watchesOthers() {
    Set<String> names = new TreeSet<>();
    for (ProxyCluster cluster : clusters.values()) {
      if (cluster.discovery() == Cluster.DiscoveryType.EDS) {
        names.add(cluster.endpointsName());
      }
    }
    endpoints.keySet().retainAll(names);
    boolean others = !names.equals(watched);
    watched = names;
    return others;
  }

  private static DiscoveryRequest.Builder acknowledgement(
      DiscoveryResponse response, Collection<String> names) {
    return request(response.getTypeUrl(), names)
        .setVersionInfo(response.getVersionInfo())
        .setResponseNonce(response.getNonce());
  }

  private static DiscoveryRequest.Builder request(String type, Collection<String> names) {
    return DiscoveryRequest.newBuilder().setTypeUrl(type).addAllResourceNames(names);
  }

  private static Cluster cluster(Any resource) {
    try {
      return Cluster.parseFrom(resource.getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("not a cluster", e);
    }
  }

  private static ClusterLoadAssignment assignment(Any resource) {
    try {
      return ClusterLoadAssignment.parseFrom(resource.getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("not a ClusterLoadAssignment", e);
    }
  }

  private synchronized void ended(Throwable cause) {
    end = cause;
    notifyAll();
  }

  private synchronized <T> T await(String what, Supplier<Optional<T>> value) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      Optional<T> found = value.get();
      if (found.isPresent()) {
        return found.get();
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0 || end != null) {
        throw new AssertionError(
            "istiod: no "
                + what
                + " (expected: within "
                + LIMIT
                + "); clusters: "
                + clusters.keySet()
                + ", endpoints: "
                + endpoints,
            end);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for " + what, e);
      }
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
