package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of what is taken of a real Consul's catalog, and at which address. */
@NeedsServer("consul")
class ConsulSelectionTest {
  private static ConsulServer consul;

  @BeforeAll
  static void start() {
    consul = ConsulServer.started();
    register("shop", "10.1.0.1", "shop", "\"Tags\":[\"prod\",\"v1\"],\"Meta\":{\"team\":\"shop\"}");
    register("shop-b", "10.1.0.2", "shop", "\"Tags\":[\"v1\"],\"Meta\":{\"team\":\"other\"}");
    register("bare", "", "bare", "\"Meta\":{\"team\":\"shop\"}");
  }

  @AfterAll
  static void stop() {
    consul.close();
  }

  private static void register(String id, String address, String service, String more) {
    consul
        .api()
        .register(
            """
            {"Node":"n1","Address":"10.99.0.1","TaggedAddresses":{"wan":"203.0.113.9"},"Service":
             {"ID":"%s","Service":"%s","Address":"%s","Port":80,%s}}\
            """
                .formatted(id, service, address, more));
  }

  private static Configurations here() {
    return Configurations.at(consul.address());
  }

  private static List<String> addresses(Mirrored mirrored, String service, int instances) {
    return mirrored.await(service, instances).stream().map(Instance::address).sorted().toList();
  }

