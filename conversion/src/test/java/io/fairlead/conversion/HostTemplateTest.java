package io.fairlead.conversion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostTemplateTest {
  @Test
  void parse_template_namesItsVariables() {
    HostTemplate template = HostTemplate.parse("{service}-{group}.service.{datacenter}.consul");
    assertThat(template.variables()).containsExactlyInAnyOrder("service", "group", "datacenter");
    assertThat(template).hasToString("{service}-{group}.service.{datacenter}.consul");
    assertThat(template).isEqualTo(HostTemplate.parse(template.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a..b",
        ".a",
        "a.",
        "{service",
        "service}",
        "{}",
        "{a.b}",
        "{1}",
        "{service}.Consul",
        "{service}.con_sul",
        "*.{service}",
        "{service}.-a",
        "{service}.größe",
        "{service}. consul"
      })
  void parse_illegalText_namesFieldValueAndExpectation(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HostTemplate.parse(text))
        .withMessageStartingWith("host: " + text + " (expected: ");
  }

  @Test
  void parse_literalThatLeavesNoRoom_isRefused() {
    String literal = ".abcdefghi".repeat(19);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HostTemplate.parse("{service}" + literal))
        .withMessageContaining("at most 189 characters");
  }

  @Test
  void parse_unknownVariable_listsTheKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> HostTemplate.parse("host", "{service}.{cluster}", Set.of("datacenter", "node")))
        .withMessage(
            "host: {cluster} (expected: one of datacenter, group, namespace, node, registry,"
                + " service)");
  }

  @Test
  void parse_knownVariable_isTaken() {
    assertThat(HostTemplate.parse("namespace", "{datacenter}", Set.of("datacenter")).variables())
        .containsExactly("datacenter");
  }
}
