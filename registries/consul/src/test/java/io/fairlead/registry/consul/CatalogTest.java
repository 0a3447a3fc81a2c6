package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogTest {
  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static Catalog of(String json, String... tags) throws IOException {
    return Catalog.of(bytes(json), List.of(tags));
  }

  @Test
  void of_foldsNames() throws IOException {
    Catalog one = of("{'web':[],'Web':[],'consul':[],'api':[]}");
    assertThat(one.names()).isEqualTo(Set.of("web", "api"));
    assertThat(one.holdsServers()).isTrue();
    assertThat(of("{'WEB':[],'API':[],'Consul':[],'':[]}")).isEqualTo(one);
  }

  @Test
  void of_tellsWhetherTheServersAreThere() throws IOException {
    assertThat(of("{}").holdsServers()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "[]", "null", "'x'", "3", "{} {}", "{'web':[]} 1"})
  void of_refusesWhatTheApiDoesNotPromise(String json) {
    assertThatThrownBy(() -> of(json)).isInstanceOf(MalformedAnswerException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{'web'", "{'web':[", "{'web':['a'", "{'web':[]", "{} x", "x"})
  void of_refusesWhatIsNoJson(String json) {
    assertThatThrownBy(() -> of(json)).isInstanceOf(JsonProcessingException.class);
    assertThatThrownBy(() -> of(json, "a")).isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void of_withTags_takesWhatHasAll() throws IOException {
    String json =
        "{'a':['x','y'],'b':['x'],'c':[],'d':null,'e':{'x':'y'},'f':'x','g':['y',['z'],'x']}";
    assertThat(of(json, "x", "y").names()).containsExactlyInAnyOrder("a", "g");
    assertThat(of(json).names()).hasSize(7);
  }

  @Test
  void reader_sameAnswer_makesNothingOfIt() throws IOException {
    CatalogReader reader = new CatalogReader(List.of());
    Catalog first = reader.read(bytes("{'a':[]}"));
    assertThat(reader.read(bytes("{'a':[]}"))).isSameAs(first);
    assertThat(reader.read(bytes("{'b':[]}")).names()).containsExactly("b");
    assertThatThrownBy(() -> reader.read(bytes("{'b':")))
        .isInstanceOf(JsonProcessingException.class);
    assertThat(reader.read(bytes("{'a':[]}"))).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "web-1",
        "Web",
        "wEB",
        "\u00c9t\u00e9",
        "\u0130",
        "\ud801\udc00x",
        "Z",
        "@[`{"
      })
  void folded_isAsConsulCompares(String name) {
    StringBuilder expected = new StringBuilder();
    name.codePoints().map(Character::toLowerCase).forEach(expected::appendCodePoint);
    assertThat(Folded.of(name)).isEqualTo(expected.toString());
  }

  @Test
  void changedChecks_areThoseInOneOnly() {
    FailingChecks.Check stays = new FailingChecks.Check("n", "a", "web", "critical");
    FailingChecks.Check goes = new FailingChecks.Check("n", "b", "api", "critical");
    FailingChecks.Check comes = new FailingChecks.Check("n", "c", "", "warning");
    assertThat(
            FailingChecks.changed(
                new FailingChecks(Set.of(stays, goes)), new FailingChecks(Set.of(stays, comes))))
        .containsExactlyInAnyOrder(goes, comes);
  }
}
