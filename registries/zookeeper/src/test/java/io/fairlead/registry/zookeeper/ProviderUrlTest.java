package io.fairlead.registry.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderUrlTest {
  private static final String REAL =
      "tri%3A%2F%2F10.9.8.7%3A20881%2Fdemo.Greeter%3Fapplication%3Dgreeter-app%26deprecated%3Dfalse"
          + "%26dubbo%3D2.0.2%26dynamic%3Dtrue%26generic%3Dfalse%26group%3Dg1%26interface%3Ddemo."
          + "Greeter%26metadata-service-port%3D20889%26metadata-type%3Dlocal%26methods%3Dgreet"
          + "%26prefer.serialization%3Dhessian2%2Cfastjson2%26release%3D3.3.6%26revision%3D1.0.0"
          + "%26service-name-mapping%3Dtrue%26side%3Dprovider%26timestamp%3D1795712594848"
          + "%26version%3D1.0.0%26weight%3D200";

  @Test
  void parse_whatDubboWrites() throws MalformedNodeException {
    Provider provider = ProviderUrl.parse(REAL);
    assertThat(provider.protocol()).isEqualTo("tri");
    assertThat(provider.address()).isEqualTo("10.9.8.7");
    assertThat(provider.port()).isEqualTo(20881);
    assertThat(provider.group()).isEqualTo("g1");
    assertThat(provider.version()).isEqualTo("1.0.0");
    assertThat(provider.parameter("weight")).isEqualTo("200");
    assertThat(provider.parameter("prefer.serialization")).isEqualTo("hessian2,fastjson2");
  }

  @Test
  void parse_addressesOfEveryKind() throws MalformedNodeException {
    assertThat(ProviderUrl.parse("dubbo%3A%2F%2F%5B2001%3Adb8%3A%3A1%5D%3A20880%2Fa").address())
        .isEqualTo("[2001:db8::1]");
    assertThat(ProviderUrl.parse("dubbo%3A%2F%2Fuser%3Apw%40host.example%3A1").address())
        .isEqualTo("host.example");
    assertThat(ProviderUrl.parse("DUBBO%3A%2F%2F10.0.0.1%3A-1%2Fa%3Fversion%3D0.0.0").port())
        .isEqualTo(-1);
    Provider older =
        ProviderUrl.parse(
            ProviderUrls.encoded("dubbo://h:1/a?default.group=blue&default.version=2"));
    assertThat(older.group()).isEqualTo("blue");
    assertThat(older.version()).isEqualTo("2");
  }

  @ParameterizedTest
  @CsvSource({
    "'', no protocol",
    "10.0.0.1:20880, no protocol",
    "dubbo%3A%2F, no protocol",
    "%3A%2F%2F10.0.0.1%3A1, no protocol",
    "dubbo%3A%2F%2F10.0.0.1%2Fa, no port",
    "dubbo%3A%2F%2F%3A20880, no port",
    "dubbo%3A%2F%2F%5B%3A%3A1%5D, no port",
    "dubbo%3A%2F%2F10.0.0.1%3Aport, no number",
    "dubbo%3A%2F%2F10.0.0.1%3A99999999999, no number",
    "dubbo%3A%2F%2F10.0.0.1%3A1%, not URL-encoded",
    "dubbo%ZZ, not URL-encoded"
  })
  void parse_whatIsNone_isRefusedWithAReason(String node, String reason) {
    assertThatThrownBy(() -> ProviderUrl.parse(node))
        .isInstanceOf(MalformedNodeException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining("expected");
  }

  @Test
  void parse_tooManyParameters_isRefused() {
    StringBuilder url = new StringBuilder("dubbo://10.0.0.1:1/a?");
    for (int i = 0; i < 1000; i++) {
      url.append("k").append(i).append("=v&");
    }
    assertThatThrownBy(() -> ProviderUrl.parse(ProviderUrls.encoded(url.toString())))
        .hasMessageContaining("parameters");
  }

  @Property
  void parse_anyText_isAProviderOrRefused(@ForAll String text) {
    for (String node : new String[] {text, ProviderUrls.encoded("dubbo://" + text)}) {
      try {
        assertThat(ProviderUrl.parse(node).address()).isNotEmpty();
      } catch (MalformedNodeException e) {
        assertThat(e).hasMessageContaining("expected");
      }
    }
  }
}
