package io.fairlead.registry.nacos;

import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NeedsServer;

/** The same tests on a server 2.x. */
@NeedsServer(NacosServer.NAME_2)
class Nacos2AdapterTest extends NacosAdapterTest {
  @Override
  Generation generation() {
    return Generation.NACOS_2;
  }
}
