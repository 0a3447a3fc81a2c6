package io.fairlead.conversion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionPolicyTest {
  static List<List<String>> illegalExports() {
    return List.of(List.of("*", "a"), List.of("~", "."), List.of(""), List.of("A"), List.of("a.b"));
  }

  @Test
  void build_defaults_areThoseDocumented() {
    ConversionPolicy policy = ConversionPolicy.builder("dc1").build();
    assertThat(policy.host()).hasToString("{service}.{registry}");
    assertThat(policy.namespace()).hasToString("{registry}");
    assertThat(policy.exportTo()).containsExactly("*");
    assertThat(policy.protocol()).isEqualTo("TCP");
    assertThat(policy.loopback()).isEqualTo(LoopbackRule.REFUSE);
    assertThat(policy.port()).isEqualTo(new PortRule.MostInstances());
    assertThat(policy.revisions()).isEqualTo(RevisionRule.STANDARD);
    assertThat(policy).isEqualTo(ConversionPolicy.builder("dc1").build());
  }

  @ParameterizedTest
  @MethodSource("illegalExports")
  void build_illegalExportTo_isRefused(List<String> exportTo) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConversionPolicy.builder("dc1").exportTo(exportTo).build())
        .withMessageStartingWith("exportTo: " + exportTo + " (expected: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "quic", "http_proxy"})
  void build_unknownProtocol_isRefused(String protocol) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConversionPolicy.builder("dc1").protocol(protocol).build())
        .withMessageStartingWith("protocol: " + protocol + " (expected: one of [dubbo, grpc,");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65536})
  void fixedPort_outOfRange_isRefused(int port) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PortRule.Fixed(port))
        .withMessage("port: " + port + " (expected: instance, or a number from 1 to 65535)");
  }

  @Test
  void revisionRule_illegalParts_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RevisionRule.of("", List.of()))
        .withMessageStartingWith("revisions.label: ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RevisionRule.of("rev", List.of("a b")))
        .withMessageStartingWith("revisions.default: a b (expected: ");
  }
}
