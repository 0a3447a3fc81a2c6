package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.FaultyLink;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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

  /** Less than {@code settle}: so nothing that left was kept on a suspicion. */
  @Test
  void churn_overTheLink_isReadToTheEndEachTime() {
    Random random = new Random(11);
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      services.add(write(service("churn-" + i, 4)));
    }
    start();
    awaitWritten(limit());
    for (int round = 0; round < 8; round++) {
      for (int change = 0; change < 20; change++) {
        Service one = services.get(random.nextInt(services.size()));
        List<Instance> some = one.instances().stream().filter(it -> random.nextInt(3) > 0).toList();
        write(new Service(one.id(), Map.of(), Map.of(), List.of(), some));
      }
      awaitWritten(limit());
    }
    assertThat(sink().resyncs()).as("whole reads").isEqualTo(1);
  }

  /** A busy machine needs most of a second to connect, and then the link breaks again. */
  @Override
  protected Duration limit() {
    return Duration.ofMinutes(1);
  }

  @Override
  ConsulServer server() {
    return server;
  }

  @Override
  ConsulConfiguration configuration() {
    return Configurations.at(URI.create("http://127.0.0.1:" + link.port())).build();
  }
}
