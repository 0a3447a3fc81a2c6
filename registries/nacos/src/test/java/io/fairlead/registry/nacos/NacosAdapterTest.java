package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.common.KeyedRecord;
import io.fairlead.harness.NacosApi;
import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.FreePorts;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests of behaviour particular to Nacos, on a real server 3.x. */
@NeedsServer(NacosServer.NAME)
@ExtendWith(SharedNacos.class)
class NacosAdapterTest {
  private static final AtomicInteger NAMESPACES = new AtomicInteger();
  private static final Duration SETTLE = Duration.ofSeconds(3);

  private final NacosServer server = SharedNacos.get(generation(), Login.NONE);
  private final NacosApi api = server.api();
  private final String namespace = "adapter-" + NAMESPACES.incrementAndGet();

  /** Of the server; asked before the test's own fields are set. */
  Generation generation() {
    return Generation.NACOS_3;
  }

  @BeforeEach
  void makeNamespace() {
    api.createNamespace(namespace);
  }

  private NacosConfiguration configuration(List<String> groups) {
    return Mirroring.configuration(server.address(), List.of(namespace), groups, SETTLE);
  }

  private Mirroring mirror() {
    return new Mirroring(configuration(List.of("DEFAULT_GROUP")));
  }

  private NacosInstance instance(String service, String ip, int port) {
    return NacosInstance.of(service, ip, port).in(namespace, "DEFAULT_GROUP");
  }

  private ServiceId id(String service) {
    return new ServiceId(namespace, "DEFAULT_GROUP", service);
  }

  @Test
  void groups_onlyTheConfiguredOnesAreMirrored() {
    for (String group : List.of("blue", "green", "red")) {
      api.register(NacosInstance.of("web", "10.0.0.1", 80).in(namespace, group));
    }
    try (Mirroring two = new Mirroring(configuration(List.of("blue", "green")));
        Mirroring all = new Mirroring(configuration(List.of("*")))) {
      ServiceId later = new ServiceId(namespace, "black", "web");
      api.register(NacosInstance.of("web", "10.0.0.1", 80).in(namespace, "black"));
      assertThat(all.await("the later group", state -> state.containsKey(later)).keySet())
          .extracting(ServiceId::group)
          .containsExactlyInAnyOrder("black", "blue", "green", "red");
      assertThat(two.await("two", state -> state.size() == 2).keySet())
          .extracting(ServiceId::group)
          .containsExactlyInAnyOrder("blue", "green");
    }
  }

  @Test
  void all_namespaceMadeLaterIsMirrored() {
    api.register(NacosInstance.of("shared-web", "10.0.0.1", 80));
    api.register(instance("web", "10.0.0.1", 80));
    NacosConfiguration everything =
        Mirroring.configuration(server.address(), null, List.of("*"), SETTLE);
    try (Mirroring mirroring = new Mirroring(everything)) {
      mirroring.await(
          "two namespaces",
          state ->
              state.containsKey(id("web"))
                  && state.containsKey(new ServiceId("public", "DEFAULT_GROUP", "shared-web")));
      String later = namespace + "-later";
      api.createNamespace(later);
      api.register(NacosInstance.of("web", "10.0.0.2", 80).in(later, "g").asEphemeral());
      mirroring.awaitInstances(new ServiceId(later, "g", "web"), 1);
    }
  }

  @Test
  void namespace_thatIsNotThere_isAnErrorAndNotAnEmptyRegistry() {
    NacosConfiguration wrong =
        Mirroring.configuration(server.address(), List.of("no-such"), List.of("*"), SETTLE);
    try (Mirroring mirroring = new Mirroring(wrong)) {
      assertThat(mirroring.awaitRefusal()).contains("namespaces: no-such", "public", namespace);
      assertThat(mirroring.sink.resyncs()).isZero();
      api.createNamespace("no-such");
      mirroring.await("an empty registry", Map::isEmpty);
      int mark = mirroring.sink.mark();
      api.deleteNamespace("no-such");
      mirroring.sink.awaitEvent(mark, "a failure", Mirroring.LIMIT, event -> event.isFailure());
    }
  }

