package io.fairlead.registry.nacos;

import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.harness.NeedsServer;

/** The contract on a server 2.x. */
@NeedsServer(NacosServer.NAME_2)
class Nacos2ContractTest extends NacosContractTest {
  @Override
  NacosServer server() {
    return SharedNacos.get(Generation.NACOS_2, Login.EVERYTHING);
  }
}
