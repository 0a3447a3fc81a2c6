package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.conversion.ServiceStatus;
import io.fairlead.conversion.rules.Rule;
import io.fairlead.conversion.rules.RuleSet;
import io.fairlead.conversion.rules.Selection;
import io.fairlead.conversion.rules.Traffic;
import io.fairlead.conversion.rules.When;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Resource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Services whose endpoints are pods, by a rule with a workloadSelector: what they lose is a loss
 * although their entries have no endpoints. 20 services.
 */
class PodsOfServicesTest {
  private static final GuardPolicy GUARD = new GuardPolicy(0.3, 5, Duration.ofMinutes(5));
  private static final Rule PODS =
      new Rule(
          When.ALWAYS,
          null,
          null,
          null,
          null,
          null,
          new Traffic(
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              Map.of("app", "web"),
              null,
              null));

  private World world = World.guarded(new World.Log(), GUARD);
  private RegistrySink sink = world.registries.register(settings("first", PODS));
  private Map<String, String> versions = Map.of();

  @BeforeEach
  void fill() {
    world.registries.allRegistered();
    world.settle();
    read(all());
    versions = world.versions();
    assertThat(versions).hasSize(20);
  }

  private static RegistrySettings settings(String registry, Rule... rules) {
    return new RegistrySettings(
        registry,
        1,
        Given.policy(registry).rules(RuleSet.of(registry, List.of(), List.of(rules))).build(),
        Given.KEEP_EMPTY);
  }

  private static Service[] all() {
    return GuardedRegistry.services(0, 20).toArray(Service[]::new);
  }

  private void read(Service... services) {
    sink.resync(fresh(services));
    world.settle();
  }

  private void use(Set<String> removed, RegistrySettings settings) {
    sink =
        Objects.requireNonNull(
            world.registries.reload(removed, List.of(settings), List.of()).get(settings.name()));
    world.settle();
  }

  private void restart() {
    world.close();
    world = World.guarded(world.log, GUARD);
    sink = world.registries.register(settings("first", PODS));
    world.registries.allRegistered();
    world.settle();
  }

  private void assertHeld(int services) {
    assertThat(world.versions()).isEqualTo(versions);
    assertThat(world.registries.guards())
        .singleElement()
        .satisfies(guard -> assertThat(guard.heldServices()).isEqualTo(services));
  }

  @Test
  void emptyRead_isHeld() {
    read();
    assertHeld(20);

    read(all());
    assertThat(world.versions()).isEqualTo(versions);
    assertThat(world.registries.guards()).isEmpty();
  }

  @Test
  void emptyReadAfterARestart_isHeld() {
    restart();
    read();
    assertHeld(20);
  }

  @Test
  void typoThatLeavesOutHalf_isHeld() {
    use(Set.of(), settings("first", PODS, RulesOfServicesTest.select("s0*", Selection.KEEP)));
    read(all());
    assertHeld(10);
  }

  @Test
  void registryThatAnotherReplaces_isHeldIfThatHasNothing() {
    use(Set.of("first"), settings("second", PODS));
    read();
    assertHeld(20);
  }

  @Test
  void serviceWithoutInstances_isKeptForItsTimeAndNoLossAnyMore() {
    sink.changed(Given.service("s00"));
    world.settle();
    assertThat(world.versions()).isEqualTo(versions);
    assertThat(world.outcomes("first")).containsEntry("s00", ServiceStatus.KEPT_EMPTY);

    world.advance(Given.KEEP_EMPTY.plusSeconds(1));
    assertThat(world.versions()).hasSize(19).doesNotContainKey("mesh/s00.test");
    assertThat(world.registries.guards()).isEmpty();
  }

  @Test
  void podsOfAService_countAsOneEndpoint() {
    Resource resource = world.store.current().resources(CompactEntry.TYPE).iterator().next();
    assertThat(ServiceOrigin.endpoints(resource, "first", ServiceId.of("s00"))).isEqualTo(1);
  }
}
