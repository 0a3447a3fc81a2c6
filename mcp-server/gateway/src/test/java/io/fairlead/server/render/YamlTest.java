package io.fairlead.server.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.yaml.snakeyaml.Yaml;

class YamlTest {
  @Property(seed = "7")
  void write_anyText_isReadBackAsThatText(
      @ForAll("texts") String key, @ForAll("texts") String value) {
    ObjectNode node = JsonNodeFactory.instance.objectNode().put(key, value);

    String yaml = io.fairlead.server.render.Yaml.write(node);

    // SnakeYAML's own resolver is that of YAML 1.1, where dates and 1:30 are no texts.
    assertThat((Object) new Yaml().load(yaml)).as(yaml).isEqualTo(Map.of(key, value));
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "",
            "~",
            "null",
            "yes",
            "off",
            "y",
            "N",
            "1",
            "1e3",
            "0x1f",
            "010",
            "1_000",
            "12:30:45",
            "2020-01-01",
            "2020-01-01T00:00:00Z",
            ".inf",
            "-",
            "- a",
            "a: b",
            "a #b",
            "*",
            "&a",
            "!x",
            "%x",
            "@x",
            "`x",
            "k8s://",
            "xds://h:1",
            "a:",
            "=",
            "<<",
            "10.0.0.1",
            "::1",
            "a\nb",
            " a",
            "a ",
            "\t",
            "\"",
            "'",
            "true.",
            "[a]",
            "{a}",
            "a,b",
            "?",
            "|",
            ">"),
        Arbitraries.strings().ofMaxLength(12).withCharRange(' ', '~'),
        Arbitraries.strings().ofMaxLength(12).alpha().numeric().withChars(".:-_/"));
  }
}
