package io.fairlead.registry.consul;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract over HTTP/2, which Consul has only with TLS. */
@NeedsServer("consul")
final class ConsulHttpsContractTest extends ConsulContract {
  private static ConsulServer server;

  @BeforeAll
  static void startServer() {
    server = ConsulServer.builder().tls().start();
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
    return Configurations.at(server.secureAddress()).ca(server.caFile()).build();
  }
}
