package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.registry.RegistrySink;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.ChangeSource;
import io.fairlead.versioning.Commit;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A change source of another kind beside the services, on one commit loop. */
class SecondSourceTest {
  private static final String ROUTES = "routes";

  private World world = new World();
  private RegistrySink sink = world.register("a", 1);

  /** Has the services and the given sources configured, and everything run that waits. */
  private void configure(Map<String, ? extends ChangeSource> others) {
    Map<String, ChangeSource> all = new LinkedHashMap<>();
    all.put(CommitLoop.FIRST_SOURCE, world.registries.source());
    all.putAll(others);
    world.loop.configure(all);
    world.settle();
  }

  private RouteSource source(String name) {
    AtomicReference<RouteSource> made = new AtomicReference<>();
    world.loop.execute(() -> made.set(new RouteSource(world.loop.stateOf(name))));
    world.thread.runWaiting();
    return Objects.requireNonNull(made.get());
  }

  private RouteSource addRoutes() {
    RouteSource routes = source(ROUTES);
    configure(Map.of(ROUTES, routes));
    return routes;
  }

  private void read(RouteSource routes, Map<String, String> bodies) {
    world.loop.execute(() -> routes.read(bodies));
  }

  /** The gateway is ended and started anew on the same store. */
  private void restart() {
    world.close();
    world = new World(world.log, VirtualAddresses.of("241.0.0.0/8"));
    sink = world.register("a", 1);
  }

  /** Services and routes as they are in the first commits of a gateway. */
  private RouteSource start() {
    RouteSource routes = addRoutes();
    sink.resync(fresh(service("web", "10.0.0.1")));
    world.registries.allRegistered();
    read(routes, Map.of("mesh/web", "to web", "mesh/api", "to api"));
    world.settle();
    assertThat(world.served()).containsOnlyKeys("mesh/web.test");
    assertThat(routes()).containsOnlyKeys("mesh/api", "mesh/web");
    return routes;
  }

  private Map<String, String> routes() {
    Map<String, String> versions = new TreeMap<>();
    for (Resource resource : world.store.current().resources(RouteSource.TYPE)) {
      versions.put(resource.key().name(), resource.version());
    }
    return versions;
  }

  private List<Commit> commitsAfter(int number) {
    return world.log.commits.subList(number, world.log.commits.size());
  }

  @Test
  void changesOfBoth_areCommittedTogetherAndTheOthersStayAsTheyAre() {
    RouteSource routes = start();
    Map<String, String> services = world.versions();
    int commits = world.log.commits.size();
    read(routes, Map.of("mesh/web", "to web"));
    sink.changed(service("new", "10.0.0.2"));
    world.settle();
    assertThat(world.served()).containsOnlyKeys("mesh/web.test", "mesh/new.test");
    assertThat(world.versions()).containsAllEntriesOf(services);
    assertThat(routes()).containsOnlyKeys("mesh/web");
    assertThat(commitsAfter(commits)).hasSize(1);
  }

  @Test
  void restart_keepsVersionsAndCommitsNothing() {
    start();
    Map<String, String> services = world.versions();
    Map<String, String> routesBefore = routes();
    int commits = world.log.commits.size();
    restart();
    RouteSource routes = addRoutes();
    world.registries.allRegistered();
    world.settle();
    assertThat(world.isSynced()).isTrue();
    sink.resync(fresh(service("web", "10.0.0.1")));
    read(routes, Map.of("mesh/web", "to web", "mesh/api", "to api"));
    world.settle();
    assertThat(world.versions()).isEqualTo(services);
    assertThat(routes()).isEqualTo(routesBefore);
    assertThat(commitsAfter(commits)).isEmpty();

    read(routes, Map.of("mesh/web", "to web"));
    world.settle();
    assertThat(routes()).containsOnlyKeys("mesh/web");
  }

  @Test
  void transaction_holdsBothAndItsReleaseShowsBothAtOnce() {
    RouteSource routes = start();
    Map<String, String> before = routes();
    int commits = world.log.commits.size();
    String id = world.loop.transactions().open(Duration.ofMinutes(10)).id();
    read(routes, Map.of("mesh/web", "to another"));
    sink.changed(service("web", "10.0.0.9"));
    world.advance(Duration.ofMinutes(1));
    assertThat(routes()).isEqualTo(before);
    assertThat(world.served()).containsEntry("mesh/web.test", "a 10.0.0.1");
    assertThat(world.loop.transactions().release(id)).isTrue();
    world.thread.runWaiting();
    assertThat(commitsAfter(commits)).hasSize(1);
    assertThat(commitsAfter(commits).get(0).changes().puts())
        .extracting(put -> put.key().type().kind())
        .containsExactlyInAnyOrder("ServiceEntry", "VirtualService");
    assertThat(routes()).containsOnlyKeys("mesh/web");
    assertThat(world.served()).containsEntry("mesh/web.test", "a 10.0.0.9");
  }

  @Test
  void notConfiguredAnyMoreAfterARestart_goesOnceTheOthersAreReady() {
    start();
    Map<String, String> before = routes();
    restart();
    RegistrySink unread = world.register("b", 1);
    world.registries.allRegistered();
    world.settle();
    assertThat(world.isSynced()).isFalse();
    assertThat(routes()).isEqualTo(before);
    int commits = world.log.commits.size();
    unread.resync(fresh(service("other", "10.0.1.1")));
    world.settle();
    assertThat(world.isSynced()).isTrue();
    assertThat(routes()).isEmpty();
    assertThat(world.served()).containsOnlyKeys("mesh/web.test", "mesh/other.test");
    assertThat(commitsAfter(commits)).as("the orphans go with what came").hasSize(1);
    assertThat(world.log.notes().keySet())
        .contains("registry/a", "vip/web.test")
        .noneMatch(key -> key.contains(ROUTES) || key.contains("VirtualService"));
    restart();
    assertThat(routes()).isEmpty();
  }

