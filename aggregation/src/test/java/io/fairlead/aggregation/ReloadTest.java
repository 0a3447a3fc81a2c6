package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.conversion.HostTemplate;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardStatus;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Commit;
import io.fairlead.versioning.ResourceKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Changes of the configuration of a running gateway: nothing goes before what comes was read. */
class ReloadTest {
  private static final GuardPolicy POLICY = new GuardPolicy(0.3, 5, Duration.ofMinutes(5));

  private final World world = World.guarded(new World.Log(), POLICY);
  private RegistrySink a = world.register("a", 5);

  ReloadTest() {
    world.registries.allRegistered();
    a.resync(all(20));
    world.settle();
  }

  private static ReadOutcome all(int services) {
    return new ReadOutcome.Fresh(GuardedRegistry.services(0, services));
  }

  private static List<RegistrySettings> registries(String... names) {
    return Arrays.stream(names).map(name -> Given.registry(name, 5)).toList();
  }

  private Map<String, RegistrySink> reload(Set<String> leaving, String... arriving) {
    Map<String, RegistrySink> sinks =
        world.registries.reload(leaving, List.of(), registries(arriving));
    world.settle();
    return sinks;
  }

  private Map<String, RegistrySink> change(RegistrySettings... changed) {
    Map<String, RegistrySink> sinks =
        world.registries.reload(Set.of(), List.of(changed), List.of());
    world.settle();
    return sinks;
  }

  private List<Commit> commits() {
    return world.log.commits;
  }

  private List<ResourceKey> removalsSince(int commits) {
    return commits().subList(commits, commits().size()).stream()
        .flatMap(commit -> commit.changes().removals().stream())
        .toList();
  }

  private List<GuardStatus> guards() {
    return world.registries.guards();
  }

  private static void fail(RegistrySink sink) {
    sink.failing("cannot be read", new IOException("no such directory"));
  }

  @Test
  void rename_servesWhatWasThereUntilTheNewNameIsRead_andChangesItInOneCommit() {
    Map<String, String> before = world.served();
    Map<String, List<String>> addresses = world.addresses();
    int commits = commits().size();
    RegistrySink b = sink(reload(Set.of("a"), "b"), "b");
    fail(b);
    world.advance(Duration.ofDays(1));
    assertThat(world.served()).isEqualTo(before);
    assertThat(guards())
        .singleElement()
        .satisfies(
            guard -> {
              assertThat(guard.registry()).isEqualTo("a");
              assertThat(guard.state()).isEqualTo(GuardStatus.State.WAITING);
              assertThat(guard.waitingFor()).containsExactly("b");
              assertThat(guard.heldServices()).isEqualTo(20);
            });
    int resources = commits().size();

    b.resync(all(20));
    world.settle();
    assertThat(world.served()).hasSize(20).containsEntry("mesh/s00.test", "b 10.0.0.1,10.0.0.2");
    assertThat(removalsSince(commits)).isEmpty();
    assertThat(commits().subList(resources, commits().size()))
        .filteredOn(commit -> !commit.changes().puts().isEmpty())
        .singleElement()
        .satisfies(commit -> assertThat(commit.changes().puts()).hasSize(20));
    assertThat(world.addresses()).isEqualTo(addresses);
    assertThat(guards()).isEmpty();
  }

  @Test
  void rename_whatTheNewNameLacks_goesInTheSameCommit() {
    RegistrySink b = sink(reload(Set.of("a"), "b"), "b");
    int commits = commits().size();
    b.resync(all(18));
    world.settle();
    assertThat(world.served()).hasSize(18);
    assertThat(commits()).hasSize(commits + 1);
    assertThat(removalsSince(commits)).hasSize(2);
  }

