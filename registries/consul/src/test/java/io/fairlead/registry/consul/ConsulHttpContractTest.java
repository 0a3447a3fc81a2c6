package io.fairlead.registry.consul;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@NeedsServer("consul")
final class ConsulHttpContractTest extends ConsulContract {
  private static ConsulServer server;

  @BeforeAll
  static void startServer() {
    server = ConsulServer.started();
  }

  @AfterAll
  static void closeServer() {
    server.close();
  }

  @Override
  ConsulServer server() {
    return server;
  }

  @Override
  int target() {
    return server.address().getPort();
  }

  @Override
  Configurations configuration(int port) {
    return Configurations.at(URI.create("http://127.0.0.1:" + port));
  }
}
