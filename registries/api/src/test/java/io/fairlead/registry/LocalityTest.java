package io.fairlead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalityTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"'','','',''", "r,r,'',''", "r/z,r,z,''", "r/z/s,r,z,s", "r/z/s/t,r,z,s/t"})
  void parse_takesPartsFromTheLeft(String text, String region, String zone, String subzone) {
    assertThat(Locality.parse(text)).isEqualTo(new Locality(region, zone, subzone));
  }
}
