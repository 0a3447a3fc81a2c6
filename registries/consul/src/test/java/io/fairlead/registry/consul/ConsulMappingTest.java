package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of the mapping of a real Consul's answers. */
@NeedsServer("consul")
class ConsulMappingTest {
  private static ConsulServer consul;
  private static Mirrored mirrored;

  @BeforeAll
  static void start() {
    consul = ConsulServer.started();
    mirrored = new Mirrored(Configurations.at(consul.address()).build()).awaitSynced();
  }

  @AfterAll
  static void stop() {
    mirrored.close();
    consul.close();
  }

  private static void check(String node, String id, String service, String status) {
    consul
        .api()
        .register(
            """
            {"Node":"%s","Address":"10.0.0.9","SkipNodeUpdate":true,
             "Check":{"Node":"%s","CheckID":"%s","Name":"c","ServiceID":"%s","Status":"%s"}}"""
                .formatted(node, node, id, service, status));
  }

  private static void register(String node, String service) {
    consul
        .api()
        .register(
            "{\"Node\":\"%s\",\"Address\":\"10.0.0.9\",\"Service\":%s}".formatted(node, service));
  }

  private static Instance only(Service service) {
    assertThat(service.instances()).hasSize(1);
    return service.instances().get(0);
  }

  private static Instance awaitOnly(String service, String what, Availability availability) {
    return only(
        mirrored.await(
            service,
            what,
            it ->
                it.instances().size() == 1
                    && it.instances().get(0).availability() == availability));
  }

  @Test
  void service_carriesDatacenterAndItsInstancesMetaAndTags() {
    register(
        "m1", "{\"ID\":\"a\",\"Service\":\"meta\",\"Tags\":[\"x\",\"y\"],\"Meta\":{\"k\":\"v\"}}");
    register("m1", "{\"ID\":\"b\",\"Service\":\"meta\",\"Tags\":[\"y\",\"z\"],\"Port\":1}");
    Service service = mirrored.await("meta", "two instances", it -> it.instances().size() == 2);
    assertThat(service.variables()).isEqualTo(Map.of("datacenter", "dc1"));
    assertThat(service.tags()).isEmpty();
    assertThat(service.instances())
        .extracting(Instance::tags)
        .containsExactly(List.of("x", "y"), List.of("y", "z"));
    assertThat(service.metadata()).isEmpty();
    assertThat(service.instances()).extracting(Instance::id).containsExactly("m1/a", "m1/b");
    assertThat(service.instances().get(0).metadata()).isEqualTo(Map.of("k", "v"));
    assertThat(service.instances().get(0).port()).isZero();
    assertThat(service.instances().get(0).address()).isEqualTo("10.0.0.9");
  }

  @Test
  void warning_keepsTheInstanceWithItsOtherWeight() {
    register(
        "w1", "{\"Service\":\"weighty\",\"Port\":1,\"Weights\":{\"Passing\":9,\"Warning\":2}}");
    assertThat(only(mirrored.await("weighty", "there", it -> true)).weight()).isEqualTo(9);
    check("w1", "c1", "weighty", "warning");
    Service warned =
        mirrored.await("weighty", "weight 2", it -> it.instances().get(0).weight() == 2);
    assertThat(only(warned).availability()).isEqualTo(Availability.READY);
    check("w1", "c1", "weighty", "passing");
    mirrored.await("weighty", "weight 9", it -> it.instances().get(0).weight() == 9);
  }

  @Test
  void nodeCheck_concernsEveryInstanceOnTheNode() {
    register("n1", "{\"Service\":\"on-node\",\"Port\":1}");
    check("n1", "serfHealth", "", "critical");
    awaitOnly("on-node", "unhealthy", Availability.UNHEALTHY);
    check("n1", "serfHealth", "", "passing");
    awaitOnly("on-node", "ready", Availability.READY);
  }

  @Test
  void maintenance_ofTheServiceAndOfItsAgent() {
    consul.api().registerWithAgent("kept-1", "kept", 1);
    awaitOnly("kept", "ready", Availability.READY);
    consul.api().setMaintenance("kept-1", true);
    awaitOnly("kept", "in maintenance", Availability.MAINTENANCE);
    consul.api().setMaintenance("kept-1", false);
    awaitOnly("kept", "ready", Availability.READY);
    consul.api().setAgentMaintenance(true);
    awaitOnly("kept", "in maintenance", Availability.MAINTENANCE);
    consul.api().setAgentMaintenance(false);
    awaitOnly("kept", "ready", Availability.READY);
    consul.api().deregisterFromAgent("kept-1");
    mirrored.await("kept", 0);
  }