  @Test
  void servicesNotConfiguredAnyMore_goAsThoseOfEverySource() {
    start();
    Map<String, String> before = routes();
    restart();
    RouteSource routes = source(ROUTES);
    world.loop.configure(Map.of(ROUTES, routes));
    world.settle();
    assertThat(world.served()).isEmpty();
    assertThat(routes()).isEqualTo(before);
    assertThat(world.log.notes().keySet())
        .isNotEmpty()
        .noneMatch(key -> key.startsWith("vip/") || key.startsWith("registry/"));
  }

  @Test
  void source_isAddedAndTakenAwayWhileServicesAreServed() {
    sink.resync(fresh(service("web", "10.0.0.1")));
    world.registries.allRegistered();
    world.settle();
    assertThat(world.isSynced()).isTrue();
    Map<String, String> services = world.versions();

    RouteSource routes = addRoutes();
    assertThat(world.loop.ready()).as("who is answered stays answered").isDone();
    assertThat(world.loop.unready()).containsExactly(ROUTES);
    read(routes, Map.of("mesh/web", "to web"));
    world.settle();
    assertThat(routes()).containsOnlyKeys("mesh/web");
    assertThat(world.loop.unready()).isEmpty();

    configure(Map.of());
    assertThat(routes()).isEmpty();
    read(routes, Map.of("mesh/late", "nobody asks any more"));
    world.settle();
    assertThat(routes()).isEmpty();

    RouteSource again = addRoutes();
    read(again, Map.of("mesh/web", "to web"));
    world.settle();
    assertThat(routes()).containsOnlyKeys("mesh/web");
    assertThat(world.versions()).isEqualTo(services);
  }

  @Test
  void ready_whenEverySourceIsAndOneThatWasTakenAwayWaitsForNobody() {
    addRoutes();
    sink.resync(fresh(service("web", "10.0.0.1")));
    world.registries.allRegistered();
    world.settle();
    assertThat(world.loop.ready()).isNotDone();
    assertThat(world.loop.unready()).containsExactly(ROUTES);
    configure(Map.of());
    assertThat(world.loop.ready()).isDone();
  }

  @Test
  void renamedSource_takesOverWithoutAGap() {
    start();
    Map<String, String> before = routes();
    int commits = world.log.commits.size();
    RouteSource renamed = source("renamed");
    configure(Map.of("renamed", renamed));
    assertThat(routes()).isEqualTo(before);
    read(renamed, Map.of("mesh/web", "to web", "mesh/new", "to new"));
    world.settle();
    assertThat(routes()).containsOnlyKeys("mesh/web", "mesh/new");
    assertThat(routes()).containsEntry("mesh/web", before.get("mesh/web"));
    assertThat(commitsAfter(commits).stream().flatMap(c -> c.changes().removals().stream()))
        .containsExactly(new ResourceKey(RouteSource.TYPE, "mesh/api"));
    restart();
    configure(Map.of("renamed", source("renamed")));
    world.registries.allRegistered();
    world.settle();
    assertThat(routes()).containsOnlyKeys("mesh/web", "mesh/new");
  }

  @Test
  void failingSource_holdsUpNoOtherAndLosesNothing() {
    RouteSource routes = start();
    world.loop.execute(() -> routes.fail(true));
    read(routes, Map.of("mesh/web", "to another"));
    sink.changed(service("web", "10.0.0.2"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "a 10.0.0.2");
    sink.changed(service("web", "10.0.0.3"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "a 10.0.0.3");
    assertThat(routes()).containsOnlyKeys("mesh/api", "mesh/web");
    world.loop.execute(() -> routes.fail(false));
    world.advance(Duration.ofMinutes(1));
    assertThat(routes()).containsOnlyKeys("mesh/web");
  }

  @Test
  void resourceOfAnotherSource_staysAsItIs() {
    RouteSource routes = start();
    Map<String, String> services = world.versions();
    ResourceKey web = world.store.current().resources(CompactEntry.TYPE).get(0).key();
    world.loop.execute(() -> routes.put(RouteSource.route(web.type(), web.name(), "not yours")));
    world.settle();
    assertThat(world.versions()).isEqualTo(services);
    read(routes, Map.of());
    world.settle();
    assertThat(routes()).isEmpty();
    assertThat(world.versions()).as("nor is it removed by another").isEqualTo(services);
  }

  @Test
  void guard_isASourceAroundASource() {
    RouteSource routes = source(ROUTES);
    // Keeps back whatever removes something, until it is told otherwise.
    AtomicReference<ChangeSet> held = new AtomicReference<>(ChangeSet.NONE);
    boolean[] confirmed = {false};
    ChangeSource guarded =
        () -> {
          ChangeSet changes = held.getAndSet(ChangeSet.NONE).then(routes.drain());
          if (changes.removals().isEmpty() || confirmed[0]) {
            return changes;
          }
          held.set(changes);
          return ChangeSet.NONE;
        };
    configure(Map.of(ROUTES, guarded));
    read(routes, Map.of("mesh/web", "to web"));
    world.settle();
    assertThat(routes()).containsOnlyKeys("mesh/web");
    read(routes, Map.of());
    world.settle();
    assertThat(routes()).containsOnlyKeys("mesh/web");
    world.loop.execute(() -> confirmed[0] = true);
    world.settle();
    assertThat(routes()).isEmpty();
  }

  @Test
  void names_withASlashAreRefused() {
    assertThatThrownBy(() -> configure(Map.of("a/b", source(ROUTES))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name: a/b (expected: a name without a slash)");
  }
}
