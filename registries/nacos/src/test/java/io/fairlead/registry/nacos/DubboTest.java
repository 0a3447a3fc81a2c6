package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.common.KeyedRecord;
import io.fairlead.harness.DubboProvider;
import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Instance;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A real Dubbo 3 provider, which registers twice, and what is served of it. */
@NeedsServer({NacosServer.NAME_2, DubboProvider.NAME})
@ExtendWith(SharedNacos.class)
class DubboTest {
  private static final String NAMESPACE = "dubbo";
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final ServiceId APPLICATION = id("greeter-app");
  private static final ServiceId INTERFACE = id("providers:demo.Greeter:1.0.0:g1");

  private static ServiceId id(String name) {
    return new ServiceId(NAMESPACE, "DEFAULT_GROUP", name);
  }

  private static NacosConfiguration configuration(NacosServer server, String dubbo) {
    return KeyedRecord.of(NacosConfiguration.class)
        .with(
            Map.of(
                "addresses",
                List.of(server.address()),
                "namespaces",
                List.of(NAMESPACE),
                "settle",
                Duration.ofSeconds(3),
                "dubbo",
                DubboRegistrations.valueOf(dubbo)));
  }

  @Test
  void provider_registersTwice_theSwitchSaysWhichIsServed() {
    NacosServer server = SharedNacos.get(Generation.NACOS_2, Login.NONE);
    server.api().createNamespace(NAMESPACE);
    String registry = "nacos://" + server.address() + "?namespace=" + NAMESPACE;
    try (DubboProvider provider =
            DubboProvider.start(
                registry,
                "10.9.8.7",
                Map.of("group", "g1", "version", "1.0.0", "protocols", "tri"));
        Mirroring interfaces = new Mirroring(configuration(server, "INTERFACE"));
        Mirroring applications = new Mirroring(configuration(server, "APPLICATION"));
        Mirroring both = new Mirroring(configuration(server, "BOTH"))) {
      provider.awaitUp();
      both.sink.awaitState(
          "both", LIMIT, state -> state.containsKey(INTERFACE) && state.containsKey(APPLICATION));
      interfaces.awaitInstances(INTERFACE, 1);
      assertThat(applications.awaitInstances(APPLICATION, 1).instances())
          .singleElement()
          .satisfies(
              instance ->
                  assertThat(instance.metadata().get("dubbo.endpoints"))
                      .contains("\"port\":" + instance.port(), "tri"));
      assertThat(interfaces.sink.state().keySet()).containsExactly(INTERFACE);
      assertThat(applications.sink.state().keySet()).containsExactly(APPLICATION);

      // Of something else, under the name of the application: it is served all the same.
      server
          .api()
          .register(
              NacosInstance.of("greeter-app", "10.9.8.8", 8080)
                  .in(NAMESPACE, "DEFAULT_GROUP")
                  .asEphemeral()
                  .withMetadata(Map.of("preserved.register.source", "SPRING_CLOUD")));
      assertThat(interfaces.awaitInstances(APPLICATION, 1).instances())
          .extracting(Instance::address)
          .containsExactly("10.9.8.8");
      applications.awaitInstances(APPLICATION, 2);
    }
  }
}
