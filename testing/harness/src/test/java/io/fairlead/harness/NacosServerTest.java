package io.fairlead.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

@NeedsServer(NacosServer.NAME)
class NacosServerTest {
  private static final String LIST =
      "/nacos/v3/admin/ns/service/list?pageNo=1&pageSize=100&withInstances=true";

  @Test
  void restart_persistentInstance_isKept() {
    try (NacosServer server = NacosServer.start()) {
      NacosInstance instance =
          NacosInstance.of("web", "10.0.0.1", 80).withMetadata(Map.of("a", "x\"y"));
      server.api().register(instance);
      server.api().register(instance.withHealthy(false));
      String before = server.api().get(LIST);
      assertThat(before).contains("\"10.0.0.1\"", "\"healthy\":false", "x\\\"y");

      server.restart();

      assertThat(server.api().get(LIST)).contains("\"10.0.0.1\"");
      server.kill();
      assertThatThrownBy(() -> server.api().get(LIST)).hasMessageContaining("failed");
    }
  }

  @Test
  void start_loginForEverything_userWithoutRight_isRefused() {
    try (NacosServer server = NacosServer.start(NacosServer.Login.EVERYTHING)) {
      server.api().createNamespace("blue");
      server.api().createUser("reader", "pw", "public:*:*", "r");
      server.api().register(NacosInstance.of("web", "10.0.0.1", 80).in("blue", "g").asEphemeral());
      assertThat(server.api().get(LIST + "&namespaceId=blue")).contains("g@@web");

      NacosApi anonymous = new NacosApi(server.address(), false);
      assertThatThrownBy(() -> anonymous.get(LIST)).hasMessageContaining("403");
    }
  }
}
