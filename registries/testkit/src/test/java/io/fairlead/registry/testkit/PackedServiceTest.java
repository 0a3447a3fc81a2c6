package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.PackedService;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedServiceTest {
  private static final ServiceId ID = new ServiceId("ns", "group", "web");

  private static Instance instance(double weight, int port, Map<String, String> metadata) {
    return new Instance(
        "node/\ud800服务",
        "10.0.0.1",
        port,
        weight,
        Availability.UNHEALTHY,
        new Locality("region", "zone", "größe"),
        metadata,
        List.of("prod", ""));
  }

  private static Service service(OptionalLong index, Instance... instances) {
    return new Service(
        ID, Map.of("datacenter", "dc1"), Map.of(), List.of("a"), List.of(instances), index);
  }

  @Test
  void unpack_givesEveryHostileServiceBack() {
    List<Service> services = HostileServices.of(7, 2000);
    assertThat(services).hasSizeGreaterThan(1000);
    for (Service service : services) {
      PackedService packed = PackedService.of(service);
      assertThat(packed.unpack()).isEqualTo(service);
      assertThat(packed.hasInstances()).isEqualTo(!service.instances().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0, -0.0, 1, 100, 0.1, -3, 1e300, Double.NaN, Double.NEGATIVE_INFINITY, 4.9e-324})
  void unpack_givesEveryWeightPortAndIndexBack(double weight) {
    for (int port : new int[] {0, 80, -1, 65_535, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      for (long index : new long[] {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
        Service service = service(OptionalLong.of(index), instance(weight, port, Map.of("k", "v")));
        assertThat(PackedService.of(service).unpack()).isEqualTo(service);
      }
    }
    Service unindexed = service(OptionalLong.empty());
    assertThat(PackedService.of(unindexed).unpack()).isEqualTo(unindexed);
    assertThat(PackedService.of(unindexed))
        .isNotEqualTo(PackedService.of(service(OptionalLong.of(0))));
  }

  @Test
  void equals_isThatOfTheServices() {
    Map<String, String> metadata = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      metadata.put("key" + i, "value");
    }
    List<String> keys = new ArrayList<>(metadata.keySet());
    Collections.reverse(keys);
    Map<String, String> reversed = new LinkedHashMap<>();
    keys.forEach(key -> reversed.put(key, "value"));
    PackedService packed = PackedService.of(service(OptionalLong.of(7), instance(1, 80, metadata)));
    PackedService same = PackedService.of(service(OptionalLong.of(7), instance(1, 80, reversed)));
    assertThat(same).isEqualTo(packed).hasSameHashCodeAs(packed);
    assertThat(PackedService.of(service(OptionalLong.of(7), instance(2, 80, metadata))))
        .isNotEqualTo(packed);
    assertThat(PackedService.of(service(OptionalLong.of(8), instance(1, 80, metadata))))
        .isNotEqualTo(packed);
  }
}