  @Test
  void tags_onlyInstancesWithAllOfThem_andServicesThatHaveAny() {
    try (Mirrored mirrored = new Mirrored(here().tags("v1", "prod").build())) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).containsOnlyKeys(ServiceId.of("shop"));
      assertThat(addresses(mirrored, "shop", 1)).containsExactly("10.1.0.1");
      register("late", "10.1.0.3", "late", "\"Tags\":[\"prod\"]");
      register("late", "10.1.0.3", "late", "\"Tags\":[\"prod\",\"v1\"]");
      mirrored.await("late", 1);
      register("late", "10.1.0.3", "late", "\"Tags\":[\"v1\"]");
      mirrored.await("late", 0);
      consul.api().deregister("n1", "late");
    }
  }

  @Test
  void filter_isConsulsOwn_andGoesTogetherWithTags() {
    String team = "Service.Meta.team == \"shop\" or Service.Meta.team == \"none\"";
    try (Mirrored mirrored = new Mirrored(here().filter(team).build())) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state())
          .containsOnlyKeys(ServiceId.of("shop"), ServiceId.of("bare"));
      assertThat(addresses(mirrored, "shop", 1)).containsExactly("10.1.0.1");
    }
    try (Mirrored mirrored = new Mirrored(here().filter(team).tags("prod").build())) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).containsOnlyKeys(ServiceId.of("shop"));
    }
  }

  @Test
  void filter_thatConsulDoesNotUnderstand_isNamedAndIsNoEmptyRegistry() {
    try (Mirrored mirrored = new Mirrored(here().filter("Service.Nonsense ==").build())) {
      assertThat(mirrored.awaitFailure(0, "filter: ")).contains("Service.Nonsense ==");
      assertThat(mirrored.sink().resyncs()).isZero();
    }
  }

  @Test
  void address_ofTheNode_orTaggedOfTheNode() {
    try (Mirrored mirrored = new Mirrored(here().build())) {
      assertThat(addresses(mirrored, "shop", 2)).containsExactly("10.1.0.1", "10.1.0.2");
      assertThat(addresses(mirrored, "bare", 1)).containsExactly("10.99.0.1");
    }
    try (Mirrored mirrored = new Mirrored(here().address(AddressChoice.NODE).build())) {
      assertThat(addresses(mirrored, "shop", 2)).containsExactly("10.99.0.1", "10.99.0.1");
    }
    ConsulConfiguration wan = here().address(AddressChoice.NODE).taggedAddress("wan").build();
    try (Mirrored mirrored = new Mirrored(wan)) {
      assertThat(addresses(mirrored, "shop", 2)).containsExactly("203.0.113.9", "203.0.113.9");
    }
  }

  @Test
  void proxies_used_areTheEndpointsOfTheApplicationBehindThem() {
    String sidecar =
        "\"Kind\":\"connect-proxy\",\"Meta\":{\"side\":\"car\"},"
            + "\"Proxy\":{\"DestinationServiceName\":\"paid\"}";
    register("paid", "10.1.0.7", "paid", "\"Meta\":{}");
    register("gate", "10.1.0.8", "gate", "\"Kind\":\"terminating-gateway\"");
    register("paid-proxy", "10.1.0.9", "paid-sidecar-proxy", sidecar);
    try (Mirrored mirrored = new Mirrored(here().proxies(Proxies.USE).build())) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).containsOnlyKeys(ServiceId.of("paid"));
      assertThat(addresses(mirrored, "paid", 1)).containsExactly("10.1.0.9");
      register("paid-proxy-2", "10.1.0.10", "paid-sidecar-proxy", sidecar);
      assertThat(addresses(mirrored, "paid", 2)).containsExactly("10.1.0.10", "10.1.0.9");
      consul.api().deregister("n1", "paid-proxy-2");
      mirrored.await("paid", 1);
      consul.api().deregister("n1", "paid-proxy");
      mirrored.await("paid", 0);
    }
    consul.api().deregister("n1", "paid");
    consul.api().deregister("n1", "gate");
  }

  @Test
  void proxies_usedOverFewConnections_theirChangesAreFoundByTheIndexes() {
    String sidecar =
        "\"Kind\":\"connect-proxy\",\"Meta\":{\"at\":\"%s\"},"
            + "\"Proxy\":{\"DestinationServiceName\":\"apart\"}";
    register("apart", "10.1.1.1", "apart", "\"Meta\":{}");
    register("apart-proxy", "10.1.1.2", "apart-sidecar-proxy", sidecar.formatted("first"));
    // One watch goes to a service that changed later.
    register("zz", "10.1.1.3", "zz", "\"Meta\":{}");
    ConsulConfiguration few = here().proxies(Proxies.USE).maxConnections(6).sweepRate(1).build();
    try (Mirrored mirrored = new Mirrored(few)) {
      mirrored.await("apart", 1);
      for (String at : List.of("second", "third", "fourth")) {
        register("apart-proxy", "10.1.1.2", "apart-sidecar-proxy", sidecar.formatted(at));
        mirrored.await("apart", at, it -> it.instances().get(0).metadata().containsValue(at));
        checkOfProxy("critical");
        mirrored.await(
            "apart",
            "unhealthy",
            it -> it.instances().get(0).availability() == Availability.UNHEALTHY);
        checkOfProxy("passing");
        mirrored.await(
            "apart", "ready", it -> it.instances().get(0).availability() == Availability.READY);
      }
    }
    consul.api().deregister("n1", "apart-proxy");
    consul.api().deregister("n1", "apart");
    consul.api().deregister("n1", "zz");
  }

  private static void checkOfProxy(String status) {
    consul
        .api()
        .register(
            """
            {"Node":"n1","Address":"10.99.0.1","SkipNodeUpdate":true,"Check":
             {"CheckID":"p","Name":"p","ServiceID":"apart-proxy","Status":"%s"}}"""
                .formatted(status));
  }

  @Test
  void proxies_leftOut_anApplicationThatTakesTheirNameIsSeen() {
    register(
        "later",
        "10.1.0.11",
        "later",
        "\"Kind\":\"connect-proxy\",\"Proxy\":{\"DestinationServiceName\":\"x\"}");
    ConsulConfiguration often = here().maxWait(Duration.ofSeconds(2)).build();
    try (Mirrored mirrored = new Mirrored(often)) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).doesNotContainKey(ServiceId.of("later"));
      register("later-app", "10.1.0.12", "later", "\"Meta\":{}");
      assertThat(addresses(mirrored, "later", 1)).containsExactly("10.1.0.12");
    }
    consul.api().deregister("n1", "later");
    consul.api().deregister("n1", "later-app");
  }

  @ParameterizedTest
  @EnumSource(Consistency.class)
  void consistency_eachModeSeesChangesAndRemovals(Consistency mode) {
    try (Mirrored mirrored = new Mirrored(here().consistency(mode).build())) {
      mirrored.awaitSynced();
      register("of-mode", "10.1.0.20", "of-mode", "\"Meta\":{}");
      mirrored.await("of-mode", 1);
      consul.api().deregister("n1", "of-mode");
      mirrored.await("of-mode", 0);
      assertThat(mirrored.sink().failures()).isZero();
    }
  }
}
