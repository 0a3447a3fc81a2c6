package io.fairlead.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class IpTextTest {
  @Property(tries = 2000, seed = "7")
  void format6_anyAddress_isReadBackTheSame(@ForAll @Size(16) byte[] ip) throws Exception {
    // Halves of it zero, else the short form would hardly ever be tried.
    for (int i = 0; i < 16; i += 2) {
      if ((ip[i] & 1) == 0) {
        ip[i] = 0;
        ip[i + 1] = 0;
      }
    }
    String text = IpText.format6(ip);
    assertThat(IpText.parse6(text)).hasValueSatisfying(read -> assertThat(read).isEqualTo(ip));
    assertThat(IpText.unmapped(ip)).isEqualTo(InetAddress.getByName(text).getAddress());
  }

  @Property(tries = 5000, seed = "7")
  void parse6_anyText_readsWhatTheJdkReads(@ForAll("colonTexts") String text) {
    byte[] expected;
    try {
      expected = InetAddress.getByName("[" + text + "]").getAddress();
    } catch (UnknownHostException e) {
      expected = new byte[0];
    }
    assertThat(IpText.parse6(text).map(IpText::unmapped).orElse(new byte[0]))
        .as(text)
        .isEqualTo(expected);
  }

  @Provide
  Arbitrary<String> colonTexts() {
    // Joined by colons, since the JDK takes groups of more than four digits and Go does not.
    return Arbitraries.of("", "0", "1", "ffff", "00a0", "1.2.3.4", "g")
        .list()
        .ofMinSize(2)
        .ofMaxSize(10)
        .map(groups -> String.join(":", groups));
  }
}
