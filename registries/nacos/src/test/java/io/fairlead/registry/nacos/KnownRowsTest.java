package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.nacos.NacosJson.Page;
import io.fairlead.registry.nacos.Json.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KnownRowsTest {
  private final KnownRows known = new KnownRows("public");

  private static Row row(String name, int count) {
    return new Row(name, "g", count, count, "false");
  }

  private List<ServiceRow> take(List<Row> rows) {
    Page<ServiceRow> page =
        Objects.requireNonNull(known.take(new Page<>(rows.size(), new ArrayList<>(rows))));
    assertThat(page.isWhole()).isTrue();
    assertThat(page.items())
        .as("what a list says without what was known before")
        .isEqualTo(rows.stream().map(row -> row.toRow("public")).toList());
    return page.items();
  }

  private static List<Row> rows(int from, int to) {
    return IntStream.range(from, to).mapToObj(number -> row("s" + number, 1)).toList();
  }

  @Test
  void rowsThatSayTheSame_areTheSameObjects() {
    List<ServiceRow> before = take(rows(0, 100));
    List<Row> changed = new ArrayList<>(rows(0, 100));
    changed.set(50, row("s50", 2));
    List<ServiceRow> after = take(changed);
    for (int at = 0; at < 100; at++) {
      if (at != 50) {
        assertThat(after.get(at)).isSameAs(before.get(at));
      }
    }
  }

  @Test
  void oneThatCameOrWent_leavesTheOthers() {
    List<ServiceRow> before = take(rows(0, 100));
    List<Row> rows = new ArrayList<>(rows(0, 100));
    rows.add(30, row("new", 1));
    List<ServiceRow> more = take(rows);
    assertThat(more.get(99)).isSameAs(before.get(98));
    rows.remove(10);
    assertThat(take(rows).get(98)).isSameAs(more.get(99));
  }

  @Test
  void anyChanges_giveWhatTheListSays() {
    Random random = new Random(14);
    List<Row> rows = new ArrayList<>(rows(0, 50));
    for (int step = 0; step < 500; step++) {
      for (int change = random.nextInt(4); change > 0; change--) {
        int at = random.nextInt(rows.size());
        switch (random.nextInt(3)) {
          case 0 -> rows.set(at, row(Objects.requireNonNull(rows.get(at).name()), step));
          case 1 -> rows.add(at, row("n" + step + "-" + change, 1));
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
  void rowsWithoutAName_areTold() {
    List<Row> rows = new ArrayList<>(rows(0, 2));
    rows.add(new Row(null, "g", 1, 1, "false"));
    rows.add(null);
    Page<ServiceRow> page =
        Objects.requireNonNull(known.take(new Page<>(4, new ArrayList<>(rows))));
    assertThat(page.isWhole()).isTrue();
    assertThat(page.items()).hasSize(2);
    assertThat(page.size()).isEqualTo(4);
    assertThat(known.take(null)).isNull();
    assertThat(Objects.requireNonNull(known.take(new Page<>(0, null))).isWhole()).isFalse();
  }
}
