package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** A real Dubbo 3 provider, which registers twice, and what is served of it. */
@NeedsServer({NacosServer.NAME_2, DubboProvider.NAME})
@ExtendWith(SharedNacos.class)
class DubboTest {
  private static final String NAMESPACE = "dubbo";
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final ServiceId APPLICATION = id("greeter-app");
  private static final ServiceId INTERFACE = id("providers:demo.Greeter:1.0.0:g1");

  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(UnservedApplications.class);

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  private static ServiceId id(String name) {
    return new ServiceId(NAMESPACE, "DEFAULT_GROUP", name);
  }

  private static NacosConfiguration configuration(NacosServer server, String dubbo) {
    return configuration(server, NAMESPACE, dubbo);
  }

  private static NacosConfiguration configuration(
      NacosServer server, String namespace, String dubbo) {
    return KeyedRecord.of(NacosConfiguration.class)
        .with(
            Map.of(
                "addresses",
                List.of(server.address()),
                "namespaces",
                List.of(namespace),
                "settle",
                Duration.ofSeconds(3),
                "reconcileInterval",
                Duration.ofSeconds(1),
                "dubbo",
                DubboRegistrations.valueOf(dubbo)));
  }

  @BeforeEach
  void listen() {
    log.start();
    LOGGER.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    LOGGER.detachAppender(log);
  }

  private long warned(String application) {
    String words = "application " + application + ": it registers by application only";
    // Copied by an array, as the adapter's thread adds to it.
    return Stream.of(log.list.toArray(new ILoggingEvent[0]))
        .filter(event -> event.getFormattedMessage().contains(words))
        .count();
  }

  @Test
  void provider_registersItsApplicationOnly_isNamedOnce() {
    String namespace = "dubbo-application";
    NacosServer server = SharedNacos.get(Generation.NACOS_2, Login.NONE);
    server.api().createNamespace(namespace);
    String registry =
        "nacos://" + server.address() + "?namespace=" + namespace + "&register-mode=instance";
    ServiceId application = new ServiceId(namespace, "DEFAULT_GROUP", "greeter-app");
    try (DubboProvider provider =
            DubboProvider.start(registry, "10.9.8.7", Map.of("protocols", "tri"));
        Mirroring interfaces = new Mirroring(configuration(server, namespace, "INTERFACE"));
        Mirroring applications = new Mirroring(configuration(server, namespace, "APPLICATION"))) {
      provider.awaitUp();
      applications.awaitInstances(application, 1);
      assertThat(applications.reported(application)).isPresent();
      await().atMost(LIMIT).until(() -> warned(application.toString()) > 0);
      assertThat(warned(application.toString())).isEqualTo(1);
      assertThat(interfaces.sink.state()).isEmpty();
      assertThat(interfaces.reported(application)).isEmpty();
    }
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
                Map.of("group", "g1", "version", "1.0.0", "protocols", "tri", "weight", "200"));
        Mirroring interfaces = new Mirroring(configuration(server, "INTERFACE"));
        Mirroring applications = new Mirroring(configuration(server, "APPLICATION"));
        Mirroring both = new Mirroring(configuration(server, "BOTH"))) {
      provider.awaitUp();
      both.sink.awaitState(
          "both", LIMIT, state -> state.containsKey(INTERFACE) && state.containsKey(APPLICATION));
      assertThat(interfaces.awaitInstances(INTERFACE, 1).instances())
          .singleElement()
          .satisfies(instance -> assertThat(instance.weight()).as("Dubbo's 200").isEqualTo(2));
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
      assertThat(interfaces.reported(APPLICATION))
          .contains(interfaces.sink.state().get(APPLICATION));
      assertThat(warned(APPLICATION.toString())).isZero();
    }
  }
}
