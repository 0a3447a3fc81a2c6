package io.fairlead.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NeedsServer({NacosServer.NAME, NacosServer.NAME_2})
class NacosServerTest {
  private static String list(Generation generation) {
    String path =
        generation == Generation.NACOS_2
            ? "/nacos/v1/ns/catalog/services"
            : "/nacos/v3/admin/ns/service/list";
    return path + "?pageNo=1&pageSize=100&withInstances=true";
  }

  @ParameterizedTest
  @EnumSource
  void restart_persistentInstance_isKept(Generation generation) {
    try (NacosServer server = NacosServer.start(generation, Login.NONE)) {
      NacosInstance instance =
          NacosInstance.of("web", "10.0.0.1", 80).withMetadata(Map.of("a", "x\"y"));
      server.api().register(instance);
      server.api().register(instance.withHealthy(false));
      String before = server.api().get(list(generation));
      assertThat(before)
          .contains("\"10.0.0.1\"", "x\\\"y")
          .containsAnyOf("\"healthy\":false", "\"valid\":false");

      server.restart();

      assertThat(server.api().get(list(generation))).contains("\"10.0.0.1\"");
      server.kill();
      assertThatThrownBy(() -> server.api().get(list(generation))).hasMessageContaining("failed");
    }
  }

  @ParameterizedTest
  @EnumSource
  void start_loginForEverything_userWithoutRight_isRefused(Generation generation) {
    try (NacosServer server = NacosServer.start(generation, Login.EVERYTHING)) {
      server.api().createNamespace("blue");
      server.api().createUser("reader", "pw", "public", "r");
      server.api().register(NacosInstance.of("web", "10.0.0.1", 80).in("blue", "g").asEphemeral());
      assertThat(server.api().get(list(generation) + "&namespaceId=blue"))
          .contains("\"web\"", "\"g\"");

      NacosApi anonymous = new NacosApi(server.address(), generation, false, Optional.empty());
      assertThatThrownBy(() -> anonymous.get(list(generation))).hasMessageContaining("403");
    }
  }
}
