package io.fairlead.registry.nacos;

import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NeedsServer;

/** The same tests on servers 2.x. */
@NeedsServer(NacosServer.NAME_2)
class Nacos2LoginTest extends NacosLoginTest {
  @Override
  Generation generation() {
    return Generation.NACOS_2;
  }
}
