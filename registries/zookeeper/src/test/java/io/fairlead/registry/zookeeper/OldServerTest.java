package io.fairlead.registry.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.testkit.FaultProxy;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server 3.4, which has no persistent watches. */
@NeedsServer(ZooKeeperServer.OLD_NAME)
@ExtendWith(SharedZooKeeper.class)
class OldServerTest {
  private static String provider(String name, String address) {
    return "/old/dubbo/"
        + name
        + "/providers/"
        + ProviderUrls.encoded("dubbo://" + address + "/" + name + "?application=a");
  }

  @Test
  void changesOfEveryKind_areSeen_andNoFailureIsToldAtTheStart() {
    ZooKeeperServer server = SharedZooKeeper.old();
    server.api().put(provider("orders", "10.0.0.1:20880"), "");
    try (Mirroring mirroring = Mirroring.of(server, "/old").start()) {
      mirroring.await("dubbo/orders", "10.0.0.1");
      RecordingSink sink = mirroring.sink();
      assertThat(sink.events()).noneMatch(SinkEvent::isFailure);

      server.api().put(provider("orders", "10.0.0.2:20880"), "");
      mirroring.await("dubbo/orders", "10.0.0.1", "10.0.0.2");
      server.api().delete(provider("orders", "10.0.0.1:20880"));
      mirroring.await("dubbo/orders", "10.0.0.2");
      server.api().put("/old/dubbo/reviews", "");
      server.api().put("/old/dubbo/reviews/providers", "");
      server.api().put(provider("reviews", "10.0.0.3:20880"), "");
      mirroring.await("dubbo/reviews", "10.0.0.3");
      String node = "/old/services/web/a";
      server.api().put(node, "{\"address\":\"10.0.0.4\",\"port\":80}");
      mirroring.await("services/web", "10.0.0.4");
      server.api().put(node, "{\"address\":\"10.0.0.5\",\"port\":80}");
      mirroring.await("services/web", "10.0.0.5");
      server.api().deleteTree("/old/dubbo/reviews");
      mirroring.await("dubbo/reviews");
    }
  }

  @Test
  void bothRootsThatChangeTogether_areBothListed_andWatchedOn() {
    ZooKeeperServer server = SharedZooKeeper.old();
    server.api().put("/roots/dubbo", "");
    server.api().put("/roots/services/first/a", "{\"address\":\"10.0.0.1\",\"port\":80}");
    try (FaultProxy link = FaultProxy.to(server.port());
        Mirroring mirroring =
            Mirroring.of(List.of("127.0.0.1:" + link.port()), "/roots")
                .with("sessionTimeout", Duration.ofSeconds(30))
                .start()) {
      mirroring.await("services/first", "10.0.0.1");
      // Both events arrive at once, before a list can be answered.
      link.freeze();
      server.api().put("/roots" + provider("orders", "10.0.0.2:20880").substring(4), "");
      server.api().put("/roots/services/web/a", "{\"address\":\"10.0.0.2\",\"port\":80}");
      link.thaw();
      mirroring.await("dubbo/orders", "10.0.0.2");
      mirroring.await("services/web", "10.0.0.2");
      server.api().put("/roots" + provider("reviews", "10.0.0.3:20880").substring(4), "");
      server.api().put("/roots/services/shop/a", "{\"address\":\"10.0.0.3\",\"port\":80}");
      mirroring.await("dubbo/reviews", "10.0.0.3");
      mirroring.await("services/shop", "10.0.0.3");
    }
  }

  @Test
  void rootThatMayNoLongerBeListed_isAFailure_onceItChanges() {
    ZooKeeperServer server = SharedZooKeeper.old();
    server.api().put("/unlisted/services/web/a", "{\"address\":\"10.0.0.1\",\"port\":80}");
    try (Mirroring mirroring = Mirroring.of(server, "/unlisted").start()) {
      mirroring.await("services/web", "10.0.0.1");
      int mark = mirroring.sink().mark();
      server.api().protect("/unlisted/services", "reader", "pw-1");
      server.api().put("/unlisted/services/shop", "");
      SinkEvent failure =
          mirroring
              .sink()
              .awaitEvent(mark, "a failure", Duration.ofSeconds(30), SinkEvent::isFailure);
      assertThat(failure.toString()).contains("/services", "may not be read");
    }
  }
}
