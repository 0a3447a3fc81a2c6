package io.fairlead.registry.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistrationTest {
  private static final String DUBBO =
      """
      {"name":"greeter-app","id":"10.9.8.7:20880","address":"10.9.8.7","port":20880,"sslPort":null,
      "payload":{"@class":"org.apache.dubbo.registry.zookeeper.ZookeeperInstance",
      "id":"10.9.8.7:20880","name":"greeter-app","metadata":{"dubbo.endpoints":
      "[{\\"port\\":20880,\\"protocol\\":\\"dubbo\\"},{\\"port\\":20881,\\"protocol\\":\\"tri\\"}]",
      "dubbo.metadata-service.url-params":"{\\"port\\":\\"20889\\"}",
      "dubbo.metadata.revision":"96c56a0b21fd750b2414dc0d8e5c1af5",
      "dubbo.metadata.storage-type":"remote","meta-v":"2.0.0","timestamp":"1795712596576",
      "tag":"blue"}},
      "registrationTimeUTC":1795712597496,"serviceType":"DYNAMIC","uriSpec":null}
      """;

  private static Registration parse(String json) throws MalformedNodeException {
    return Registration.parse("node", json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void parse_whatDubboWrites() throws MalformedNodeException {
    Registration registration = parse(DUBBO);
    Instance instance = registration.instance();
    assertThat(registration.isDubbo()).isTrue();
    assertThat(registration.keepsInterfacesRemotely()).isTrue();
    assertThat(registration.revision()).isEqualTo("96c56a0b21fd750b2414dc0d8e5c1af5");
    assertThat(instance.id()).isEqualTo("node");
    assertThat(instance.address()).isEqualTo("10.9.8.7");
    assertThat(instance.port()).isEqualTo(20880);
    assertThat(instance.metadata())
        .containsOnlyKeys("dubbo.endpoints", "preserved.register.source", "tag");
  }

  @Test
  void parse_whatSpringCloudWrites() throws MalformedNodeException {
    Registration registration =
        parse(
            """
            {"name":"web","id":"7e","address":"host.example","port":8080,"sslPort":null,
            "payload":{"@class":"org.springframework.cloud.zookeeper.discovery.ZookeeperInstance",
            "id":"web","name":"web","metadata":{"instance_status":"OUT_OF_SERVICE","zone":"a",
            "weight":"0.5"}},"registrationTimeUTC":1,"serviceType":"DYNAMIC",
            "uriSpec":{"parts":[{"value":"scheme","variable":true}]}}
            """);
    assertThat(registration.isDubbo()).isFalse();
    assertThat(registration.instance().availability()).isEqualTo(Availability.MAINTENANCE);
    assertThat(registration.instance().weight()).isEqualTo(0.5);
    assertThat(registration.instance().metadata())
        .containsEntry("zone", "a")
        .containsEntry("preserved.register.source", "SPRING_CLOUD");
  }

  @Test
  void parse_whatCuratorWritesAlone() throws MalformedNodeException {
    assertThat(parse("{\"address\":\"10.0.0.1\",\"port\":null,\"sslPort\":443}").instance())
        .satisfies(
            instance -> {
              assertThat(instance.port()).isEqualTo(443);
              assertThat(instance.metadata()).containsEntry("secure", "true");
            });
    assertThat(
            parse("{\"address\":\"10.0.0.1\",\"port\":1,\"payload\":\"text\",\"enabled\":false}")
                .instance()
                .availability())
        .isEqualTo(Availability.DISABLED);
    assertThat(
            parse(
                    "{\"address\":\"a\",\"port\":99999999999,\"payload\":{\"owner\":\"x\",\"n\":[1]}}")
                .instance())
        .satisfies(
            instance -> {
              assertThat(instance.port()).isGreaterThan(65535);
              assertThat(instance.metadata()).containsOnlyKeys("owner");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1",
        "{",
        "[]",
        "null",
        "{}",
        "{\"address\":\"10.0.0.1\"}",
        "{\"address\":\"10.0.0.1\",\"port\":\"80\"}",
        "{\"address\":{},\"port\":80}",
        "{\"port\":80}"
      })
  void parse_whatIsNone_isRefusedWithAReason(String json) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(MalformedNodeException.class)
        .hasMessageContaining("expected");
  }

  @Test
  void parse_deepJson_isRefused() {
    assertThatThrownBy(() -> parse("{\"payload\":" + "[".repeat(100_000)))
        .isInstanceOf(MalformedNodeException.class);
  }

  @Property
  void parse_anyBytes_areARegistrationOrRefused(@ForAll byte[] content) {
    assertThatThrownBy(() -> Registration.parse("node", content))
        .isInstanceOf(MalformedNodeException.class);
  }
}
