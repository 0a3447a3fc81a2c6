package io.fairlead.registry.consul;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
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
  ConsulConfiguration configuration() {
    return Configurations.at(server.address()).build();
  }
}
