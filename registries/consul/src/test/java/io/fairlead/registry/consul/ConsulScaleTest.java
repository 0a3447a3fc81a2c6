package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulApi;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Notice;
import io.fairlead.registry.Service;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More services than connections. */
@NeedsServer("consul")
class ConsulScaleTest {
  private static final int SERVICES = 300;
  private static ConsulServer consul;

  @BeforeAll
  static void start() {
    consul = ConsulServer.builder().tls().hcl("limits { http_max_conns_per_client = 40 }").start();
    consul.api().registerMany("many", SERVICES);
  }

  @AfterAll
  static void stop() {
    consul.close();
  }

  private static void changeEach(Mirrored mirrored, String node) {
    for (int i : List.of(0, 7, 150, 299)) {
      consul.api().register(node, "many" + i + node, "many" + i, "10.1.1.1", 80);
      mirrored.await(
          "many" + i,
          "an instance on " + node,
          it -> it.instances().stream().anyMatch(one -> one.id().startsWith(node + "/")));
    }
    consul.api().deregisterNode(node);
    for (int i : List.of(0, 7, 150, 299)) {
      mirrored.await(
          "many" + i,
          "no instance on " + node,
          it -> it.instances().stream().noneMatch(one -> one.id().startsWith(node + "/")));
    }
  }

  @Test
  void http1_fewConnections_allAreMirroredAndChangesArrive() {
    ConsulConfiguration few = Configurations.at(consul.address()).maxConnections(8).build();
    try (Mirrored mirrored = new Mirrored(few)) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).hasSize(SERVICES);
      changeEach(mirrored, "few");
      // A check changes without the catalog: only the watch of failing checks can tell.
      consul
          .api()
          .register(
              """
              {"Node":"many-1","Address":"10.98.0.2","SkipNodeUpdate":true,"Check":
               {"Node":"many-1","CheckID":"c","Name":"c","ServiceID":"many120-1","Status":"critical"}}""");
      mirrored.await(
          "many120",
          "unhealthy",
          it -> it.instances().get(0).availability() == Availability.UNHEALTHY);
      consul
          .api()
          .register(
              """
              {"Node":"many-1","Address":"10.98.0.2","SkipNodeUpdate":true,"Check":
               {"Node":"many-1","CheckID":"c","Name":"c","ServiceID":"many120-1","Status":"passing"}}""");
      mirrored.await(
          "many120", "ready", it -> it.instances().get(0).availability() == Availability.READY);
      assertThat(mirrored.sink().notices())
          .singleElement()
          .satisfies(
              notice -> {
                assertThat(notice.kind()).isEqualTo(Notice.Kind.CHANGES_LATE);
                assertThat(notice.message())
                    .startsWith(SERVICES + " services, but connections for")
                    .contains("(maxConnections: 8, addresses: 1, HTTP/1.1)");
                assertThat(notice.advice()).contains("limits.http_max_conns_per_client");
              });
    }
  }

  /** The sweep would take five minutes, so only the indexes can show what changed. */
  @ParameterizedTest
  @ValueSource(ints = {0, 400})
  void http1_fewConnections_changesAreFoundByTheIndexes(int moreNodes) {
    // With more nodes than services the services' indexes are compared, else the nodes'.
    List<String> operations = new ArrayList<>();
    for (int i = 0; i < moreNodes; i++) {
      operations.add(
          "{\"Node\":{\"Verb\":\"set\",\"Node\":{\"Node\":\"idle-%d\",\"Address\":\"10.97.0.1\"}}}"
              .formatted(i));
    }
    consul.api().transact(operations);
    ConsulConfiguration slow =
        Configurations.at(consul.address()).maxConnections(8).sweepRate(1).build();
    try (Mirrored mirrored = new Mirrored(slow)) {
      mirrored.awaitSynced();
      for (int i : List.of(37, 150, 261)) {
        changesOf(mirrored, "many" + i, "many-" + i / 100);
      }
      assertThat(mirrored.sink().failures()).isZero();
    } finally {
      for (int i = 0; i < moreNodes; i++) {
        consul.api().deregisterNode("idle-" + i);
      }
    }
  }

  private static void changesOf(Mirrored mirrored, String name, String node) {
    String registration =
        """
        {"Node":"%s","Address":"%s","SkipNodeUpdate":%s,"Service":
         {"ID":"%s","Service":"%s","Port":%d%s}%s}""";

    Service before = mirrored.await(name, "there", it -> true);
    String own = name + "-own";
    ConsulApi api = consul.api();
    api.register(registration.formatted("new-" + name, "10.7.0.1", false, own, name, 80, "", ""));
    mirrored.await(name, "an instance on a new node", it -> ports(it).contains(80));
    api.register(registration.formatted("new-" + name, "10.7.0.2", false, own, name, 80, "", ""));
    mirrored.await(
        name,
        "its node's new address",
        it -> it.instances().stream().anyMatch(one -> one.address().equals("10.7.0.2")));
    api.register(
        registration.formatted(node, "", true, own, name, 81, ",\"Meta\":{\"a\":\"b\"}", ""));
    mirrored.await(name, "an instance with metadata", it -> ports(it).contains(81));
    api.register(
        registration.formatted(node, "", true, own, name, 81, ",\"Meta\":{\"a\":\"c\"}", ""));
    mirrored.await(
        name,
        "its new metadata",
        it -> it.instances().stream().anyMatch(one -> one.metadata().containsValue("c")));
    api.register(
        registration.formatted(
            node,
            "",
            true,
            own,
            name,
            81,
            "",
            ",\"Check\":{\"CheckID\":\"%s\",\"Name\":\"c\",\"ServiceID\":\"%s\",\"Status\":\"warning\"}"
                .formatted(own, own)));
    mirrored.await(
        name,
        "no metadata",
        it -> it.instances().stream().noneMatch(one -> one.metadata().containsValue("c")));
    api.deregister(node, own);
    mirrored.await(name, "one instance on its node less", it -> !ports(it).contains(81));
    api.deregisterNode("new-" + name);
    mirrored.await(name, "as before", it -> it.equals(before));
  }

  private static List<Integer> ports(Service service) {
    return service.instances().stream().map(Instance::port).toList();
  }

  @Test
  void http1_moreConnectionsThanConsulAllows_findsTheLimitAndGoesOn() {
    ConsulConfiguration many = Configurations.at(consul.address()).maxConnections(150).build();
    try (Mirrored mirrored = new Mirrored(many)) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).hasSize(SERVICES);
      changeEach(mirrored, "over");
    }
  }

  @Test
  void http2_oneConnectionCarriesMostWatches() {
    ConsulConfiguration tls =
        Configurations.at(consul.secureAddress()).ca(consul.caFile()).maxConnections(10).build();
    try (Mirrored mirrored = new Mirrored(tls)) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).hasSize(SERVICES);
      changeEach(mirrored, "tls");
      assertThat(mirrored.sink().notices()).isEmpty();
      assertThat(mirrored.sink().failures()).isZero();
    }
  }
}
