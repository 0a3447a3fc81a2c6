package io.fairlead.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ZooKeeperServerTest {
  @Test
  @NeedsServer(ZooKeeperServer.NAME)
  void kill_nodes_areThereAfterANewStart() {
    try (ZooKeeperServer server = ZooKeeperServer.start()) {
      server.api().put("/a/b", "one");
      server.api().putEphemeral("/a/session", "mine");
      server.api().putAll(List.of("/a/c", "/a/d"), List.of("1", "2"));
      server.kill();
      server.startAgain();
      assertThat(server.api().children("/a")).containsExactlyInAnyOrder("b", "c", "d", "session");
      assertThat(server.api().read("/a/b")).isEqualTo("one");
      server.api().endSession();
      assertThat(server.api().children("/a")).containsExactlyInAnyOrder("b", "c", "d");
      server.api().deleteTree("/a");
      assertThat(server.api().children("/")).containsExactly("zookeeper");
    }
  }

  @Test
  @NeedsServer(ZooKeeperServer.OLD_NAME)
  void startOld_isA34() {
    try (ZooKeeperServer server = ZooKeeperServer.startOld()) {
      assertThat(server.api().command("srvr")).contains("3.4.14");
    }
  }

  @Test
  @NeedsServer(ZooKeeperServer.NAME)
  void ensemble_oneServerKilled_theOthersServe() {
    try (ZooKeeperEnsemble ensemble = ZooKeeperEnsemble.start(3)) {
      ensemble.server(0).api().put("/a", "one");
      ensemble.server(2).kill();
      ensemble.server(1).api().put("/b", "two");
      ensemble.startAgain(2);
      assertThat(ensemble.server(2).api().read("/a")).isEqualTo("one");
    }
  }
}
