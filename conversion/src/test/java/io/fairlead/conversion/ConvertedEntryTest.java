package io.fairlead.conversion;

import static io.fairlead.conversion.Services.instance;
import static io.fairlead.conversion.Services.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConvertedEntryTest {
  private static final ConvertedEntry ENTRY =
      Services.entry(Services.convert(service("web", instance("10.0.0.1", 80))));

  @Test
  void withoutEndpoints_keepsEverythingElse_andSaysSo() {
    ConvertedEntry empty = ENTRY.withoutEndpoints();
    assertThat(empty.entry()).isEqualTo(ENTRY.entry().toBuilder().clearEndpoints().build());
    assertThat(empty.host()).isEqualTo(ENTRY.host());
    assertThat(ENTRY.labels()).doesNotContainKey("fairlead.io/endpoints");
    Map<String, String> labels = new HashMap<>(ENTRY.labels());
    labels.put("fairlead.io/endpoints", "none");
    assertThat(empty.labels()).isEqualTo(labels);
    assertThat(empty.withoutEndpoints()).isSameAs(empty);
  }

  @Test
  void withAddresses_replacesThem() {
    ConvertedEntry addressed = ENTRY.withAddresses(List.of("241.0.0.1", "fd00::1", "241.0.0.1"));
    assertThat(addressed.entry().getAddressesList()).containsExactly("241.0.0.1", "fd00::1");
    assertThat(addressed.withAddresses(List.of())).isEqualTo(ENTRY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "10.0.0.0/8", "FD00::1", "[fd00::1]", "0.0.0.0", " 10.0.0.1"})
  void withAddresses_notAnAddress_isRefused(String address) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ENTRY.withAddresses(List.of(address)))
        .withMessage("addresses: " + address + " (expected: an IP address in canonical text)");
  }

  @Test
  void disambiguated_servicesWithOneHost_getDifferentOnes() {
    Converter converter =
        new Converter(Services.policy().host(HostTemplate.parse("{service}.test")).build());
    ConvertedEntry blue = Services.entry(converter.convert(grouped("blue"))).disambiguated();
    ConvertedEntry green = Services.entry(converter.convert(grouped("green"))).disambiguated();
    assertThat(blue.host()).matches("web-x[a-z2-7]{9}\\.test").isNotEqualTo(green.host());
    assertThat(blue.name()).isEqualTo(blue.host());
    assertThat(blue.entry().getHostsList()).containsExactly(blue.host());
    assertThat(blue.annotations()).isEqualTo(Map.of("fairlead.io/service", "blue/web"));
    assertThat(blue.disambiguated()).isEqualTo(blue);
  }

  private static Service grouped(String group) {
    return new Service(
        new ServiceId("", group, "web"),
        Map.of(),
        Map.of(),
        List.of(),
        List.of(instance("10.0.0.1", 80)));
  }
}
