package io.fairlead.conversion;

import static io.fairlead.conversion.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalitiesTest {
  private static Conversion convert(
      Locality locality, Map<String, String> metadata, Map<String, String> serviceMetadata) {
    return Services.convert(
        service(
            "web",
            serviceMetadata,
            new Instance("a", "10.0.0.1", 80, 1, Availability.READY, locality, metadata)));
  }

  private static String locality(Conversion conversion) {
    return Services.entry(conversion).entry().getEndpoints(0).getLocality();
  }

  @Test
  void convert_locality_isInstanceThenItsMetadataThenTheService() {
    Map<String, String> own = Map.of("region", "r2", "zone", "z2");
    Map<String, String> shared = Map.of("region", "r3", "zone", "z3", "subzone", "s3");
    assertThat(locality(convert(new Locality("r1", "z1", "s1"), own, shared)))
        .isEqualTo("r1/z1/s1");
    assertThat(locality(convert(Locality.NONE, own, shared))).isEqualTo("r2/z2");
    assertThat(locality(convert(Locality.NONE, Map.of("zone", "z"), shared))).isEqualTo("r3/z3/s3");
    assertThat(locality(convert(Locality.NONE, Map.of(), Map.of()))).isEmpty();
  }

  @Test
  void convert_partBelowAnEmptyOne_isIgnored() {
    Conversion conversion = convert(new Locality("r", "", "s"), Map.of(), Map.of());
    assertThat(locality(conversion)).isEqualTo("r");
    assertThat(conversion.findings()).isEmpty();
  }

  @Test
  void convert_illegalPart_isLeftOutWithThoseBelow() {
    Conversion conversion = convert(new Locality("r", "z 1", "s"), Map.of(), Map.of());
    assertThat(locality(conversion)).isEqualTo("r");
    assertThat(conversion.findings())
        .containsExactly(new Finding(Reason.LOCALITY_ILLEGAL, "a", "z 1"));
    assertThat(locality(convert(new Locality("r", "z", "a/b"), Map.of(), Map.of())))
        .isEqualTo("r/z");
  }
}
