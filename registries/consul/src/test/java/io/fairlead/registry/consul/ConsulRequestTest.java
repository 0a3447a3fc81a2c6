package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The form of the requests, where only Consul Enterprise or several servers could answer them. */
class ConsulRequestTest {
  private static final String SERVERS = "/v1/health/service/consul";

  private final FakeConsul consul = new FakeConsul();

  @AfterEach
  void stop() {
    consul.close();
  }

  private List<String> requests(Configurations configurations) {
    consul.set("web", 2);
    for (int i = 0; i < 20; i++) {
      consul.set("other" + i, 1);
    }
    ConsulConfiguration few =
        configurations.maxWait(Duration.ofSeconds(5)).maxConnections(6).build();
    try (Mirrored mirrored = new Mirrored(few)) {
      mirrored.awaitSynced();
      consul.set("web", 3);
      mirrored
          .sink()
          .awaitState(
              "web with 3 instances",
              Mirrored.LIMIT,
              state ->
                  state.values().stream()
                      .anyMatch(it -> it.id().name().equals("web") && it.instances().size() == 3));
      for (String path :
          List.of("catalog/services", "health/service", "health/state", "catalog/nodes")) {
        Awaitility.await()
            .atMost(Mirrored.LIMIT)
            .until(() -> consul.requests().stream().anyMatch(it -> it.startsWith("/v1/" + path)));
      }
    }
    return consul.requests();
  }

  private Configurations here() {
    return Configurations.at(consul.address());
  }

  @Test
  void namespaceAndPartition_areSaidInEachRequestThatTakesThem() {
    List<String> everything = requests(here().consulNamespace("team-a").partition("west"));
    List<String> all = everything.stream().filter(it -> !it.startsWith(SERVERS)).toList();
    // Consul's own servers, by whose ids a cluster that was built anew is known, are elsewhere.
    assertThat(everything)
        .filteredOn(it -> it.startsWith(SERVERS))
        .isNotEmpty()
        .allMatch(it -> it.contains("ns=default") && it.contains("partition=default"));
    assertThat(all)
        .filteredOn(it -> !it.startsWith("/v1/status/"))
        .isNotEmpty()
        .allMatch(it -> it.contains("partition=west"));
    assertThat(all)
        .filteredOn(it -> !it.startsWith("/v1/status/") && !it.startsWith("/v1/catalog/nodes"))
        .isNotEmpty()
        .allMatch(it -> it.contains("ns=team-a"));
    // Nodes belong to a partition, not to a namespace.
    assertThat(all)
        .filteredOn(it -> it.startsWith("/v1/catalog/nodes"))
        .isNotEmpty()
        .noneMatch(it -> it.contains("ns="));
  }

  @Test
  void consistencyStale_onlyWaitsMayBeAnsweredByAnyServer() {
    List<String> all = requests(here().consistency(Consistency.STALE));
    assertThat(all)
        .filteredOn(it -> it.contains("index="))
        .isNotEmpty()
        .allMatch(it -> it.contains("stale"));
    assertThat(all)
        .filteredOn(it -> !it.contains("index="))
        .isNotEmpty()
        .noneMatch(it -> it.contains("stale"));
  }

  @Test
  void consistencyConsistent_isSaidInEachRead() {
    assertThat(requests(here().consistency(Consistency.CONSISTENT)))
        .filteredOn(it -> !it.startsWith("/v1/status/"))
        .isNotEmpty()
        .allMatch(it -> it.contains("consistent"));
  }

  @Test
  void datacenter_isSaidInEachRequest() {
    assertThat(requests(here().datacenter("dc9")))
        .isNotEmpty()
        .allMatch(it -> it.contains("dc=dc9"));
  }
}
