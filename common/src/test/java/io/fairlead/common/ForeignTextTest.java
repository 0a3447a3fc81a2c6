package io.fairlead.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignTextTest {
  private static final String SECRET = "s3cr/t+\"ü=";

  @Test
  void clean_ordinaryText_isTheSame() {
    assertThat(ForeignText.clean("Wéb 服务 💥 C:\\new")).isEqualTo("Wéb 服务 💥 C:\\new");
    assertThat(ForeignText.clean("")).isEmpty();
  }

  @Test
  void clean_whatSteersALineOrTerminal_isEscaped() {
    assertThat(ForeignText.clean("a\r\nb\tc\u001b[31md\u0000\u007f\u0085\u2028\u2029e"))
        .isEqualTo("a\\r\\nb\\tc\\u001b[31md\\u0000\\u007f\\u0085\\u2028\\u2029e");
    assertThat(ForeignText.clean("\u202eabc\u2066\u200b\ufeff\ud800x\udc00\udb40\udc41"))
        .isEqualTo("\\u202eabc\\u2066\\u200b\\ufeff\\ud800x\\udc00\\udb40\\udc41");
  }

  @Test
  void clean_longText_saysHowMuchIsLeftOut() {
    assertThat(ForeignText.clean("x".repeat(300))).isEqualTo("x".repeat(300));
    String cut = ForeignText.clean("x".repeat(5_000_000));
    assertThat(cut).hasSizeLessThanOrEqualTo(300).startsWith("x".repeat(250));
    int kept = cut.indexOf('…');
    assertThat(cut).endsWith("… (" + (5_000_000 - kept) + " more characters)");
    assertThat(ForeignText.clean("\n".repeat(5_000_000))).hasSizeLessThanOrEqualTo(300);
  }

  @Test
  void clean_shortMaximum_isKeptToo() {
    assertThat(ForeignText.clean("abcdefgh", 4)).isEqualTo("abc…");
    assertThat(ForeignText.clean("ab\u001b", 4)).isEqualTo("ab…");
    assertThat(ForeignText.clean("a💥b", 3)).isEqualTo("a…");
  }

  @Property
  void clean_anyText_isOnePrintableLineWithinTheMaximumAndStaysSo(
      @ForAll String text, @ForAll @IntRange(min = 1, max = 80) int max) {
    String clean = ForeignText.clean(text, max);
    assertThat(clean.length()).isLessThanOrEqualTo(max);
    assertThat(
            clean
                .codePoints()
                .map(Character::getType)
                .filter(
                    type ->
                        type == Character.CONTROL
                            || type == Character.FORMAT
                            || type == Character.SURROGATE
                            || type == Character.LINE_SEPARATOR
                            || type == Character.PARAGRAPH_SEPARATOR))
        .isEmpty();
    assertThat(ForeignText.clean(clean, max)).isEqualTo(clean);
  }

  @Test
  void escaped_longText_isWhole() {
    assertThat(ForeignText.escaped("x".repeat(5000) + "\n")).isEqualTo("x".repeat(5000) + "\\n");
  }

  @Test
  void replaced_strangeCharacters_becomeOneCharacterEach() {
    assertThat(ForeignText.replaced("a\ud800b\nc\u202ed\u0000é💥", 256))
        .isEqualTo("a\ufffdb\ufffdc\ufffdd\ufffdé💥");
    assertThat(ForeignText.replaced("💥".repeat(300), 256)).isEqualTo("💥".repeat(256) + "…");
  }

  @Test
  void masked_everyFormOfTheSecret_isGone() {
    String basic = base64("user:" + SECRET);
    for (String form :
        List.of(
            SECRET,
            "s3cr%2Ft%2B%22%C3%BC%3D",
            "s3cr%2ft%2b%22%c3%bc%3d",
            "s3cr/t+\\\"ü=",
            base64(SECRET))) {
      assertThat(ForeignText.masked("<" + form + "|" + form + ">", List.of(SECRET)))
          .as(form)
          .isEqualTo("<***|***>");
    }
    for (String user : List.of("", "u", "us", "use", "user")) {
      String shown = ForeignText.masked(base64(user + ":" + SECRET), List.of(SECRET));
      assertThat(shown).as(user).contains("***").doesNotContain(base64(SECRET).substring(4, 10));
    }
    assertThat(ForeignText.masked(basic, List.of("other"))).isEqualTo(basic);
  }

  @Test
  void masked_noSecretOrAnEmptyOne_leavesTheText() {
    assertThat(ForeignText.masked("text", List.of())).isEqualTo("text");
    assertThat(ForeignText.masked("text", List.of(""))).isEqualTo("text");
  }

  @Test
  void masked_oneSecretWithinAnother_isMaskedAsAWhole() {
    assertThat(ForeignText.masked("abc-def", List.of("abc", "abc-def"))).isEqualTo("***");
  }

  @ParameterizedTest
  @CsvSource({
    "http://user:pw@host:8500/v1, http://***@host:8500/v1",
    "https://token@host, https://***@host",
    "http://u:p@ss@host, http://***@host",
    "http://u:p/w@host:1, http://***@host:1",
    "user:pw@host:8848, ***@host:8848",
    "no: http://u:p@h and http://x:y@z., no: http://***@h and http://***@z.",
    "http://h/v1?accessToken=abc&x=1, http://h/v1?accessToken=***&x=1",
    "GET /n?x=1&password=a%20b HTTP, GET /n?x=1&password=*** HTTP",
  })
  void address_withAPassword_showsNone(String text, String shown) {
    assertThat(ForeignText.address(text)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://host:8500/a@b",
        "http://[::1]:8500/a@b",
        "https://host",
        "127.0.0.1:8848",
        "someone@example.org",
        ""
      })
  void address_withoutAPassword_isTheSame(String text) {
    assertThat(ForeignText.address(text)).isEqualTo(text);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
