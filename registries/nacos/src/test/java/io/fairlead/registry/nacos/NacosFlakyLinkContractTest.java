package io.fairlead.registry.nacos;

import io.fairlead.harness.NacosLink;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.harness.NeedsServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * The contract over a link whose connections are all reset again and again: each 3 s, or each
 * {@code FAIRLEAD_LINK_PERIOD} seconds.
 */
@NeedsServer(NacosServer.NAME)
final class NacosFlakyLinkContractTest extends NacosContractTest {
  private static NacosLink link;

  @BeforeAll
  static void openLink() {
    link = NacosLink.to(SharedNacos.get(Generation.NACOS_3, Login.NONE));
    String seconds = System.getenv().getOrDefault("FAIRLEAD_LINK_PERIOD", "3");
    link.resetEvery(Duration.ofSeconds(Long.parseLong(seconds)));
  }

  @BeforeEach
  void restore() {
    // A test may have left it cut.
    link.restore();
  }

  @AfterAll
  static void closeTheLink() {
    link.close();
  }

  @Override
  NacosLink link() {
    return link;
  }
}
