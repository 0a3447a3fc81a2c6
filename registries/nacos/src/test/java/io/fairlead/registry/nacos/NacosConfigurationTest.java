package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.Secret;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NacosConfigurationTest {
  @Test
  void defaults_everythingLeftOut() {
    NacosConfiguration it =
        new NacosConfiguration(null, null, false, null, null, null, null, null, null, null, null);
    assertThat(it.addresses()).containsExactly("127.0.0.1:8848");
    assertThat(it.namespaces()).containsExactly("public");
    assertThat(it.groups()).containsExactly("DEFAULT_GROUP");
    assertThat(it.contextPath()).isEqualTo("/nacos");
    assertThat(it.pollInterval()).isEqualTo(Duration.ofMillis(500));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "ftp://a:1", "http://a:1/path", "u:p@a:1", "a:99999", "http://", "a b"})
  void addresses_thatCannotBe_areNamed(String address) {
    assertThatThrownBy(() -> NacosConfiguration.of(address))
        .isInstanceOf(IllegalArgumentException.class)
        // But for a password in it.
        .hasMessageContaining("addresses: " + address.replace("u:p@", "***@"))
        .hasMessageContaining("expected: HOST:PORT");
  }

  @ParameterizedTest
  @CsvSource({
    "nacos.example.com, false, http://nacos.example.com:8848",
    "nacos.example.com:80, false, http://nacos.example.com:80",
    "nacos.example.com, true, https://nacos.example.com:8848",
    "https://10.0.0.1:443/, false, https://10.0.0.1:443",
    "'[::1]:8848', false, 'http://[::1]:8848'"
  })
  void address_isCompleted(String text, boolean tls, String full) {
    assertThat(NacosAddress.parse(text, tls)).hasToString(full);
  }

  @Test
  void values_thatCannotBeTogether_areNamed() {
    assertThatThrownBy(
            () ->
                new NacosConfiguration(
                    null, List.of("a"), true, null, null, null, null, null, null, null, null))
        .hasMessageContaining("namespaces: [a], all: true");
    assertThatThrownBy(
            () ->
                new NacosConfiguration(
                    null, null, false, List.of("*", "a"), null, null, null, null, null, null, null))
        .hasMessageContaining("groups: [*, a]");
    assertThatThrownBy(
            () ->
                new NacosConfiguration(
                    null,
                    null,
                    false,
                    null,
                    new Secret.Env("U"),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null))
        .hasMessageContaining("expected: both or neither");
    assertThatThrownBy(
            () ->
                new NacosConfiguration(
                    null,
                    null,
                    false,
                    null,
                    null,
                    null,
                    null,
                    null,
                    Duration.ofMillis(1),
                    null,
                    null))
        .hasMessageContaining("pollInterval: 1ms");
  }

  @Test
  void factory_isFoundAndItsSchemaHasEachKey() throws Exception {
    RegistryAdapterFactory<?> factory =
        ServiceLoader.load(RegistryAdapterFactory.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(it -> it.type().equals("nacos"))
            .findFirst()
            .orElseThrow();
    JsonNode schema = new ObjectMapper().readTree(factory.configurationSchema());
    List<String> keys = new ArrayList<>();
    schema.path("properties").fieldNames().forEachRemaining(keys::add);
    assertThat(keys)
        .containsExactlyElementsOf(
            Arrays.stream(factory.configurationType().getRecordComponents())
                .map(RecordComponent::getName)
                .toList());
    assertThat(factory.defaultHost()).isEqualTo("{service}.{namespace}.{customGroup}.nacos");
  }
}
