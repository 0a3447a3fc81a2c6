package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * Which cluster answers, told by the ids of its servers: one that was rebuilt from nothing has
 * others, while its index may be anything, also above the last one seen. Until that is known after
 * an outage, what is missing may only not have registered again, so it waits. Owned by the loop.
 */
final class Cluster {
  private final Loop loop;
  private final ConsulClient client;
  private Set<String> servers = Set.of();
  private boolean doubted;
  private boolean asking;

  Cluster(Loop loop, ConsulClient client) {
    this.loop = loop;
    this.client = client;
  }

  /** Ids of servers: the nodes of Consul's own service. */
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

  /** Notes who the servers are. */
  void note() {
    loop.check();
    client.servers(
        answer -> {
          if (answer instanceof Answer.Read<Set<String>> read && !read.value().isEmpty()) {
            servers = read.value();
          }
        });
  }

  /** Consul could not be read: what answers next may be another cluster. */
  void doubt() {
    loop.check();
    doubted = true;
  }

  boolean isDoubted() {
    return doubted;
  }

  /** Forgets the doubt. */
  void forget() {
    doubted = false;
  }

  /**
   * Asks who the servers are, if there is a doubt.
   *
   * @param same is run when they are those of before, or cannot be told
   * @param other is run when none of them is one of before
   * @param unanswered is run when Consul did not answer
   */
  void settle(Runnable same, Runnable other, Runnable unanswered) {
    loop.check();
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
          // Where ACLs hide Consul's own service only the index can tell.
          Set<String> now =
              answer instanceof Answer.Read<Set<String>> read ? read.value() : Set.of();
          boolean others =
              !servers.isEmpty() && !now.isEmpty() && Collections.disjoint(servers, now);
          servers = now.isEmpty() ? servers : now;
          forget();
          if (others) {
            other.run();
          } else {
            same.run();
          }
        });
  }
}
