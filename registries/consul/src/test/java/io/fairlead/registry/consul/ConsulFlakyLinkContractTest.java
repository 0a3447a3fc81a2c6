package io.fairlead.registry.consul;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.FaultyLink;
import io.fairlead.harness.NeedsServer;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * The contract over a link whose connections are all reset again and again: each second, or each
 * {@code FAIRLEAD_LINK_PERIOD} seconds.
 */
@NeedsServer("consul")
final class ConsulFlakyLinkContractTest extends ConsulContract {
  private static ConsulServer server;
  private static FaultyLink link;

  @BeforeAll
  static void startServer() {
    server = ConsulServer.started();
    link = FaultyLink.to(server.address().getPort());
    String seconds = System.getenv().getOrDefault("FAIRLEAD_LINK_PERIOD", "1");
    link.resetEvery(Duration.ofSeconds(Long.parseLong(seconds)));
  }

  @AfterAll
  static void closeServer() {
    link.close();
    server.close();
  }

  @Override
  ConsulServer server() {
    return server;
  }

  @Override
  ConsulConfiguration configuration() {
    return ConsulConfiguration.of(URI.create("http://127.0.0.1:" + link.port()));
  }
}
