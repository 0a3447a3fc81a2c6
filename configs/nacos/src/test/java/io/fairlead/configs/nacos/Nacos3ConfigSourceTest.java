package io.fairlead.configs.nacos;

import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.harness.NeedsServer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** With a server 3.x that asks for a login. */
@NeedsServer(NacosServer.NAME)
final class Nacos3ConfigSourceTest extends NacosSourceFixture {
  private static @Nullable NacosServer server;

  @BeforeAll
  static void start() {
    server = NacosServer.start(Generation.NACOS_3, Login.EVERYTHING);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  NacosServer server() {
    return Objects.requireNonNull(server);
  }
}
