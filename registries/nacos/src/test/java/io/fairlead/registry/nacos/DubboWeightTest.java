package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class DubboWeightTest {
  private static double weight(String service, double ofNacos, Map<String, String> metadata) {
    InstanceRecord instance =
        new InstanceRecord("10.0.0.1", 80, ofNacos, true, true, "DEFAULT", metadata);
    return new Content(List.of(instance), Map.of(), OptionalDouble.empty())
        .toService(new ServiceId("public", "DEFAULT_GROUP", service))
        .instances()
        .get(0)
        .weight();
  }

  @Test
  void weightOfAProvider_countsWhereNacosHasItsUsualOne() {
    String provider = "providers:demo.Greeter::";
    assertThat(weight(provider, 1, Map.of())).isEqualTo(1);
    assertThat(weight(provider, 1, Map.of("weight", "100"))).isEqualTo(1);
    assertThat(weight(provider, 1, Map.of("weight", "250"))).isEqualTo(2.5);
    assertThat(weight(provider, 1, Map.of("weight", "0"))).isZero();
    assertThat(weight(provider, 1, Map.of("default.weight", "50"))).isEqualTo(0.5);
    assertThat(weight(provider, 1, Map.of("weight", "heavy"))).isNaN();
    assertThat(weight(provider, 3, Map.of("weight", "250"))).as("set in Nacos").isEqualTo(3);
    assertThat(weight("orders", 1, Map.of("weight", "250"))).as("no provider").isEqualTo(1);
  }
}
