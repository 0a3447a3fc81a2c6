package io.fairlead.registry.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderOverrideTest {
  private static final String NAME = "demo.Greeter";
  private static final String PROVIDER =
      "dubbo://10.0.0.1:20880/demo.Greeter?version=1.0.0&group=g1&application=shop&zone=a";

  private static Provider applied(String provider, String... overrides)
      throws MalformedNodeException {
    List<ProviderOverride> all = new ArrayList<>();
    for (String one : overrides) {
      ProviderUrl.override(NAME, ProviderUrls.encoded(one)).ifPresent(all::add);
    }
    return ProviderOverride.applied(all, ProviderUrl.parse(ProviderUrls.encoded(provider)));
  }

  private static String override(String host, String parameters) {
    return "override://"
        + host
        + "/demo.Greeter?category=configurators&dynamic=false&version=1.0.0&group=g1&"
        + parameters;
  }

  @Test
  void weightAndSwitch_areSet_andNothingElse() throws MalformedNodeException {
    Provider provider =
        applied(PROVIDER, override("10.0.0.1:20880", "weight=5&disabled=true&timeout=7"));
    assertThat(provider.parameter("weight")).isEqualTo("5");
    assertThat(provider.parameter("disabled")).isEqualTo("true");
    assertThat(provider.parameter("timeout")).isEmpty();
    assertThat(provider.parameter("application")).isEqualTo("shop");
    assertThat(provider.port()).isEqualTo(20880);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1:20880 | weight=5",
        "0.0.0.0 | weight=5",
        "0.0.0.0:20880 | weight=5",
        "0.0.0.0 | weight=5&application=shop&side=provider",
        "0.0.0.0 | weight=5&application=*&~zone=a&enabled=true",
      })
  void thoseAboutTheProvider_areApplied(String override) throws MalformedNodeException {
    String[] parts = override.split(" \\| ");
    assertThat(applied(PROVIDER, override(parts[0], parts[1])).parameter("weight")).isEqualTo("5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.2:20880 | weight=5",
        "10.0.0.1:20881 | weight=5",
        // A consumer's address.
        "10.0.0.1 | weight=5",
        "0.0.0.0 | weight=5&enabled=false",
        "0.0.0.0 | weight=5&application=other",
        "0.0.0.0 | weight=5&side=consumer",
        "0.0.0.0 | weight=5&~zone=b",
        "0.0.0.0 | timeout=5",
      })
  void thoseAboutOthers_areNot(String override) throws MalformedNodeException {
    String[] parts = override.split(" \\| ");
    assertThat(applied(PROVIDER, override(parts[0], parts[1])))
        .isEqualTo(ProviderUrl.parse(ProviderUrls.encoded(PROVIDER)));
  }

  @Test
  void versionAndGroup_mustBeThoseOfTheProvider() throws MalformedNodeException {
    String bare = "override://0.0.0.0/demo.Greeter?weight=5";
    assertThat(applied(PROVIDER, bare).parameter("weight")).isEmpty();
    assertThat(applied("dubbo://10.0.0.1:1/x?version=0.0.0", bare).parameter("weight"))
        .isEqualTo("5");
  }

  @Test
  void theSpecificOneWins_thenTheHigherPriority() throws MalformedNodeException {
    String own = override("10.0.0.1:20880", "weight=1");
    String ownFirst = override("10.0.0.1:20880", "weight=2&priority=3");
    String all = override("0.0.0.0", "weight=3&priority=9");
    assertThat(applied(PROVIDER, ownFirst, all, own).parameter("weight")).isEqualTo("2");
    assertThat(applied(PROVIDER, all, own).parameter("weight")).isEqualTo("1");
  }

  @Test
  void absent_leavesAloneWhatTheProviderSays() throws MalformedNodeException {
    String absent = "absent" + override("0.0.0.0", "weight=5").substring("override".length());
    assertThat(applied(PROVIDER, absent).parameter("weight")).isEqualTo("5");
    assertThat(applied(PROVIDER + "&weight=7", absent).parameter("weight")).isEqualTo("7");
  }

  @ParameterizedTest
  @CsvSource({
    "override://0.0.0.0/demo.Greeter?weight=heavy, weight: something else",
    "override://0.0.0.0/demo.Greeter?disabled=perhaps, disabled: something else",
    "override://0.0.0.0/demo.Greeter?priority=x&weight=1, priority: something else",
    "override:///demo.Greeter?weight=1, no address",
    "override://10.0.0.1:-1/demo.Greeter?weight=1, no address",
    "override://10.0.0.1:x/demo.Greeter?weight=1, port: no number",
    "override://0.0.0.0/demo.Other?weight=1, of another interface",
    "route://0.0.0.0/demo.Greeter?weight=1, another protocol",
    "weight=1, no protocol",
  })
  void malformedOnes_areRefused_withWhatIsExpected(String url, String problem) {
    assertThatThrownBy(() -> ProviderUrl.override(NAME, ProviderUrls.encoded(url)))
        .isInstanceOf(MalformedNodeException.class)
        .hasMessageContaining(problem)
        .hasMessageContaining("expected: ");
  }

  @Property
  void anyText_isReadOrRefused(@ForAll String text) {
    try {
      assertThat(ProviderUrl.override(NAME, text)).isNotNull();
    } catch (MalformedNodeException e) {
      assertThat(e).hasMessageContaining("expected: ");
    }
  }
}
