package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.RegistryAdapterFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsulConfigurationTest {
  @Test
  void leftOut_everythingHasItsDefault() {
    ConsulConfiguration all = KeyedRecord.of(ConsulConfiguration.class).defaults();
    assertThat(all.addresses()).containsExactly(URI.create("http://127.0.0.1:8500"));
    assertThat(all.maxConnections()).isEqualTo(150);
    assertThat(all.maxWait()).isEqualTo(Duration.ofMinutes(5));
    assertThat(all.sweepRate()).isEqualTo(100);
    assertThat(all.settle()).isEqualTo(Duration.ofMinutes(1));
    assertThat(all.aclFiltering()).isEqualTo(AclFiltering.REFUSE);
    assertThat(all.holdsServers()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://a:1", "localhost:8500", "http:///x", "http://a/v1", "a"})
  void address_thatCannotBeIsRefusedByName(String address) {
    assertThatThrownBy(() -> Configurations.at(URI.create(address)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(address)
        .hasMessageContaining("expected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://user:hunter2@a:1", "http://a:1/v1?token=hunter2"})
  void address_withASecretInIt_isRefusedWithoutShowingIt(String address) {
    assertThatThrownBy(() -> Configurations.at(URI.create(address)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a:1")
        .hasMessageContaining("expected")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void value_outOfRangeIsRefusedByName() {
    URI address = URI.create("http://a:1");
    assertThatThrownBy(() -> Configurations.at(address).maxConnections(3).build())
        .hasMessage("maxConnections: 3 (expected: a whole number from 6 to 10000)");
    assertThatThrownBy(() -> Configurations.at(address).maxWait(Duration.ofMinutes(11)).build())
        .hasMessage("maxWait: 11m (expected: 1s to 10m)");
    assertThatThrownBy(() -> Configurations.at(address).sweepRate(0).build())
        .hasMessageContaining("sweepRate: 0");
    assertThatThrownBy(() -> Configurations.at(address, address).build())
        .hasMessageContaining("each once");
    assertThatThrownBy(() -> Configurations.at().build())
        .hasMessageContaining("addresses: an empty list");
  }

  @Test
  void factory_isFoundAndDescribesEachKey() {
    RegistryAdapterFactory<?> factory =
        ServiceLoader.load(RegistryAdapterFactory.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.type().equals("consul"))
            .findFirst()
            .orElseThrow();
    assertThat(KeyedRecord.of(factory.configurationType()).keys())
        .hasSize(ConsulConfiguration.class.getRecordComponents().length)
        .noneMatch(key -> key.text().isEmpty());
    assertThat(factory.defaultHost()).isEqualTo("{service}.service.{datacenter}.consul");
  }
}
