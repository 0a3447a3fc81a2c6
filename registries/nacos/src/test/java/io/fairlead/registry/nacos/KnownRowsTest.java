package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.fairlead.registry.ServiceId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KnownRowsTest {
  private final KnownRows known = new KnownRows("public");

  /** A row as the server says it. */
  private record Said(String name, String group, int count, boolean protecting) {
    Said(String name, int count) {
      this(name, "g", count, false);
    }

    String json() {
      return """
          {"name":"%s","groupName":"%s","clusterCount":1,"ipCount":%d,"healthyInstanceCount":%d,
          "triggerFlag":"%s"}"""
          .formatted(name, group, count, count, protecting);
    }

    ServiceRow row() {
      return new ServiceRow(
          new ServiceId("public", group, name),
          Optional.of(new ServiceRow.Counts(count, count, protecting)));
    }
  }

  private List<@Nullable ServiceRow> read(String json) throws IOException {
    return known.read(
        new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), new TypeReference<>() {});
  }

  private List<@Nullable ServiceRow> take(List<Said> rows) throws IOException {
    List<@Nullable ServiceRow> read =
        read(rows.stream().map(Said::json).collect(Collectors.joining(",", "[", "]")));
    assertThat(read)
        .as("what a list says without what was known before")
        .isEqualTo(rows.stream().map(Said::row).toList());
    return read;
  }

  private static List<Said> rows(int from, int to) {
    return IntStream.range(from, to).mapToObj(number -> new Said("s" + number, 1)).toList();
  }

  @Test
  void rowsThatSayTheSame_areTheSameObjects() throws IOException {
    List<@Nullable ServiceRow> before = take(rows(0, 100));
    List<Said> changed = new ArrayList<>(rows(0, 100));
    changed.set(50, new Said("s50", 2));
    List<@Nullable ServiceRow> after = take(changed);
    for (int at = 0; at < 100; at++) {
      if (at != 50) {
        assertThat(after.get(at)).isSameAs(before.get(at));
      }
    }
  }

  @Test
  void oneThatCameOrWent_leavesTheOthers() throws IOException {
    List<@Nullable ServiceRow> before = take(rows(0, 100));
    List<Said> rows = new ArrayList<>(rows(0, 100));
    rows.add(30, new Said("new", 1));
    List<@Nullable ServiceRow> more = take(rows);
    assertThat(more.get(99)).isSameAs(before.get(98));
    rows.remove(10);
    assertThat(take(rows).get(98)).isSameAs(more.get(99));
  }

  @Test
  void anyChanges_giveWhatTheListSays() throws IOException {
    Random random = new Random(14);
    List<Said> rows = new ArrayList<>(rows(0, 50));
    for (int step = 0; step < 500; step++) {
      for (int change = random.nextInt(4); change > 0; change--) {
        int at = random.nextInt(rows.size());
        Said before = rows.get(at);
        switch (random.nextInt(5)) {
          case 0 -> rows.set(at, new Said(before.name(), step));
          case 1 -> rows.add(at, new Said("n" + step + "-" + change, 1));
          case 2 -> rows.set(at, new Said(before.name(), "g" + step % 2, before.count(), false));
          case 3 -> rows.set(at, new Said(before.name(), before.group(), before.count(), true));
          default -> {
            if (rows.size() > 1) {
              rows.remove(at);
            }
          }
        }
      }
      take(rows);
    }
  }

  @Test
  void rowsThatLackSomething_areTold() throws IOException {
    take(rows(0, 3));
    for (String nameless :
        List.of("{}", "null", "{\"name\":\"\",\"groupName\":\"g\"}", "{\"name\":\"s0\"}")) {
      assertThat(read("[" + nameless + "]")).isEqualTo(Arrays.asList((ServiceRow) null));
    }
    ServiceRow uncounted = new ServiceRow(new ServiceId("public", "g", "s0"), Optional.empty());
    for (String half : List.of("", ",\"ipCount\":1", ",\"healthyInstanceCount\":1")) {
      assertThat(read("[{\"name\":\"s0\",\"groupName\":\"g\"" + half + "}]"))
          .containsExactly(uncounted);
    }
    take(rows(0, 3));
  }

  @Test
  void whatIsNoRow_isRefused_andTheRowsStayKnown() throws IOException {
    List<@Nullable ServiceRow> before = take(rows(0, 3));
    for (String wrong :
        List.of(
            "[1]",
            "[[]]",
            "[{\"name\":{}}]",
            "[{\"groupName\":[]}]",
            "[{\"name\":\"s0\",\"groupName\":\"g\",\"ipCount\":\"many\"}]",
            "[{\"name\":\"s0\"",
            "[] []")) {
      assertThatThrownBy(() -> read(wrong)).as(wrong).isInstanceOf(JsonProcessingException.class);
    }
    assertThat(take(rows(0, 3)).get(2)).isSameAs(before.get(2));
  }

  @Test
  void whatNobodyReads_isPassedOver() throws IOException {
    assertThat(
            read(
                """
                [{"more":{"name":"x"},"name":"s0","groupName":"g","list":[{"ipCount":7}],"ipCount":1,
                "healthyInstanceCount":1,"triggerFlag":true}]"""))
        .containsExactly(new Said("s0", "g", 1, true).row());
  }

  @Test
  void countsAsTexts_areCounts() throws IOException {
    String row =
        "[{\"name\":\"s0\",\"groupName\":\"g\",\"ipCount\":\"3\",\"healthyInstanceCount\":2}]";
    assertThat(read(row).get(0).counts()).contains(new ServiceRow.Counts(3, 2, false));
  }

  @Test
  void answerWithoutAList_forgetsNothing() throws IOException {
    List<@Nullable ServiceRow> before = take(rows(0, 10));
    assertThat(read("null")).isNull();
    assertThat(take(rows(0, 10)).get(9)).isSameAs(before.get(9));
  }
}
