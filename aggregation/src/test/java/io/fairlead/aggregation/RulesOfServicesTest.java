package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.conversion.rules.Naming;
import io.fairlead.conversion.rules.Rule;
import io.fairlead.conversion.rules.RuleSet;
import io.fairlead.conversion.rules.Selection;
import io.fairlead.conversion.rules.TextCondition;
import io.fairlead.conversion.rules.TextTemplate;
import io.fairlead.conversion.rules.Traffic;
import io.fairlead.conversion.rules.Variable;
import io.fairlead.conversion.rules.Visibility;
import io.fairlead.conversion.rules.When;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Services that rules split, name twice or leave out, on their way to the commit. */
class RulesOfServicesTest {
  private static final GuardPolicy GUARD = new GuardPolicy(0.3, 5, Duration.ofMinutes(5));
  private static final Rule BY_CODE =
      new Rule(
          When.ALWAYS,
          null,
          null,
          new Naming(
              TextTemplate.parse("{service}.{meta.code}.test"),
              null,
              List.of(Variable.parse("meta.code")),
              null),
          null,
          null,
          null);

  private final World world = World.guarded(new World.Log(), GUARD);
  private RegistrySink sink = world.register("first", 1);

  RulesOfServicesTest() {
    world.registries.allRegistered();
    world.settle();
  }

  private static When of(String service) {
    return new When(
        null,
        List.of(TextCondition.parse(service)),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  static Rule select(String service, Selection selection) {
    return new Rule(of(service), selection, null, null, null, null, null);
  }

  private static Rule alias(String service, String alias) {
    return new Rule(of(service), null, null, null, List.of(TextTemplate.parse(alias)), null, null);
  }

  private static Rule keepEmpty(String service, Duration keep) {
    return new Rule(
        of(service),
        null,
        null,
        null,
        null,
        null,
        new Traffic(null, null, null, null, null, null, null, null, null, null, null, keep));
  }

  private static Rule visible(String namespace) {
    return new Rule(
        When.ALWAYS,
        null,
        null,
        null,
        null,
        new Visibility(List.of(namespace), null, null, null),
        null);
  }

  private static RegistrySettings settings(String registry, Rule... rules) {
    return settings(registry, RuleSet.of(registry, List.of(), List.of(rules)));
  }

  private static RegistrySettings settings(String registry, RuleSet rules) {
    return new RegistrySettings(
        registry, 1, Given.policy(registry).rules(rules).build(), Given.KEEP_EMPTY);
  }

  private static Service coded(String name, String... addressesAndCodes) {
    List<Instance> instances = new ArrayList<>();
    for (int i = 0; i < addressesAndCodes.length; i += 2) {
      String address = addressesAndCodes[i];
      instances.add(
          new Instance(
              address,
              address,
              8080,
              1,
              Availability.READY,
              Locality.NONE,
              addressesAndCodes[i + 1].isEmpty()
                  ? Map.of()
                  : Map.of("code", addressesAndCodes[i + 1])));
    }
    return service(ServiceId.of(name), instances);
  }

  private void use(Rule... rules) {
    Map<String, RegistrySink> sinks =
        world.registries.reload(Set.of(), List.of(settings("first", rules)), List.of());
    sink = Objects.requireNonNull(sinks.get("first"));
    world.settle();
  }

  private void read(Service... services) {
    sink.resync(fresh(services));
    world.settle();
  }

  private List<Service> many() {
    return GuardedRegistry.services(0, 20);
  }

  private void readMany() {
    read(many().toArray(Service[]::new));
  }

  @Test
  void parts_areServedEach_andOneThatGoesIsKeptEmptyForItsTime() {
    use(BY_CODE);
    read(coded("web", "10.0.0.1", "a", "10.0.0.2", "b", "10.0.0.3", ""));
    assertThat(world.served())
        .containsOnlyKeys("mesh/web.test", "mesh/web.a.test", "mesh/web.b.test")
        .containsEntry("mesh/web.b.test", "first 10.0.0.2");
    assertThat(Set.copyOf(world.addresses().values())).hasSize(3);

    sink.changed(coded("web", "10.0.0.1", "a", "10.0.0.3", ""));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.b.test", "first ").hasSize(3);
    assertThat(world.outcomes("first")).containsEntry("web#b", ServiceStatus.KEPT_EMPTY);

    world.advance(Given.KEEP_EMPTY.plusSeconds(1));
    assertThat(world.served()).containsOnlyKeys("mesh/web.test", "mesh/web.a.test");
    assertThat(world.outcomes("first")).containsOnlyKeys("web", "web#a");

    sink.removed(ServiceId.of("web"));
    world.settle();
    assertThat(world.served()).isEmpty();
    assertThat(world.outcomes("first")).isEmpty();
  }

  @Test
  void partThatComesBack_isServedAsBefore() {
    use(BY_CODE);
    read(coded("web", "10.0.0.1", "a", "10.0.0.2", "b"));
    Map<String, String> versions = world.versions();
    Map<String, List<String>> addresses = world.addresses();

    sink.changed(coded("web", "10.0.0.1", "a"));
    world.settle();
    sink.changed(coded("web", "10.0.0.1", "a", "10.0.0.2", "b"));
    world.settle();

    assertThat(world.versions()).isEqualTo(versions);
    assertThat(world.addresses()).isEqualTo(addresses);
    world.advance(Given.KEEP_EMPTY.plusSeconds(1));
    assertThat(world.versions()).isEqualTo(versions);
  }

  @Test
  void alias_hasItsOwnEntryAndAddress_andTakesNoHostFromAService() {
    use(alias("web", "w.test"), alias("api", "web.test"), alias("other", "w.test"));
    read(service("api", "10.0.1.1"), service("other", "10.0.2.1"), service("web", "10.0.0.1"));

    assertThat(world.served())
        .containsOnlyKeys("mesh/api.test", "mesh/other.test", "mesh/web.test", "mesh/w.test")
        .containsEntry("mesh/web.test", "first 10.0.0.1")
        // Of two services with one alias the one with the lower id has it.
        .containsEntry("mesh/w.test", "first 10.0.2.1");
    assertThat(Set.copyOf(world.addresses().values())).hasSize(4);
    assertThat(world.outcomes("first"))
        .containsEntry("api#@web.test", ServiceStatus.REFUSED)
        .containsEntry("web#@w.test", ServiceStatus.REFUSED)
        .containsEntry("other#@w.test", ServiceStatus.SERVED);
    assertThat(findings("api#@web.test"))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.reason()).isEqualTo(Reason.ALIAS_TAKEN);
              assertThat(finding.detail()).contains("belongs to the service web");
            });

