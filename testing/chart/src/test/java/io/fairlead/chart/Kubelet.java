package io.fairlead.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one node: takes each Pod that there is and has a {@link PodProcess} run it until it is
 * deleted. Its own thread looks at the Pods.
 */
final class Kubelet implements AutoCloseable {
  /** The node's name. */
  static final String NODE = "node-1";

  private static final Logger LOG = LoggerFactory.getLogger(Kubelet.class);

  private final Cluster cluster;
  private final PodAddresses addresses;
  private final Path folder;
  // Of the watching thread; after its end of the one that closes.
  private final Map<String, PodProcess> pods = new HashMap<>();
  private final Thread watcher = new Thread(this::watch, "kubelet");
  private volatile boolean closed;

  Kubelet(Cluster cluster, PodAddresses addresses, Path folder) {
    this.cluster = cluster;
    this.addresses = addresses;
    this.folder = folder;
    watcher.setDaemon(true);
    watcher.start();
  }

  private void watch() {
    while (!closed) {
      try {
        update(cluster.get("/api/v1/pods").path("items"));
      } catch (RuntimeException e) {
        LOG.debug("cannot read the Pods", e);
      }
      Cluster.pause();
    }
  }

  private void update(JsonNode items) {
    Set<String> gone = new HashSet<>(pods.keySet());
    for (JsonNode pod : items) {
      String uid = pod.at("/metadata/uid").asText();
      gone.remove(uid);
      PodProcess running = pods.get(uid);
      if (running == null) {
        if (pod.at("/spec/nodeName").isMissingNode()) {
          bind(pod);
        }
        running = new PodProcess(cluster, pod, addresses.next(), folder);
        pods.put(uid, running);
      }
      if (pod.at("/metadata").has("deletionTimestamp")) {
        running.terminate();
      }
    }
    gone.forEach(uid -> pods.remove(uid).close());
  }

  private void bind(JsonNode pod) {
    String name = pod.at("/metadata/name").asText();
    cluster.json(
        "POST",
        "/api/v1/namespaces/"
            + pod.at("/metadata/namespace").asText()
            + "/pods/"
            + name
            + "/binding",
        """
        {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "%s"},
         "target": {"apiVersion": "v1", "kind": "Node", "name": "%s"}}
        """
            .formatted(name, NODE));
  }

  @Override
  public void close() {
    closed = true;
    try {
      watcher.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pods.values().forEach(PodProcess::close);
  }
}