  @Test
  void locality_ofTheServiceElseOfTheNode() {
    consul
        .api()
        .register(
            "{\"Node\":\"l1\",\"Address\":\"10.0.0.1\",\"Locality\":{\"Region\":\"nr\",\"Zone\":\"nz\"},"
                + "\"Service\":{\"ID\":\"a\",\"Service\":\"local\",\"Port\":1}}");
    consul
        .api()
        .register(
            "{\"Node\":\"l1\",\"Address\":\"10.0.0.1\",\"Locality\":{\"Region\":\"nr\",\"Zone\":\"nz\"},"
                + "\"Service\":{\"ID\":\"b\",\"Service\":\"local\",\"Port\":2,"
                + "\"Locality\":{\"Region\":\"sr\",\"Zone\":\"sz\"}}}");
    assertThat(mirrored.await("local", 2))
        .extracting(Instance::locality)
        .containsExactly(new Locality("nr", "nz", ""), new Locality("sr", "sz", ""));
  }

  @Test
  void proxies_andConsulItselfAreLeftOut() {
    register(
        "p1",
        "{\"Service\":\"shop-sidecar-proxy\",\"Kind\":\"connect-proxy\",\"Port\":1,"
            + "\"Proxy\":{\"DestinationServiceName\":\"shop\"}}");
    register("p1", "{\"Service\":\"shop\",\"Port\":1}");
    mirrored.await("shop", 1);
    assertThat(mirrored.sink().state())
        .doesNotContainKeys(ServiceId.of("shop-sidecar-proxy"), ServiceId.of("consul"));
  }

  @ParameterizedTest
  @CsvSource({"redis, Redis", "Kafka, kafka", "ETCD, etcd"})
  void names_thatDifferInCase_areOneServiceUnderOneNameFromFirstToLast(
      String first, String second) {
    String name = first.toLowerCase(Locale.ROOT);
    register("c1", "{\"ID\":\"%s-a\",\"Service\":\"%s\",\"Port\":1}".formatted(first, first));
    mirrored.await(name, 1);
    int mark = mirrored.mark();
    register("c2", "{\"ID\":\"%s-b\",\"Service\":\"%s\",\"Port\":1}".formatted(first, second));
    mirrored.await(name, 2);
    consul.api().deregister("c1", first + "-a");
    mirrored.await(name, 1);
    register("c1", "{\"ID\":\"%s-a\",\"Service\":\"%s\",\"Port\":1}".formatted(first, first));
    mirrored.await(name, 2);
    consul.api().deregister("c2", first + "-b");
    mirrored.await(name, 1);
    assertThat(mirrored.sink().eventsSince(mark))
        .isNotEmpty()
        .noneMatch(SinkEvent.Removed.class::isInstance);
    assertThat(mirrored.sink().state().keySet())
        .filteredOn(id -> id.name().equalsIgnoreCase(name))
        .containsExactly(ServiceId.of(name));
  }

  @Test
  void nodeAndInstance_thatChangeInCase_stayOneInstance() {
    register("k1", "{\"ID\":\"x\",\"Service\":\"spelled\",\"Port\":1}");
    String id = only(mirrored.await("spelled", "there", it -> true)).id();
    register("K1", "{\"ID\":\"X\",\"Service\":\"Spelled\",\"Port\":2}");
    Service changed = mirrored.await("spelled", "port 2", it -> it.instances().get(0).port() == 2);
    assertThat(only(changed).id()).isEqualTo(id);
  }

  @Test
  void datacenter_ofTheConfiguration_isFoldedAsConsulDoes() {
    register("d1", "{\"ID\":\"dc\",\"Service\":\"of-dc\",\"Port\":1}");
    ConsulConfiguration upper = Configurations.at(consul.address()).datacenter("DC1").build();
    try (Mirrored other = new Mirrored(upper)) {
      Service service = other.await("of-dc", "there", it -> true);
      assertThat(service.variables()).isEqualTo(Map.of("datacenter", "dc1"));
    }
  }

