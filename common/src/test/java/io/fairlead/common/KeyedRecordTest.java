package io.fairlead.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyedRecordTest {
  private static final KeyedRecord<Orchard> ORCHARD = KeyedRecord.of(Orchard.class);

  /** A record with a key of each kind. */
  record Orchard(
      @Key(value = "where it is", pattern = "^[a-z]+$") String place,
      @Key(defaultValue = "3", min = "1", max = "9") int trees,
      @Key(defaultValue = {"red", "green"}) List<String> colours,
      @Key(name = "default", defaultValue = "1m", min = "1s") Duration rest,
      @Key(defaultValue = "north") @Nullable String slope,
      boolean fenced,
      Shed shed) {}

  /** A record of which everything may be left out. */
  record Shed(@Key(defaultValue = "2") int doors) {}

  @Test
  void with_whatIsLeftOutHasItsDefault() {
    assertThat(ORCHARD.with(Map.of("place", "hill", "default", Duration.ofHours(1))))
        .isEqualTo(
            new Orchard(
                "hill", 3, List.of("red", "green"), Duration.ofHours(1), null, false, new Shed(2)));
    assertThat(ORCHARD.isOptional()).isFalse();
    assertThat(KeyedRecord.of(Shed.class).isOptional()).isTrue();
  }

  @Test
  void with_whatCannotBe_isNamed() {
    assertThatThrownBy(ORCHARD::defaults).hasMessage("place: missing (expected: where it is)");
    refuses("place", "Hill", "place: Hill (expected: a text that matches ^[a-z]+$)");
    refuses("trees", 10, "trees: 10 (expected: a whole number from 1 to 9)");
    refuses("default", Duration.ZERO, "default: 0ms (expected: at least 1s)");
    refuses("colours", List.of(), "colours: an empty list (expected: one or more)");
    refuses("colours", List.of("a", "a"), "colours: [a, a] (expected: each once)");
    refuses(
        "tree",
        1,
        "tree: unknown key (expected: one of place, trees, colours, default, slope, fenced, shed)");
  }

  private static void refuses(String key, Object value, String message) {
    Map<String, Object> values =
        key.equals("place") ? Map.of(key, value) : Map.of("place", "hill", key, value);
    assertThatThrownBy(() -> ORCHARD.with(values))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
