package io.fairlead.registry.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ZooKeeperApi;
import io.fairlead.harness.ZooKeeperEnsemble;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.Secret;
import io.fairlead.registry.Service;
import io.fairlead.registry.testkit.FaultProxy;
import io.fairlead.registry.testkit.SinkEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@NeedsServer(ZooKeeperServer.NAME)
@ExtendWith(SharedZooKeeper.class)
class ZooKeeperAdapterTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static String provider(String root, String name, String socket) {
    return root
        + "/dubbo/"
        + name
        + "/providers/"
        + ProviderUrls.encoded("dubbo://" + socket + "/" + name + "?application=a");
  }

  private static ZooKeeperApi api() {
    return SharedZooKeeper.get().api();
  }

  @Test
  void malformedNodes_areLeftOut_andTheirNeighboursServed() {
    api().put(provider("/malformed", "orders", "10.0.0.1:20880"), "");
    api().put("/malformed/dubbo/orders/providers/no%ZZurl", "");
    api().put("/malformed/dubbo/orders/providers/consumer", "");
    api().put("/malformed/dubbo/mapping/orders", "app");
    api().put("/malformed/dubbo/orders/consumers/consumer%3A%2F%2F10.0.0.9%3A1", "");
    api().put("/malformed/services/web/good", "{\"address\":\"10.0.0.2\",\"port\":80}");
    api().put("/malformed/services/web/bad", "garbage");
    try (Mirroring mirroring = Mirroring.of(SharedZooKeeper.get(), "/malformed").start()) {
      mirroring.await("dubbo/orders", "10.0.0.1");
      // What is no registration has no address, so that the conversion counts it.
      mirroring.await("services/web", "10.0.0.2", "");
      assertThat(mirroring.sink().state()).hasSize(2);
    }
  }

  @Test
  void sessionThatExpired_everythingIsReadAnew() {
    try (FaultProxy link = FaultProxy.to(SharedZooKeeper.get().port());
        Mirroring mirroring =
            Mirroring.of(List.of("127.0.0.1:" + link.port()), "/expiry")
                .with("sessionTimeout", Duration.ofSeconds(1))) {
      api().put(provider("/expiry", "orders", "10.0.0.1:20880"), "");
      Set<String> others = sessions();
      mirroring.start();
      mirroring.await("dubbo/orders", "10.0.0.1");
      Set<String> own = new TreeSet<>(sessions());
      own.removeAll(others);
      assertThat(own).hasSize(1);
      int mark = mirroring.sink().mark();
      link.cut();
      mirroring.sink().awaitEvent(mark, "a failure", LIMIT, SinkEvent::isFailure);
      Awaitility.await().atMost(LIMIT).until(() -> Collections.disjoint(sessions(), own));
      api().put(provider("/expiry", "orders", "10.0.0.2:20880"), "");
      api().delete(provider("/expiry", "orders", "10.0.0.1:20880"));
      link.restore();
      // First what is new, beside what may have to register again; then without it.
      mirroring.await("dubbo/orders", "10.0.0.1", "10.0.0.2");
      mirroring.await("dubbo/orders", "10.0.0.2");
      api().put(provider("/expiry", "reviews", "10.0.0.3:20880"), "");
      mirroring.await("dubbo/reviews", "10.0.0.3");
    }
  }

  /** Returns the sessions that the server keeps. */
  private static Set<String> sessions() {
    Set<String> ids = new TreeSet<>();
    Matcher id = Pattern.compile("0x[0-9a-f]+").matcher(api().command("dump"));
    while (id.find()) {
      ids.add(id.group());
    }
    return ids;
  }

  @Test
  void connectionsThatBreakAgainAndAgain_costTheSameEachTime() {
    int breaks = 7;
    try (FaultProxy link = FaultProxy.to(SharedZooKeeper.get().port());
        Mirroring mirroring =
            Mirroring.of(List.of("127.0.0.1:" + link.port()), "/breaks")
                .with("sessionTimeout", Duration.ofSeconds(30))) {
      List<String> addresses = new ArrayList<>(List.of("10.0.0.1"));
      api().put(provider("/breaks", "orders", "10.0.0.1:20880"), "");
      mirroring.start();
      mirroring.await("dubbo/orders", "10.0.0.1");
      for (int number = 2; number < 2 + breaks; number++) {
        int mark = mirroring.sink().mark();
        link.reset();
        mirroring.sink().awaitEvent(mark, "a failure", LIMIT, SinkEvent::isFailure);
        addresses.add("10.0.0." + number);
        api().put(provider("/breaks", "orders", "10.0.0." + number + ":20880"), "");
        mirroring.await("dubbo/orders", addresses.toArray(String[]::new));
      }
      // An event is handled after what was begun before it. One whole read is 8 requests here, and
      // there is one more a second.
      assertThat(mirroring.sink().reads()).isLessThan(100 * breaks);
    }
  }

  @Test
  void nodesThatMayNotBeRead_areShown_andTheOthersServed(@TempDir Path folder) throws IOException {
    try (ZooKeeperServer server = ZooKeeperServer.start()) {
      server.api().put(provider("/rights", "open", "10.0.0.1:20880"), "");
      server.api().put(provider("/rights", "closed", "10.0.0.2:20880"), "");
      server.api().protect("/rights/dubbo/closed/providers", "reader", "pw-1");
      try (Mirroring mirroring = Mirroring.of(server, "/rights").start()) {
        mirroring.await("dubbo/open", "10.0.0.1");
        SinkEvent failure =
            mirroring.sink().awaitEvent(0, "a failure", LIMIT, SinkEvent::isFailure);
        assertThat(failure.toString()).contains("/dubbo/closed/providers", "may not be read");
        assertThat(mirroring.sink().state()).hasSize(1);
      }
      Path user = Files.writeString(folder.resolve("user"), "reader");
      Path password = Files.writeString(folder.resolve("password"), "pw-1");
      try (Mirroring mirroring =
          Mirroring.of(server, "/rights")
              .with("username", new Secret.InFile(user))
              .with("password", new Secret.InFile(password))
              .start()) {
        mirroring.await("dubbo/open", "10.0.0.1");
        mirroring.await("dubbo/closed", "10.0.0.2");
        assertThat(mirroring.sink().events()).noneMatch(SinkEvent::isFailure);
      }
    }
  }

  @Test
  void chrootThatIsNotThere_isAFailure_andNoEmptyRegistry() {
    try (Mirroring mirroring = Mirroring.of(SharedZooKeeper.get(), "/not/there").start()) {
      SinkEvent failure = mirroring.sink().awaitEvent(0, "a failure", LIMIT, SinkEvent::isFailure);
      assertThat(failure.toString()).contains("chroot");
      assertThat(mirroring.sink().resyncs()).isZero();
      api().put(provider("/not/there", "orders", "10.0.0.1:20880"), "");
      mirroring.await("dubbo/orders", "10.0.0.1");
    }
  }

  @Test
  void directoryThatGoes_isTheLossOfItsLastInstance_alsoInAWholeRead() {
    api().put("/emptied/services/web/a", "{\"address\":\"10.0.0.1\",\"port\":80}");
    try (Mirroring mirroring =
        Mirroring.of(SharedZooKeeper.get(), "/emptied")
            .with("reconcileInterval", Duration.ofSeconds(1))
            .start()) {
      Service web = mirroring.await("services/web", "10.0.0.1");
      api().deleteTree("/emptied/services/web");
      mirroring.await("services/web");
      int reads = mirroring.sink().reads();
      // At least one whole read: it asks for the root, and the services of others.
      Awaitility.await().atMost(LIMIT).until(() -> mirroring.sink().reads() > reads + 12);
      assertThat(mirroring.sink().state())
          .hasEntrySatisfying(web.id(), it -> assertThat(it.instances()).isEmpty());
    }
  }

  @Test
  void nobodyListens_theReasonIsTold() {
    try (Mirroring mirroring = Mirroring.of(List.of("127.0.0.1:1"), "").start()) {
      SinkEvent failure = mirroring.sink().awaitEvent(0, "a failure", LIMIT, SinkEvent::isFailure);
      assertThat(failure.toString()).contains("127.0.0.1:1: connection refused");
    }
  }

  @Test
  void restartOfTheServer_removesNothing_providersOfItsSessionsComeBack() {
    try (ZooKeeperServer server = ZooKeeperServer.start()) {
      server.api().putEphemeral("/services/web/a", "{\"address\":\"10.0.0.1\",\"port\":80}");
      server.api().put("/services/web/b", "{\"address\":\"10.0.0.2\",\"port\":80}");
      try (Mirroring mirroring = Mirroring.of(server, "").start()) {
        Service before = mirroring.await("services/web", "10.0.0.1", "10.0.0.2");
        int mark = mirroring.sink().mark();
        server.kill();
        mirroring.sink().awaitEvent(mark, "a failure", LIMIT, SinkEvent::isFailure);
        mark = mirroring.sink().mark();
        server.startAgain();
        mirroring.sink().awaitEvent(mark, "a success", LIMIT, SinkEvent::isSuccess);
        server.api().put("/services/shop/c", "{\"address\":\"10.0.0.3\",\"port\":80}");
        mirroring.await("services/shop", "10.0.0.3");
        assertThat(mirroring.sink().state()).containsEntry(before.id(), before);
      }
    }
  }

  @Test
  void serverOfAnEnsembleThatDies_theNextOneIsUsed() {
    try (ZooKeeperEnsemble ensemble = ZooKeeperEnsemble.start(3)) {
      ensemble.server(0).api().put(provider("", "orders", "10.0.0.1:20880"), "");
      try (Mirroring mirroring = Mirroring.of(ensemble.addresses(), "").start()) {
        mirroring.await("dubbo/orders", "10.0.0.1");
        for (int i = 0; i < 3; i++) {
          ensemble.server(i).kill();
          int other = (i + 1) % 3;
          String added = "10.0.1." + (i + 1);
          ensemble.server(other).api().put(provider("", "on-" + i, added + ":20880"), "");
          mirroring.await("dubbo/on-" + i, added);
          ensemble.startAgain(i);
        }
        mirroring.await("dubbo/orders", "10.0.0.1");
      }
    }
  }

  @Test
  void tenThousandProvidersOfOneInterface_areOneAnswer() {
    List<String> paths = new ArrayList<>(List.of("/huge", "/huge/dubbo", "/huge/dubbo/orders"));
    paths.add("/huge/dubbo/orders/providers");
    String padding = "x".repeat(400);
    for (int i = 0; i < 10_000; i++) {
      paths.add(
          provider("/huge", "orders", "10.0." + i / 250 + "." + (i % 250 + 1) + ":20880")
              + "%26padding%3D"
              + padding);
    }
    try (ZooKeeperServer server = ZooKeeperServer.start()) {
      server.api().putAll(paths, paths.stream().map(path -> "").toList());
      try (Mirroring mirroring = Mirroring.of(server, "/huge").start()) {
        mirroring
            .sink()
            .awaitState(
                "10,000 instances",
                LIMIT,
                state -> state.values().stream().anyMatch(it -> it.instances().size() == 10_000));
        server.api().delete(paths.get(4));
        mirroring
            .sink()
            .awaitState(
                "one less",
                LIMIT,
                state -> state.values().stream().anyMatch(it -> it.instances().size() == 9_999));
      }
    }
  }
}