    sink.removed(ServiceId.of("other"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/w.test", "first 10.0.0.1");
  }

  @Test
  void aliasOfAHigherRegistry_takesNoHostFromAServiceOfALowerOne() {
    RegistrySink second = world.register("second", 0);
    use(alias("api", "web.test"));
    second.resync(fresh(service("web", "10.0.0.1")));
    read(service("api", "10.0.1.1"));

    assertThat(world.served()).containsEntry("mesh/web.test", "second 10.0.0.1");
    assertThat(world.outcomes("first")).containsEntry("api#@web.test", ServiceStatus.SHADOWED);
    assertThat(findings("api#@web.test")).isEmpty();
  }

  private static Service of(String namespace, String address) {
    return service(new ServiceId(namespace, "", "web"), address);
  }

  private Map<String, String> aliasesOf() {
    Map<String, String> hosts = new TreeMap<>();
    for (Resource resource : world.store.current().resources(CompactEntry.TYPE)) {
      String of =
          resource
              .decode()
              .getMetadata()
              .getAnnotationsOrDefault(ConvertedEntry.ALIAS_ANNOTATION, "");
      if (!of.isEmpty()) {
        hosts.put(CompactEntry.hostOf(resource.key()), of);
      }
    }
    return hosts;
  }

  @Test
  void alias_namesTheHostThatItsServiceHas_alsoIfAnotherOneHasTheHostThatItClaims() {
    use(alias("web", "{namespace}.alias"));
    read(of("b", "10.0.0.2"));
    assertThat(aliasesOf()).isEqualTo(Map.of("b.alias", "web.test"));

    sink.changed(of("a", "10.0.0.1"));
    world.settle();
    String hashed =
        world.served().keySet().stream()
            .filter(name -> name.startsWith("mesh/web-"))
            .map(name -> name.substring("mesh/".length()))
            .findFirst()
            .orElseThrow();
    Map<String, String> both = Map.of("a.alias", "web.test", "b.alias", hashed);
    assertThat(aliasesOf()).isEqualTo(both);
    Map<String, String> versions = world.versions();

    // The same in whatever order they come.
    for (Service[] all :
        List.of(
            new Service[] {of("a", "10.0.0.1"), of("b", "10.0.0.2")},
            new Service[] {of("b", "10.0.0.2"), of("a", "10.0.0.1")})) {
      World other = World.guarded(new World.Log(), GUARD);
      RegistrySink read =
          other.registries.register(settings("first", alias("web", "{namespace}.alias")));
      other.registries.allRegistered();
      read.resync(fresh(all));
      other.settle();
      assertThat(other.versions()).isEqualTo(versions);
    }

    int commits = world.log.commits.size();
    world.close();
    World next = World.guarded(world.log, GUARD);
    RegistrySink again =
        next.registries.register(settings("first", alias("web", "{namespace}.alias")));
    next.registries.allRegistered();
    next.settle();
    again.resync(fresh(of("b", "10.0.0.2"), of("a", "10.0.0.1")));
    next.settle();
    assertThat(next.versions()).isEqualTo(versions);
    assertThat(next.log.commits).hasSize(commits);

    again.removed(new ServiceId("a", "", "web"));
    next.settle();
    assertThat(
            next.store.current().resources(CompactEntry.TYPE).stream()
                .filter(one -> CompactEntry.hostOf(one.key()).equals("b.alias"))
                .map(
                    one ->
                        one.decode()
                            .getMetadata()
                            .getAnnotationsOrThrow(ConvertedEntry.ALIAS_ANNOTATION)))
        .containsExactly("web.test");
  }

  @Test
  void leftOut_isNotSelected_andGoesAtOnce() {
    read(service("web", "10.0.0.1"), service("test", "10.0.1.1"));
    use(select("te*", Selection.DROP));
    read(service("web", "10.0.0.1"), service("test", "10.0.1.1"));

    assertThat(world.served()).containsOnlyKeys("mesh/web.test");
    assertThat(world.outcomes("first")).containsEntry("test", ServiceStatus.NOT_SELECTED);
    assertThat(findings("test"))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.reason()).isEqualTo(Reason.NOT_SELECTED);
              assertThat(finding.detail()).isEqualTo("rules[0]");
            });
  }

  @Test
  void typoThatLeavesOutHalf_isHeldUntilItIsMended() {
    readMany();
    Map<String, String> served = world.served();
    use(select("s0*", Selection.KEEP));
    readMany();
    assertThat(world.served()).isEqualTo(served);
    assertThat(world.registries.guards())
        .singleElement()
        .satisfies(guard -> assertThat(guard.heldServices()).isEqualTo(10));

    int commits = world.log.commits.size();
    use(select("s*", Selection.KEEP));
    readMany();
    assertThat(world.served()).isEqualTo(served);
    assertThat(world.registries.guards()).isEmpty();
    assertThat(world.log.commits).hasSize(commits);
  }

  @Test
  void typoThatLeavesOutHalf_goesInOneCommitWhenApproved() {
    readMany();
    use(select("s0*", Selection.KEEP));
    readMany();
    int commits = world.log.commits.size();

    world.registries.approve(world.registries.guards().get(0).id());
    world.settle();

    assertThat(world.served()).hasSize(10);
    assertThat(world.log.commits).hasSize(commits + 1);
  }

  @Test
  void typoThatRenamesAll_isNoLossOfServices_butSaidBefore() {
    readMany();
    int commits = world.log.commits.size();
    use(BY_CODE);
    readMany();

    assertThat(world.served()).hasSize(20);
    assertThat(world.log.commits).hasSize(commits);
  }

  @Test
  void emptyService_staysForAsLongAsItsRuleSays_orNotAtAll() {
    use(keepEmpty("long", Duration.ofHours(1)), keepEmpty("none", Duration.ZERO));
    Service[] all = {
      service("long", "10.0.0.1"), service("none", "10.0.0.2"), service("usual", "10.0.0.3")
    };
    read(all);

    for (Service service : all) {
      sink.changed(service(service.id().name()));
    }
    world.settle();
    assertThat(world.served()).containsOnlyKeys("mesh/long.test", "mesh/usual.test");
    world.advance(Given.KEEP_EMPTY.plusSeconds(1));
    assertThat(world.served()).containsOnlyKeys("mesh/long.test");
    assertThat(world.outcomes("first"))
        .containsEntry("none", ServiceStatus.WITHDRAWN)
        .containsEntry("long", ServiceStatus.KEPT_EMPTY);

    // Another rule has another time begin.
    use(keepEmpty("long", Duration.ofHours(2)));
    read(Given.unready("long"));
    world.advance(Duration.ofMinutes(119));
    assertThat(world.served()).containsOnlyKeys("mesh/long.test");
    world.advance(Duration.ofMinutes(2));
    assertThat(world.served()).isEmpty();

    sink.changed(service("long", "10.0.0.1"));
    sink.changed(service("none", "10.0.0.2"));
    world.settle();
    assertThat(world.served()).containsOnlyKeys("mesh/long.test", "mesh/none.test");
  }

  @Test
  void rulesAtOtherPlaces_changeNothing() {
    use(alias("w", "x.test"));
    read(service("web", "10.0.0.1"), service("api", "10.0.0.2"));
    sink.changed(service("web"));
    world.settle();
    Map<String, String> versions = world.versions();
    int commits = world.log.commits.size();

    Map<String, RegistrySink> sinks =
        world.registries.reload(
            Set.of(),
            List.of(
                settings(
                    "first",
                    RuleSet.of(
                        "first",
                        List.of(),
                        List.of(
                            new Rule(
                                new When(
                                    List.of(TextCondition.parse("other")),
                                    null,
                                    null,
                                    null,
                                    null,
                                    null,
                                    null,
                                    null,
                                    null,
                                    null,
                                    null),
                                Selection.DROP,
                                null,
                                null,
                                null,
                                null,
                                null),
                            alias("w", "x.test"))))),
            List.of());
    sink = Objects.requireNonNull(sinks.get("first"));
    read(service("web"), service("api", "10.0.0.2"));

    assertThat(world.versions()).isEqualTo(versions);
    assertThat(world.log.commits).hasSize(commits);
    assertThat(world.outcomes("first")).containsEntry("web", ServiceStatus.KEPT_EMPTY);
  }

  @Test
  void otherRules_keepAnEmptyServiceWhileItsNameStays() {
    Service[] now = {service("web"), Given.unready("idle"), service("api", "10.0.0.2")};
    read(service("web", "10.0.0.1"), service("idle", "10.9.9.9"), service("api", "10.0.0.2"));
    read(now);

    use(visible("shop"));
    read(now);
    assertThat(world.served()).containsOnlyKeys("mesh/web.test", "mesh/idle.test", "mesh/api.test");
    assertThat(world.outcomes("first")).containsEntry("web", ServiceStatus.KEPT_EMPTY);
    // What can be made anew is: only without an instance the former entry is all that there is.
    assertThat(world.entry("idle.test").getExportToList()).containsExactly("shop");
    assertThat(world.entry("web.test").getExportToList()).doesNotContain("shop");

    use(visible("shop"), BY_CODE);
    read(now);
    assertThat(world.served()).containsOnlyKeys("mesh/idle.test", "mesh/api.test");
  }

  @Test
  void partThatGoes_isKeptForAsLongAsItsRuleSays() {
    use(BY_CODE, keepEmpty("web", Duration.ofHours(1)));
    read(coded("web", "10.0.0.1", "a", "10.0.0.2", "b"));
    read(coded("web", "10.0.0.1", "a"));

    world.advance(Given.KEEP_EMPTY.plusSeconds(1));
    assertThat(world.served()).containsEntry("mesh/web.b.test", "first ");
    world.advance(Duration.ofHours(1));
    assertThat(world.served()).containsOnlyKeys("mesh/web.a.test");
  }

  @Test
  void rulesThatChangeNothing_commitNothing() {
    readMany();
    Map<String, String> versions = world.versions();
    int commits = world.log.commits.size();

    use(select("nothing", Selection.DROP), alias("nothing", "x.test"));
    readMany();

    assertThat(world.versions()).isEqualTo(versions);
    assertThat(world.log.commits).hasSize(commits);
  }

  @Test
  void restart_withPartsAndAliases_changesNothing() {
    use(BY_CODE, alias("web", "w.test"));
    Service web = coded("web", "10.0.0.1", "a", "10.0.0.2", "b");
    read(web);
    Map<String, String> versions = world.versions();
    Map<String, List<String>> addresses = world.addresses();
    assertThat(versions).hasSize(3);
    int commits = world.log.commits.size();
    world.close();

    World next = World.guarded(world.log, GUARD);
    RegistrySink again =
        next.registries.register(settings("first", BY_CODE, alias("web", "w.test")));
    next.registries.allRegistered();
    next.settle();
    again.resync(fresh(web));
    next.settle();

    assertThat(next.versions()).isEqualTo(versions);
    assertThat(next.addresses()).isEqualTo(addresses);
    assertThat(next.log.commits).hasSize(commits);
  }

  private List<Finding> findings(String service) {
    return world.registries.reports("first").stream()
        .filter(report -> report.service().toString().equals(service))
        .flatMap(report -> report.findings().stream())
        .toList();
  }
}
