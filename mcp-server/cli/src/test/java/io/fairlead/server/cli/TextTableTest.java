package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** Tests of tables, and of the terminals that they have to fit. */
class TextTableTest {
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", "name").name(9),
          Column.of("A", "a").leaves(1),
          Column.of("B", "b").leaves(2),
          Column.of("TEXT", "text").text(6));

  private static List<String> lines(int columns, String name, String text) {
    ArrayNode items = JsonNodeFactory.instance.arrayNode();
    items.addObject().put("name", name).put("a", "aaaa").put("b", "bbbb").put("text", text);
    StringWriter out = new StringWriter();
    new TextTable(COLUMNS, items, new Terminal(columns, false, false), false)
        .print(new PrintWriter(out, true));
    return out.toString().lines().toList();
  }

  @Test
  void print_withRoom_isWhole() {
    assertThat(lines(80, "service-000001", "some text"))
        .containsExactly(
            "NAME            A     B     TEXT", "service-000001  aaaa  bbbb  some text");
  }

  @Test
  void print_withLittleRoom_cutsNamesInTheMiddleAndTextAtTheEnd() {
    assertThat(lines(31, "service-000001", "some text"))
        .containsExactly("NAME       A     B     TEXT", "serv…0001  aaaa  bbbb  some te…");
  }

  @Test
  void print_withLessRoom_leavesOutByOrder() {
    assertThat(lines(24, "service-000001", "some text").get(0)).doesNotContain("B");
    assertThat(lines(20, "service-000001", "some text").get(1)).isEqualTo("serv…0001  some text");
  }

  @Test
  void print_wideCharacters_takeTwoColumns() {
    assertThat(DisplayWidth.of("支付")).isEqualTo(4);
    assertThat(DisplayWidth.of("ｱe\u0301😀")).isEqualTo(1 + 1 + 2);
    assertThat(lines(80, "支付", "x")).last().isEqualTo("支付  aaaa  bbbb  x");
    assertThat(DisplayWidth.of(lines(30, "支付服务支付服务支付服务", "some text").get(1)))
        .isLessThanOrEqualTo(30);
  }

  @Test
  void print_hostileText_staysText() {
    assertThat(lines(80, "a\u001b[2Jb\nc\u202e", "x").get(1))
        .startsWith("a\\u001b[2Jb\\nc\\u202e  aaaa");
  }

  @Test
  void terminal_isWhatTheEnvironmentAndTheLauncherSay() {
    Properties onTerminal = new Properties();
    onTerminal.setProperty("fairlead.terminal.columns", "120");
    Properties unknownSize = new Properties();
    unknownSize.setProperty("fairlead.terminal.columns", "");

    assertThat(Terminal.of(Map.of(), new Properties())).isEqualTo(Terminal.NONE);
    assertThat(Terminal.of(Map.of(), onTerminal)).isEqualTo(new Terminal(120, true, false));
    assertThat(Terminal.of(Map.of(), unknownSize).columns()).isEqualTo(80);
    assertThat(Terminal.of(Map.of("COLUMNS", "99"), onTerminal).columns()).isEqualTo(99);
    assertThat(Terminal.of(Map.of("COLUMNS", "99"), new Properties()).columns()).isEqualTo(99);
    assertThat(Terminal.of(Map.of("COLUMNS", "x"), onTerminal).columns()).isEqualTo(120);
    assertThat(Terminal.of(Map.of("NO_COLOR", "1"), onTerminal).colours()).isFalse();
    assertThat(Terminal.of(Map.of("NO_COLOR", ""), onTerminal).colours()).isTrue();
    assertThat(Terminal.of(Map.of("TERM", "dumb"), onTerminal).colours()).isFalse();
  }
}