  @Test
  void creationIndex_isThatOfTheOldestInstance_andAChangeOfAnotherOneChangesNothing() {
    register("o1", "{\"ID\":\"o-a\",\"Service\":\"aged\",\"Port\":1}");
    Service first = mirrored.await("aged", "one instance", it -> it.instances().size() == 1);
    assertThat(first.creationIndex()).isPresent();
    register("o2", "{\"ID\":\"o-b\",\"Service\":\"aged\",\"Port\":1}");
    Service both = mirrored.await("aged", "two instances", it -> it.instances().size() == 2);
    assertThat(both.creationIndex()).isEqualTo(first.creationIndex());
    consul.api().deregister("o1", "o-a");
    Service last = mirrored.await("aged", "one instance", it -> it.instances().size() == 1);
    assertThat(last.creationIndex().getAsLong()).isGreaterThan(first.creationIndex().getAsLong());
  }

  @Test
  void taggedAddress_withoutAPort_keepsThePortOfTheService() {
    register(
        "t1",
        "{\"ID\":\"t\",\"Service\":\"tagged\",\"Address\":\"10.5.1.1\",\"Port\":8080,"
            + "\"TaggedAddresses\":{\"wan\":{\"Address\":\"203.0.113.11\"}}}");
    ConsulConfiguration wan = Configurations.at(consul.address()).taggedAddress("wan").build();
    try (Mirrored other = new Mirrored(wan)) {
      Instance instance = only(other.await("tagged", "there", it -> true));
      assertThat(instance.address()).isEqualTo("203.0.113.11");
      assertThat(instance.port()).isEqualTo(8080);
    }
  }

  @Test
  void weight_onlyForPassing_leavesTheInstanceInAtAWarning() {
    register("w2", "{\"Service\":\"half-said\",\"Port\":1,\"Weights\":{\"Passing\":5}}");
    assertThat(only(mirrored.await("half-said", "there", it -> true)).weight()).isEqualTo(5);
    check("w2", "c2", "half-said", "warning");
    mirrored.await("half-said", "weight 1", it -> it.instances().get(0).weight() == 1);
  }

  @Test
  void name_withCharactersThatUrlsReserve() {
    register("u1", "{\"Service\":\"a b?c&d%e\",\"Port\":1}");
    mirrored.await("a b?c&d%e", 1);
  }

  @Test
  void lastInstanceGone_givesOneEmptyServiceAndNoRemoval() {
    register("g1", "{\"Service\":\"leaving\",\"Port\":1}");
    mirrored.await("leaving", 1);
    int mark = mirrored.mark();
    consul.api().deregister("g1", "leaving");
    mirrored.await("leaving", 0);
    register("g1", "{\"Service\":\"leaving\",\"Port\":2}");
    mirrored.await("leaving", 1);
    assertThat(mirrored.sink().eventsSince(mark))
        .filteredOn(
            event ->
                event instanceof SinkEvent.Removed
                    || event instanceof SinkEvent.Changed changed
                        && changed.service().id().name().equals("leaving")
                        && changed.service().instances().isEmpty())
        .hasSize(1);
  }

  @Test
  void laterFirstRead_doesNotListWhatIsGone() {
    register("r1", "{\"Service\":\"short-lived\",\"Port\":1}");
    mirrored.await("short-lived", 1);
    consul.api().deregister("r1", "short-lived");
    mirrored.await("short-lived", 0);
    try (Mirrored fresh = new Mirrored(Configurations.at(consul.address()).build())) {
      fresh.awaitSynced();
      assertThat(fresh.sink().state()).doesNotContainKey(ServiceId.of("short-lived"));
    }
  }

  @Test
  void datacenter_thatDoesNotExistFailsAndSaysSo() {
    ConsulConfiguration elsewhere =
        Configurations.at(consul.address())
            .datacenter("elsewhere")
            .maxWait(Duration.ofSeconds(1))
            .build();
    try (Mirrored failing = new Mirrored(elsewhere)) {
      assertThat(failing.awaitFailure(0, "elsewhere")).contains(consul.address().toString());
      assertThat(failing.sink().resyncs()).isZero();
    }
  }
}
