package io.fairlead.registry.nacos;

import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.registry.testkit.Capability;
import java.time.Duration;
import java.util.Set;

/**
 * The contract where the admin API is refused, as by a server that was installed and not configured
 * further: the adapter then reads by the client's protocol.
 */
class ClientProtocolContractTest extends NacosContractTest {
  @Override
  NacosServer server() {
    return SharedNacos.get(Generation.NACOS_3, Login.ADMIN_API);
  }

  @Override
  protected Set<Capability> lacking() {
    return Set.of(
        Capability.LOCALITY,
        Capability.MAINTENANCE,
        Capability.LOGIN,
        // Outages only, so far: other faults of its links have not been run.
        Capability.NETWORK,
        Capability.RESTART,
        Capability.DISABLED,
        Capability.SERVICE_METADATA);
  }

  @Override
  protected Duration limit() {
    // Without counts a lost push is found by the sweep.
    return Duration.ofSeconds(40);
  }

  @Override
  protected int manyServices() {
    return 200;
  }
}