  @Test
  void namespace_oneOfSeveralIsDeleted_theOthersGoOnAndItsServicesStay() {
    String deleted = namespace + "-deleted";
    ServiceId kept = new ServiceId(deleted, "DEFAULT_GROUP", "web");
    api.createNamespace(deleted);
    api.register(NacosInstance.of("web", "10.0.0.1", 80).in(deleted, "DEFAULT_GROUP"));
    api.register(instance("web", "10.0.0.1", 80));
    NacosConfiguration both =
        Mirroring.configuration(
            server.address(), List.of(deleted, namespace), List.of("*"), SETTLE);
    try (Mirroring mirroring = new Mirroring(both)) {
      mirroring.awaitInstances(kept, 1);
      int mark = mirroring.sink.mark();
      api.deleteNamespace(deleted);
      SinkEvent told =
          mirroring.sink.awaitEvent(mark, "a failure", Mirroring.LIMIT, SinkEvent::isFailure);
      assertThat(told.toString()).contains("namespaces: " + deleted + " is not a namespace");
      api.register(instance("web", "10.0.0.2", 80));
      mirroring.awaitInstances(id("web"), 2);
      api.register(instance("later", "10.0.0.2", 80));
      mirroring.awaitInstances(id("later"), 1);
      try (Mirroring second = new Mirroring(both)) {
        second.awaitInstances(id("later"), 1);
        second.awaitInstances(kept, 1);
        second.sink.awaitEvent(0, "a failure", Mirroring.LIMIT, SinkEvent::isFailure);
      }
      assertThat(mirroring.sink.state()).containsKey(kept);
      api.createNamespace(deleted);
      int back = mirroring.sink.mark();
      mirroring.sink.awaitEvent(
          back, "a success", Mirroring.LIMIT, SinkEvent.Alive.class::isInstance);
    }
  }

