package io.fairlead.registry.eureka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.Secret;
import io.fairlead.registry.eureka.EurekaConfiguration.AddressKind;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EurekaConfigurationTest {
  private static final URI ADDRESS = URI.create("http://a:8761/eureka/");

  @Test
  void leftOut_everythingHasItsDefault() {
    EurekaConfiguration all = KeyedRecord.of(EurekaConfiguration.class).defaults();
    assertThat(all.addresses()).containsExactly(URI.create("http://127.0.0.1:8761/eureka"));
    assertThat(all.regions()).isEmpty();
    assertThat(all.address()).isEqualTo(AddressKind.IP);
    assertThat(all.preferSecurePort()).isFalse();
    assertThat(all.pollInterval()).isEqualTo(Duration.ofMillis(500));
    assertThat(all.reconcileInterval()).isEqualTo(Duration.ofMinutes(5));
    assertThat(all.settle()).isEqualTo(Duration.ofSeconds(90));
    assertThat(all.query()).isEmpty();
  }

  @Test
  void addressesAndRegions_areMadeFitForRequests() {
    EurekaConfiguration all =
        Configurations.at(ADDRESS).with("regions", List.of("us-east-1", "a b")).build();
    assertThat(all.addresses()).containsExactly(URI.create("http://a:8761/eureka"));
    assertThat(all.query()).isEqualTo("?regions=us-east-1,a+b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://a:1", "localhost:8761", "http:///x", "http://a/eureka?x=1", "a"})
  void address_thatCannotBeIsRefusedByName(String address) {
    assertThatThrownBy(() -> Configurations.at(URI.create(address)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(address)
        .hasMessageContaining("expected");
  }

  @Test
  void address_withAPasswordInIt_isRefusedWithoutShowingIt() {
    assertThatThrownBy(() -> Configurations.at(URI.create("http://u:hunter2@a:1/eureka")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a:1")
        .hasMessageContaining("expected")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void value_thatCannotBe_isRefusedByName() {
    assertThatThrownBy(
            () -> Configurations.at(ADDRESS).with("pollInterval", Duration.ofMillis(1)).build())
        .hasMessage("pollInterval: 1ms (expected: 100ms to 1m)");
    assertThatThrownBy(
            () -> Configurations.at(ADDRESS).with("username", new Secret.Env("USER")).build())
        .hasMessage("username: {env: USER}, password: null (expected: both or neither)");
  }

  @Test
  void factory_isFoundAndDescribesEachKey() {
    RegistryAdapterFactory<?> factory =
        ServiceLoader.load(RegistryAdapterFactory.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.type().equals("eureka"))
            .findFirst()
            .orElseThrow();
    assertThat(KeyedRecord.of(factory.configurationType()).keys())
        .hasSize(EurekaConfiguration.class.getRecordComponents().length)
        .noneMatch(key -> key.text().isEmpty());
    assertThat(factory.defaultHost()).isEqualTo("{service}.eureka");
  }
}
