package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * The identity of the cluster that answers, given by the ids of its servers: a cluster that was
 * rebuilt from nothing has others, while its index may be anything, even above the last one seen.
 * After an outage missing instances are retained until the identity is known, since they may only
 * not have registered again. Owned by the loop.
 */
final class ClusterIdentity {
  private final Loop loop;
  private final ConsulClient client;
  private Set<String> servers = Set.of();
  private boolean doubted;
  private boolean asking;

  ClusterIdentity(Loop loop, ConsulClient client) {
    this.loop = loop;
    this.client = client;
  }

  /** Returns the ids of the servers: the nodes of Consul's own service. */
  static Set<String> serverIds(JsonNode body) {
    Set<String> ids = new HashSet<>();
    for (JsonNode entry : body) {
      String id = Json.text(entry.path("Node"), "ID");
      if (!id.isEmpty()) {
        ids.add(id);
      }
    }
    return ids;
  }

  /** Reads and records the ids of the servers. */
  void recordServers() {
    loop.assertOnLoop();
    client.servers(
        answer -> {
          if (answer instanceof Answer.Read<Set<String>> read && !read.value().isEmpty()) {
            servers = read.value();
          }
        });
  }

  /**
   * Marks the identity as doubted: Consul could not be read, so another cluster may answer next.
   */
  void markDoubted() {
    loop.assertOnLoop();
    doubted = true;
  }

  boolean isDoubted() {
    return doubted;
  }

  /** Ends the doubt. */
  void clearDoubt() {
    doubted = false;
  }

  /**
   * Compares the ids of the servers with the recorded ones, if the identity is doubted.
   *
   * @param same runs when the cluster is the same, or the ids cannot be read
   * @param other runs when no server is one of the recorded ones
   * @param unanswered runs when Consul did not answer
   */
  void verify(Runnable same, Runnable other, Runnable unanswered) {
    loop.assertOnLoop();
    if (!doubted || asking) {
      return;
    }
    asking = true;
    client.servers(
        answer -> {
          asking = false;
          if (!doubted) {
            return;
          }
          if (answer instanceof Answer.Failed<Set<String>> failed && failed.fault().mayPass()) {
            unanswered.run();
            return;
          }
          // Where ACLs hide Consul's own service, only the index can show a rebuilt cluster.
          Set<String> now =
              answer instanceof Answer.Read<Set<String>> read ? read.value() : Set.of();
          boolean others =
              !servers.isEmpty() && !now.isEmpty() && Collections.disjoint(servers, now);
          servers = now.isEmpty() ? servers : now;
          clearDoubt();
          if (others) {
            other.run();
          } else {
            same.run();
          }
        });
  }
}