  @Test
  void instances_valuesOfEveryKindArePassedOnAsTheyAre() {
    api.register(instance("odd", "10.0.0.1", 0).withWeight(0));
    api.register(instance("odd", "host.example.com", 80).withWeight(0.5));
    api.register(instance("odd", "10.0.0.3", 65535).withWeight(10000));
    api.register(
        instance("odd", "2001:db8::1", 80)
            .withMetadata(Map.of("k", "v w", "empty", "", "quote", "a\"b\\c", "ü", "日本")));
    try (Mirroring mirroring = mirror()) {
      Service odd = mirroring.awaitInstances(id("odd"), 4);
      assertThat(odd.instances())
          .extracting(Instance::address, Instance::port, Instance::weight)
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple("10.0.0.1", 0, 0.0),
              org.assertj.core.groups.Tuple.tuple("host.example.com", 80, 0.5),
              org.assertj.core.groups.Tuple.tuple("10.0.0.3", 65535, 10000.0),
              org.assertj.core.groups.Tuple.tuple("2001:db8::1", 80, 1.0));
      assertThat(odd.instances())
          .filteredOn(it -> it.address().startsWith("2001"))
          .singleElement()
          .satisfies(
              it ->
                  assertThat(it.metadata())
                      .containsEntry("k", "v w")
                      .containsEntry("empty", "")
                      .containsEntry("quote", "a\"b\\c")
                      .containsEntry("ü", "日本"));
    }
  }

  @Test
  void clusters_instancesOfAllOfThemBelongToTheService() {
    api.register(instance("web", "10.0.0.1", 80).inCluster("EAST"));
    api.register(instance("web", "10.0.0.2", 80).inCluster("WEST"));
    try (Mirroring mirroring = mirror()) {
      assertThat(mirroring.awaitInstances(id("web"), 2).instances())
          .extracting(Instance::id)
          .containsExactlyInAnyOrder("10.0.0.1#80#EAST", "10.0.0.2#80#WEST");
      api.register(instance("web", "10.0.0.3", 80).inCluster("NORTH"));
      mirroring.awaitInstances(id("web"), 3);
      api.deregister(instance("web", "10.0.0.1", 80).inCluster("EAST"));
      mirroring.awaitInstances(id("web"), 2);
    }
  }

  @Test
  void protectThreshold_reached_unhealthyInstancesAreReady() {
    NacosInstance sick = instance("web", "10.0.0.1", 80).withHealthy(false);
    api.register(sick);
    api.updateService(namespace, "DEFAULT_GROUP", "web", 0.5, Map.of("owner", "x"));
    try (Mirroring mirroring = mirror()) {
      mirroring.awaitInstance(
          id("web"), "protection", it -> it.availability() == Availability.READY);
      api.updateService(namespace, "DEFAULT_GROUP", "web", 0, Map.of("owner", "x"));
      mirroring.awaitInstance(
          id("web"), "no protection", it -> it.availability() == Availability.UNHEALTHY);
    }
  }

  @Test
  void pushes_lost_everyChangeIsFoundAllTheSame() {
    NacosInstance one = instance("web", "10.0.0.1", 80);
    api.register(one);
    try (Mirroring mirroring = Mirroring.withoutPushes(configuration(List.of("DEFAULT_GROUP")))) {
      mirroring.awaitInstances(id("web"), 1);
      api.register(instance("later", "10.0.0.1", 80));
      mirroring.awaitInstances(id("later"), 1);
      api.update(one.withWeight(7));
      mirroring.awaitInstance(id("web"), "another weight", it -> it.weight() == 7);
      api.update(one.withMetadata(Map.of("version", "v2")));
      mirroring.awaitInstance(
          id("web"), "other metadata", it -> "v2".equals(it.metadata().get("version")));
      api.update(one.withEnabled(false));
      mirroring.awaitInstance(
          id("web"), "disabled", it -> it.availability() == Availability.DISABLED);
      api.update(one);
      api.register(one.withHealthy(false));
      mirroring.awaitInstance(
          id("web"), "enabled, unhealthy", it -> it.availability() == Availability.UNHEALTHY);
      api.register(instance("web", "10.0.0.2", 80));
      mirroring.awaitInstances(id("web"), 2);
      api.deregister(one);
      mirroring.awaitInstances(id("web"), 1);
    }
  }

  @Test
  void service_scaledToZeroAndDeleted_isEmptiedThenRemoved() {
    NacosInstance one = instance("web", "10.0.0.1", 80);
    api.register(one);
    api.register(instance("other", "10.0.0.1", 80));
    try (Mirroring mirroring = mirror()) {
      mirroring.awaitInstances(id("web"), 1);
      api.deregister(one);
      mirroring.awaitInstances(id("web"), 0);
      api.deleteService(namespace, "DEFAULT_GROUP", "web");
      mirroring.await("web gone", state -> !state.containsKey(id("web")) && state.size() == 1);
    }
  }

  @Test
  void addresses_firstServerDead_theNextStandsInForIt() {
    api.register(instance("web", "10.0.0.1", 80));
    NacosConfiguration one = configuration(List.of("*"));
    NacosConfiguration two =
        KeyedRecord.of(NacosConfiguration.class)
            .with(
                Map.of(
                    "addresses",
                    List.of("127.0.0.1:" + FreePorts.next(), one.addresses().get(0)),
                    "namespaces",
                    one.namespaces(),
                    "groups",
                    one.groups(),
                    "settle",
                    one.settle()));
    try (Mirroring mirroring = new Mirroring(two)) {
      mirroring.awaitInstances(id("web"), 1);
      api.register(instance("web", "10.0.0.2", 80));
      mirroring.awaitInstances(id("web"), 2);
    }
  }

  @Test
  void services_thousandAndMore_allArriveAtOnceAndEachChangeAfterIt() throws Exception {
    int count = 1_200;
    ExecutorService writers = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> writes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String name = "many-" + i;
        writes.add(
            writers.submit(() -> api.register(instance(name, "10.0.0.1", 80).asEphemeral())));
      }
      for (Future<?> write : writes) {
        write.get(60, TimeUnit.SECONDS);
      }
    } finally {
      writers.shutdownNow();
    }
    try (Mirroring mirroring = mirror()) {
      assertThat(mirroring.await("the first read", state -> true)).hasSize(count);
      api.register(instance("many-7", "10.0.0.2", 80).asEphemeral());
      mirroring.awaitInstances(id("many-7"), 2);
      api.register(instance("one-more", "10.0.0.2", 80).asEphemeral());
      mirroring.awaitInstances(id("one-more"), 1);
      assertThat(mirroring.sink.state()).hasSize(count + 1);
    }
  }
}
