package io.fairlead.aggregation.vip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
  @ParameterizedTest
  @CsvSource({
    "241.0.0.0/8, 16646144, 241.0.0.1, 241.255.255.254",
    "240.240.0.0/16, 65024, 240.240.0.1, 240.240.255.254",
    "192.0.2.0/24, 254, 192.0.2.1, 192.0.2.254",
    "192.0.2.0/30, 3, 192.0.2.1, 192.0.2.3",
    "192.0.2.4/30, 4, 192.0.2.4, 192.0.2.7",
    "192.0.2.128/25, 127, 192.0.2.128, 192.0.2.254",
    "fd00::/64, 4611686018427387903, fd00::1, fd00::3fff:ffff:ffff:ffff",
    "fd00:0:0:1::/120, 255, fd00:0:0:1::1, fd00:0:0:1::ff",
    "2001:db8::/16, 0, 0, 0",
  })
  void parse_countsTheUsableAddresses(String cidr, long size, String first, String last) {
    if (size == 0) {
      assertThatThrownBy(() -> AddressRange.parse(cidr)).hasMessageContaining(cidr);
      return;
    }
    AddressRange range = AddressRange.parse(cidr);
    assertThat(range.size()).isEqualTo(size);
    assertThat(range.address(0)).isEqualTo(first);
    assertThat(range.address(size - 1)).isEqualTo(last);
    assertThat(range.toString()).isEqualTo(cidr);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "241.0.0.0",
        "241.0.0.1/8",
        "241.0.0.0/7",
        "241.0.0.0/31",
        "241.0.0.0/x",
        "/8",
        "localhost/8",
        "fd00::/8",
        "fd00::/121",
        "fd00::1/64",
        "300.0.0.0/8",
        "fd00:::/64"
      })
  void parse_refusesWhatIsNoRange(String cidr) {
    assertThatThrownBy(() -> AddressRange.parse(cidr))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("range: " + cidr + " (expected: ");
  }

  @Property
  void address_andIndexAreInverse(
      @ForAll @IntRange(min = 8, max = 30) int prefix, @ForAll @LongRange(min = 0) long number) {
    AddressRange range = AddressRange.parse("241.0.0.0/" + prefix);
    long index = number % range.size();
    String address = range.address(index);
    assertThat(range.indexOf(address)).hasValue(index);
    assertThat(address).doesNotEndWith(".0").doesNotEndWith(".255");
  }

  @Property
  void address_ofIpv6IsCanonicalAndInverse(
      @ForAll @IntRange(min = 16, max = 120) int prefix, @ForAll @LongRange(min = 0) long number)
      throws UnknownHostException {
    AddressRange range = AddressRange.parse("fd00::/" + prefix);
    long index = number % range.size();
    String address = range.address(index);
    assertThat(range.indexOf(address)).hasValue(index);
    assertThat(InetAddress.getByName(address).getAddress()).hasSize(16);
    assertThat(address).doesNotContain(":::").isLowerCase();
  }

  @Test
  void indexOf_knowsOnlyUsableAddresses() {
    AddressRange range = AddressRange.parse("192.0.2.0/24");
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 256; i++) {
      range.indexOf("192.0.2." + i).ifPresent(seen::add);
    }
    assertThat(seen).hasSize(254);
    for (String other : new String[] {"192.0.3.1", "192.0.1.1", "fd00::1", "web", "", "1"}) {
      assertThat(range.indexOf(other)).isEmpty();
    }
    assertThat(AddressRange.parse("fd00::/64").indexOf("fe00::1")).isEmpty();
    assertThat(AddressRange.parse("fd00::/64").indexOf("fd00::")).isEmpty();
    assertThat(AddressRange.parse("fd00::/64").indexOf("FD00::1")).isEmpty();
  }

  @Test
  void virtualAddresses_atMostOneOfAKind() {
    assertThat(VirtualAddresses.of("241.0.0.0/8", "fd00::/64"))
        .isInstanceOf(VirtualAddresses.Ranges.class);
    assertThat(VirtualAddresses.of("fd00::/64")).isInstanceOf(VirtualAddresses.Ranges.class);
    assertThatThrownBy(VirtualAddresses::of).hasMessageContaining("[]");
    assertThatThrownBy(() -> VirtualAddresses.of("fd00::/64", "241.0.0.0/8"))
        .hasMessageContaining("fd00::/64");
    assertThatThrownBy(() -> VirtualAddresses.of("241.0.0.0/8", "242.0.0.0/8"))
        .hasMessageContaining("242.0.0.0/8");
  }
}