  @Test
  void rename_withFarFewerServices_isHeldLikeAnyLoss_untilItIsConfirmed() {
    RegistrySink b = sink(reload(Set.of("a"), "b"), "b");
    b.resync(all(3));
    world.settle();
    assertThat(world.served()).hasSize(20).containsEntry("mesh/s00.test", "b 10.0.0.1,10.0.0.2");
    assertThat(guards())
        .singleElement()
        .satisfies(
            guard -> {
              assertThat(guard.state()).isEqualTo(GuardStatus.State.HOLDING);
              assertThat(guard.heldServices()).isEqualTo(17);
              assertThat(guard.confirmsAt()).isPresent();
            });
    readFor(POLICY.confirmAfter(), b);
    assertThat(world.served()).hasSize(3);
    assertThat(guards()).isEmpty();
  }

  @Test
  void rename_heldLoss_endsForWhatIsGivenAfterAll() {
    RegistrySink b = sink(reload(Set.of("a"), "b"), "b");
    b.resync(all(3));
    b.changed(service("s10", "10.0.10.9"));
    world.settle();
    assertThat(world.served()).hasSize(20).containsEntry("mesh/s10.test", "b 10.0.10.9");
    assertThat(guards().get(0).heldServices()).isEqualTo(16);
    b.resync(all(20));
    world.settle();
    assertThat(guards()).isEmpty();
  }

