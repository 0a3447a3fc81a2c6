package io.fairlead.conversion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, 10.0.0.1",
    "' 10.0.0.1 ', 10.0.0.1",
    "241.0.0.1, 241.0.0.1",
    "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
    "[2001:db8::1], 2001:db8::1",
    "2001:db8::1%eth0, 2001:db8::1",
    "[2001:db8::1%25eth0], 2001:db8::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "1:0:0:2:2:0:0:3, 1::2:2:0:0:3",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "2001::, '2001::'",
    "64:ff9b::1.2.3.4, 64:ff9b::102:304",
    "::ffff:10.0.0.9, 10.0.0.9",
    "::FFFF:a00:9, 10.0.0.9",
    "[::ffff:10.0.0.9], 10.0.0.9"
  })
  void parse_ip_isCanonical(String given, String canonical) {
    assertThat(Address.parse(given)).isEqualTo(new Address.Ip(canonical, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.255.0.3", "::1", "[::1]", "::ffff:127.0.0.1"})
  void parse_loopbackIp_isMarked(String given) {
    assertThat(Address.parse(given))
        .isInstanceOfSatisfying(Address.Ip.class, ip -> assertThat(ip.loopback()).isTrue());
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, ADDRESS_UNSPECIFIED",
    "0.1.2.3, ADDRESS_UNSPECIFIED",
    "'::', ADDRESS_UNSPECIFIED",
    "::ffff:0.0.0.0, ADDRESS_UNSPECIFIED",
    "169.254.169.254, ADDRESS_LINK_LOCAL",
    "fe80::1, ADDRESS_LINK_LOCAL",
    "FEBF::1, ADDRESS_LINK_LOCAL",
    "fe80::1%eth0, ADDRESS_LINK_LOCAL",
    "::ffff:169.254.0.1, ADDRESS_LINK_LOCAL",
    "224.0.0.1, ADDRESS_MULTICAST",
    "239.1.1.1, ADDRESS_MULTICAST",
    "255.255.255.255, ADDRESS_MULTICAST",
    "ff02::1, ADDRESS_MULTICAST"
  })
  void parse_unusableIp_hasItsReason(String given, Reason reason) {
    assertThat(Address.parse(given)).isEqualTo(new Address.Unusable(reason));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "10.0.0.256",
        "010.0.0.1",
        "10.0.1",
        "10.0.0.1.2",
        "1.2.3.4%eth0",
        "[10.0.0.1]",
        "[host.example.com]",
        "2130706433",
        "0x7f000001",
        "host.0x7f",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "2001:db8::1::2",
        ":::",
        ":1",
        "12345::",
        "g::",
        "1.2.3.4::",
        "::1.2.3",
        "10.0.0.1:80",
        "10.0.0.1/8",
        "http://a.example",
        "unix:///a.sock",
        "bad_host",
        "-a.example",
        "a..example",
        "*",
        "hôte.example",
        "\u212a.example",
        "١٠.0.0.1",
        "\ud800"
      })
  void parse_neitherIpNorHost_isIllegal(String given) {
    assertThat(Address.parse(given)).isEqualTo(new Address.Unusable(Reason.ADDRESS_ILLEGAL));
  }

  @ParameterizedTest
  @CsvSource({
    "Host.Example.COM, host.example.com, false",
    "host.example.com., host.example.com, false",
    "db, db, false",
    "localhost, localhost, true",
    "a.LOCALHOST, a.localhost, true",
    "notlocalhost, notlocalhost, false"
  })
  void parse_host_isCanonical(String given, String canonical, boolean loopback) {
    assertThat(Address.parse(given)).isEqualTo(new Address.HostName(canonical, loopback));
  }
}
