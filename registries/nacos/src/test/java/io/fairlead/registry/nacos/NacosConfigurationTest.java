package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.common.KeyedRecord;
import io.fairlead.nacos.NacosAddress;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NacosConfigurationTest {
  private static final KeyedRecord<NacosConfiguration> KEYS =
      KeyedRecord.of(NacosConfiguration.class);

  @Test
  void defaults_everythingLeftOut() {
    NacosConfiguration it = KEYS.defaults();
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
    assertThatThrownBy(() -> KEYS.with(Map.of("addresses", List.of(address))))
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
    assertThatThrownBy(() -> KEYS.with(Map.of("namespaces", List.of("a"), "all", true)))
        .hasMessageContaining("namespaces: [a], all: true");
    assertThatThrownBy(() -> KEYS.with(Map.of("groups", List.of("*", "a"))))
        .hasMessageContaining("groups: [*, a]");
    assertThatThrownBy(() -> KEYS.with(Map.of("username", new Secret.Env("U"))))
        .hasMessageContaining("expected: both or neither");
    assertThatThrownBy(() -> KEYS.with(Map.of("pollInterval", Duration.ofMillis(1))))
        .hasMessageContaining("pollInterval: 1ms");
  }

  @Test
  void factory_isFoundAndDescribesEachKey() {
    RegistryAdapterFactory<?> factory =
        ServiceLoader.load(RegistryAdapterFactory.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(it -> it.type().equals("nacos"))
            .findFirst()
            .orElseThrow();
    assertThat(KeyedRecord.of(factory.configurationType()).keys())
        .hasSize(NacosConfiguration.class.getRecordComponents().length)
        .noneMatch(key -> key.text().isEmpty());
    assertThat(factory.defaultHost()).isEqualTo("{service}.{namespace}.{customGroup}.nacos");
  }
}