  @Test
  void rename_withFarFewerEndpoints_keepsThem() {
    RegistrySink b = sink(reload(Set.of("a"), "b"), "b");
    List<Service> shrunk = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      shrunk.add(GuardedRegistry.shrunk(i));
    }
    b.resync(new ReadOutcome.Fresh(shrunk));
    world.settle();
    assertThat(world.served()).hasSize(20).containsEntry("mesh/s07.test", "b 10.0.7.1,10.0.7.2");
    readFor(POLICY.confirmAfter(), b);
    assertThat(world.served()).containsEntry("mesh/s07.test", "b 10.0.7.1");
  }

  private static RegistrySettings hidden(String name) {
    return new RegistrySettings(
        name, 5, Given.policy(name).exportTo(List.of(".")).build(), Given.KEEP_EMPTY);
  }

  private static Service other(int number) {
    return service("other" + number, "10.1.0." + number);
  }

  @Test
  void changeOfTwoRegistries_isOneCommit() {
    RegistrySink b = world.register("b", 4);
    b.resync(fresh(other(1)));
    world.settle();
    int commits = commits().size();
    Map<String, RegistrySink> sinks = change(hidden("a"), hidden("b"));
    sink(sinks, "b").resync(fresh(other(1)));
    sink(sinks, "b").changed(other(2));
    world.settle();
    assertThat(commits()).hasSize(commits);
    assertThat(world.served()).hasSize(21);

    sink(sinks, "a").resync(all(20));
    world.settle();
    assertThat(commits()).hasSize(commits + 1);
    assertThat(commits().get(commits).changes().puts()).hasSize(22);
    assertThat(world.served()).hasSize(22);

    sink(sinks, "b").changed(other(3));
    world.settle();
    assertThat(world.served()).hasSize(23);
  }

  @Test
  void changeOfTwoRegistries_waitsForNoneThatFails() {
    RegistrySink b = world.register("b", 4);
    b.resync(fresh(other(1)));
    world.settle();
    Map<String, RegistrySink> sinks = change(hidden("a"), hidden("b"));
    sink(sinks, "b").resync(fresh(other(1), other(2)));
    world.settle();
    assertThat(world.served()).hasSize(21);

    fail(sink(sinks, "a"));
    world.settle();
    assertThat(world.served()).hasSize(22);
    int commits = commits().size();

    sink(sinks, "a").resync(all(20));
    world.settle();
    assertThat(commits()).hasSize(commits + 1);
  }

  @Test
  void changeOfTwoRegistries_waitsForASlowOneForAShortTimeOnly_orForAnotherChange() {
    RegistrySink b = world.register("b", 4);
    b.resync(fresh(other(1)));
    world.settle();
    Map<String, RegistrySink> sinks = change(hidden("a"), hidden("b"));
    sink(sinks, "b").resync(fresh(other(1), other(2)));
    world.settle();
    assertThat(world.served()).hasSize(21);
    world.advance(JointReads.MAX_WAIT);
    assertThat(world.served()).hasSize(22);

    sinks = change(hidden("a"), Given.registry("b", 5));
    sink(sinks, "b").resync(fresh(other(1), other(2), other(3)));
    world.settle();
    assertThat(world.served()).hasSize(22);
    change(hidden("a"));
    assertThat(world.served()).hasSize(23);
  }

  @Test
  void removalAlone_goesAtOnce() {
    reload(Set.of("a"));
    assertThat(world.served()).isEmpty();
    assertThat(guards()).isEmpty();
    assertThat(world.log.notes()).doesNotContainKey("registry/a");
  }

  @Test
  void additionThenRemoval_inTwoReloads_waitsToo() {
    RegistrySink b = sink(reload(Set.of(), "b"), "b");
    fail(b);
    reload(Set.of("a"));
    assertThat(world.served()).hasSize(20);
    b.resync(all(20));
    world.settle();
    assertThat(world.served()).hasSize(20).containsEntry("mesh/s00.test", "b 10.0.0.1,10.0.0.2");
  }

  @Test
  void registryThatIsWaitedFor_takenAwayAgain_isTheWordThatItAllGoes() {
    fail(sink(reload(Set.of("a"), "b"), "b"));
    reload(Set.of("b"));
    assertThat(world.served()).isEmpty();
    assertThat(guards()).isEmpty();
  }

  @Test
  void oldRegistryBroughtBack_nothingHasHappened() {
    Map<String, String> versions = world.versions();
    int commits = commits().size();
    fail(sink(reload(Set.of("a"), "b"), "b"));
    a = sink(reload(Set.of("b"), "a"), "a");
    assertThat(world.versions()).isEqualTo(versions);
    a.resync(all(20));
    world.settle();
    assertThat(world.versions()).isEqualTo(versions);
    assertThat(commits().subList(commits, commits().size()))
        .allMatch(
            commit -> commit.changes().puts().isEmpty() && commit.changes().removals().isEmpty());
    assertThat(guards()).isEmpty();
  }

  @Test
  void wrongPathThenMended_isWaitedForUnderItsNewRegistration() {
    fail(sink(reload(Set.of("a"), "b"), "b"));
    RegistrySink mended = sink(reload(Set.of(), "b"), "b");
    assertThat(world.served()).hasSize(20);
    mended.resync(all(20));
    world.settle();
    assertThat(world.served()).hasSize(20).containsEntry("mesh/s00.test", "b 10.0.0.1,10.0.0.2");
    assertThat(guards()).isEmpty();
  }

  @Test
  void approval_endsTheWait() {
    fail(sink(reload(Set.of("a"), "b"), "b"));
    assertThat(world.registries.approve(guards().get(0).id())).isTrue();
    world.settle();
    assertThat(world.served()).isEmpty();
    assertThat(guards()).isEmpty();
  }

  @Test
  void rejection_keepsWhatTheNewRegistryLacks() {
    RegistrySink b = sink(reload(Set.of("a"), "b"), "b");
    assertThat(world.registries.reject(guards().get(0).id())).isTrue();
    b.resync(all(3));
    readFor(POLICY.confirmAfter().multipliedBy(10), b);
    assertThat(world.served()).hasSize(20);
    world.registries.approve(guards().get(0).id());
    world.settle();
    assertThat(world.served()).hasSize(3);
  }

  @Test
  void swappedSources_neverHaveFewerHosts_inWhateverOrderTheyAreRead() {
    for (boolean firstA : new boolean[] {true, false}) {
      World swapped = World.guarded(new World.Log(), POLICY);
      swapped.register("x", 5).resync(new ReadOutcome.Fresh(GuardedRegistry.services(0, 10)));
      swapped.register("y", 9).resync(new ReadOutcome.Fresh(GuardedRegistry.services(10, 20)));
      swapped.registries.allRegistered();
      swapped.settle();
      Set<String> hosts = Set.copyOf(swapped.served().keySet());
      Map<String, RegistrySink> sinks =
          swapped.registries.reload(
              Set.of(), List.of(), List.of(Given.registry("x", 5), Given.registry("y", 9)));
      swapped.settle();
      assertThat(swapped.served().keySet()).isEqualTo(hosts);
      String first = firstA ? "x" : "y";
      String second = firstA ? "y" : "x";
      sink(sinks, first).resync(given(first));
      swapped.settle();
      assertThat(swapped.served().keySet()).isEqualTo(hosts);
      sink(sinks, second).resync(given(second));
      swapped.settle();
      assertThat(swapped.served())
          .hasSize(20)
          .containsEntry("mesh/s00.test", "y 10.0.0.1,10.0.0.2")
          .containsEntry("mesh/s19.test", "x 10.0.19.1,10.0.19.2");
      assertThat(swapped.registries.guards()).isEmpty();
    }
  }

  private static ReadOutcome given(String registry) {
    return new ReadOutcome.Fresh(
        registry.equals("y") ? GuardedRegistry.services(0, 10) : GuardedRegistry.services(10, 20));
  }

  private static RegistrySink sink(Map<String, RegistrySink> sinks, String name) {
    return Objects.requireNonNull(sinks.get(name));
  }

  @Test
  void otherSourceUnderTheSameName_keepsAnEmptyServiceForItsTime() {
    a.changed(service("s00"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/s00.test", "a ");
    a = sink(reload(Set.of(), "a"), "a");
    List<Service> services = new ArrayList<>(GuardedRegistry.services(1, 20));
    services.add(service("s00"));
    a.resync(new ReadOutcome.Fresh(services));
    world.settle();
    assertThat(world.served()).hasSize(20).containsEntry("mesh/s00.test", "a ");
    assertThat(guards()).isEmpty();
    world.advance(Given.KEEP_EMPTY);
    assertThat(world.served()).hasSize(19);
  }

  @Test
  void otherSourceUnderTheSameName_keepsNamesAndGivesNoneAHash() {
    a = sink(reload(Set.of(), "a"), "a");
    List<Service> renamed = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      // Another type of registry names the same services otherwise.
      renamed.add(
          service(
              new ServiceId("public", "GROUP", GuardedRegistry.name(i)),
              GuardedRegistry.address(i, 1),
              GuardedRegistry.address(i, 2)));
    }
    Map<String, String> versions = world.versions();
    a.resync(new ReadOutcome.Fresh(renamed));
    world.settle();
    assertThat(world.versions().keySet()).isEqualTo(versions.keySet());
    assertThat(guards()).isEmpty();
  }

  @Test
  void allRegistriesReplaced_waitsForTheLastOfThem() {
    RegistrySink other = sink(reload(Set.of(), "other"), "other");
    other.resync(new ReadOutcome.Fresh(GuardedRegistry.services(20, 30)));
    world.settle();
    Map<String, RegistrySink> sinks = reload(Set.of("a", "other"), "c", "d");
    sink(sinks, "d").resync(new ReadOutcome.Fresh(GuardedRegistry.services(20, 30)));
    world.settle();
    assertThat(world.served())
        .hasSize(30)
        .containsEntry("mesh/s20.test", "d 10.0.20.1,10.0.20.2")
        .containsEntry("mesh/s00.test", "a 10.0.0.1,10.0.0.2");
    sink(sinks, "c").resync(all(20));
    world.settle();
    assertThat(world.served()).hasSize(30).containsEntry("mesh/s00.test", "c 10.0.0.1,10.0.0.2");
    assertThat(guards()).isEmpty();
  }

  @Test
  void additionsAndChangesOfTheOthers_goOnWhileOneIsWaitedFor() {
    RegistrySink other = sink(reload(Set.of(), "other"), "other");
    other.resync(fresh(service("web", "10.1.0.1")));
    world.settle();
    Map<String, RegistrySink> sinks = reload(Set.of("a"), "b", "c");
    fail(sink(sinks, "b"));
    sink(sinks, "c").resync(fresh(service("new", "10.1.0.7")));
    sink(sinks, "c").changed(service("s03", "10.9.0.3"));
    other.changed(service("web", "10.1.0.2"));
    world.settle();
    assertThat(world.served())
        .hasSize(22)
        .containsEntry("mesh/new.test", "c 10.1.0.7")
        .containsEntry("mesh/s03.test", "c 10.9.0.3")
        .containsEntry("mesh/web.test", "other 10.1.0.2");
    other.removed(ServiceId.of("web"));
    world.settle();
    assertThat(world.served()).hasSize(21);
  }

  @Test
  void leavingRegistry_keepsItsHostsFromOneOfLowerPriority_untilItsSuccessorIsRead() {
    RegistrySink low = world.registries.register(Given.registry("low", 1));
    low.resync(fresh(service("s00", "10.7.0.1")));
    world.settle();
    RegistrySink b = sink(reload(Set.of("a"), "b"), "b");
    assertThat(world.served()).containsEntry("mesh/s00.test", "a 10.0.0.1,10.0.0.2");
    b.resync(all(20));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/s00.test", "b 10.0.0.1,10.0.0.2");
  }

  @Test
  void restartDuringTheWait_isAsSafe_andStillJudgesTheLoss() {
    Map<String, String> before = world.served();
    fail(sink(reload(Set.of("a"), "b"), "b"));
    world.close();
    World next = World.guarded(world.log, POLICY);
    RegistrySink b = next.register("b", 5);
    next.registries.allRegistered();
    next.settle();
    assertThat(next.served()).isEqualTo(before);
    assertThat(next.isSynced()).isFalse();
    b.resync(all(3));
    next.settle();
    assertThat(next.served()).hasSize(20);
    assertThat(next.registries.guards().get(0).heldServices()).isEqualTo(17);
    next.registries.approve(next.registries.guards().get(0).id());
    next.settle();
    assertThat(next.served()).hasSize(3);
  }

  @Test
  void otherHostTemplate_everyHostGoesAndComesInOneCommit() {
    RegistrySettings settings =
        new RegistrySettings(
            "a",
            5,
            Given.policy("a").host(HostTemplate.parse("{service}.other")).build(),
            Given.KEEP_EMPTY);
    a = sink(change(settings), "a");
    assertThat(world.served()).hasSize(20).containsKey("mesh/s00.test");
    int commits = commits().size();
    a.resync(all(20));
    world.settle();
    assertThat(world.served()).hasSize(20).containsKey("mesh/s00.other");
    assertThat(commits()).hasSize(commits + 1);
    assertThat(commits().get(commits).changes().puts()).hasSize(20);
    assertThat(commits().get(commits).changes().removals()).hasSize(20);
    assertThat(guards()).isEmpty();
  }

  @Test
  void otherPriorityOfTheSameSource_changesNoHostMeanwhile() {
    RegistrySink low = world.registries.register(Given.registry("low", 3));
    low.resync(fresh(service("s00", "10.7.0.1")));
    world.settle();
    Map<String, String> before = world.served();
    a = sink(change(Given.registry("a", 4)), "a");
    assertThat(world.served()).isEqualTo(before);
    a.resync(all(20));
    world.settle();
    assertThat(world.served()).isEqualTo(before);
  }

  private void readFor(Duration time, RegistrySink... sinks) {
    Duration step = Duration.ofSeconds(30);
    for (Duration left = time; !left.isNegative() && !left.isZero(); left = left.minus(step)) {
      world.thread.advance(step);
      Arrays.stream(sinks).forEach(RegistrySink::alive);
    }
    world.settle();
  }
}
