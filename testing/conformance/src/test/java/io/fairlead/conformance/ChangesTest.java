package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Push;
import io.fairlead.harness.XdsProbe;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each kind of change in each registry arrives in real istiods, and costs them no more than it
 * must: a change of endpoints a push of endpoints, no change no push.
 */
@NeedsServer({"consul", "nacos-server", "istiod-1.27.0", "istiod-1.18.2"})
@FleetTest
final class ChangesTest {
  private static final List<String> REGISTRIES = List.of("consul", "nacos", "file");
  private static final String BARRIER = "changes-barrier";

  private final Fleet fleet;

  ChangesTest(Fleet fleet) {
    this.fleet = fleet;
  }

  /** A change of one of three instances. */
  enum Change {
    WEIGHT(instance -> instance.withWeight(7)),
    LABEL(instance -> instance.withLabel("version", "v9")),
    LOCALITY(instance -> instance.withLocality("west/west-1")),
    UNHEALTHY(instance -> instance.withHealth(false)),
    HEALTHY(instance -> instance.withHealth(true)),
    PORT(instance -> instance.withPort(9999)),
    ADDRESS(instance -> instance.withAddress("10.2.9.9"));

    private final UnaryOperator<Registered> change;

    Change(UnaryOperator<Registered> change) {
      this.change = change;
    }

    Registered of(Registered instance) {
      return change.apply(instance);
    }

    String service() {
      return "changes-" + name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  @BeforeAll
  void registerServices() {
    for (String name : REGISTRIES) {
      MirroredRegistry registry = fleet.registry(name);
      for (Change change : Change.values()) {
        registerThree(registry, change.service());
        if (change == Change.HEALTHY) {
          registry.put(
              change.service(), "3", registry.instance(change.service(), "3").withHealth(false));
        }
      }
      for (String service :
          List.of(BARRIER, "changes-added", "changes-removed", "changes-emptied", "changes-same")) {
        registerThree(registry, service);
      }
    }
    fleet.brief().put("changes-gone", "1", Registered.at("10.2.1.1", 8080));
    fleet.awaitMirrored();
  }

  private static void registerThree(MirroredRegistry registry, String service) {
    for (int i = 1; i <= 3; i++) {
      registry.put(service, Integer.toString(i), Registered.at("10.2.0." + i, 8080));
    }
  }

  static Stream<Arguments> changesOfEachRegistry() {
    return REGISTRIES.stream()
        .flatMap(
            registry -> Stream.of(Change.values()).map(change -> Arguments.of(registry, change)));
  }

  @ParameterizedTest
  @MethodSource("changesOfEachRegistry")
  void change_ofAnInstance_isAPushOfEndpoints(String name, Change change) {
    MirroredRegistry registry = fleet.registry(name);

    Map<String, List<Push>> pushes =
        fleet.pushesOf(
            () ->
                registry.put(
                    change.service(), "3", change.of(registry.instance(change.service(), "3"))));

    assertOnlyEndpoints(pushes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"consul", "nacos", "file"})
  void registration_ofAnotherInstance_isAPushOfEndpoints(String name) {
    MirroredRegistry registry = fleet.registry(name);

    assertOnlyEndpoints(
        fleet.pushesOf(() -> registry.put("changes-added", "4", Registered.at("10.2.0.4", 8080))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"consul", "nacos", "file"})
  void deregistration_ofAnInstance_isAPushOfEndpoints(String name) {
    MirroredRegistry registry = fleet.registry(name);

    assertOnlyEndpoints(fleet.pushesOf(() -> registry.remove("changes-removed", "3")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"consul", "nacos", "file"})
  void registration_ofANewService_arrives(String name) {
    MirroredRegistry registry = fleet.registry(name);

    Map<String, List<Push>> pushes =
        fleet.pushesOf(() -> registry.put("changes-new", "1", Registered.at("10.2.2.1", 8080)));

    assertThat(pushes).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"consul", "nacos", "file"})
  void deregistration_ofTheLastInstance_reachesProxies_andTheEntryStays(String name) {
    MirroredRegistry registry = fleet.registry(name);
    String cluster = "outbound|8080||" + registry.host("changes-emptied");
    fleet.awaitMirrored();
    fleet
        .istiods()
        .each(
            (version, istiod) -> {
              try (XdsProbe probe = XdsProbe.connect(istiod.grpcPort())) {
                probe.awaitEndpoints(cluster, endpoints -> endpoints.size() == 3);
                for (int i = 1; i <= 3; i++) {
                  registry.remove("changes-emptied", Integer.toString(i));
                }
                probe.awaitEndpoints(cluster, List::isEmpty);
                fleet.awaitMirrored();

                registerThree(registry, "changes-emptied");
                probe.awaitEndpoints(cluster, endpoints -> endpoints.size() == 3);
                fleet.awaitMirrored();
              }
            });
  }

  @Test
  void deregistration_ofTheLastInstance_removesTheEntryAfterItsTime() {
    fleet.awaitMirrored();

    fleet.brief().remove("changes-gone", "1");

    fleet.awaitMirrored();
    assertThat(fleet.expected(Istiods.REVISION))
        .doesNotContainKey("file/" + fleet.brief().host("changes-gone"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"consul", "nacos", "file"})
  void registration_ofTheSameAgain_isNoPush(String name) {
    MirroredRegistry registry = fleet.registry(name);
    fleet.awaitMirrored();
    Map<String, Integer> marks = fleet.istiods().settle();

    for (int i = 1; i <= 3; i++) {
      registry.touch("changes-same", Integer.toString(i));
    }
    // What comes after bounds the wait: a push for what came before would come with it.
    double weight = registry.instance(BARRIER, "1").weight();
    registry.put(BARRIER, "1", registry.instance(BARRIER, "1").withWeight(weight + 1));
    fleet.awaitMirrored();

    assertThat(fleet.istiods().awaitPushes(marks).values())
        .allSatisfy(
            pushes ->
                assertThat(pushes)
                    .singleElement()
                    .satisfies(
                        push -> {
                          assertThat(push.events()).isEqualTo(1);
                          assertThat(push.cause()).contains(BARRIER);
                        }));
  }

  private static void assertOnlyEndpoints(Map<String, List<Push>> pushes) {
    assertThat(pushes)
        .allSatisfy(
            (version, ofOne) ->
                assertThat(ofOne)
                    .as("pushes of istiod %s", version)
                    .isNotEmpty()
                    .noneMatch(Push::isFull));
  }
}
