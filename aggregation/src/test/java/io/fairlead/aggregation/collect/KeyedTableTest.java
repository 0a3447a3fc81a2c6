package io.fairlead.aggregation.collect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyedTableTest {
  /** A key of which many have the same hash code. */
  private record Key(int number) {
    @Override
    public int hashCode() {
      return number / 7;
    }
  }

  private record Value(Key key, int content) {}

  @Test
  void putAndRemove_areLikeAMap() {
    Random random = new Random(42);
    KeyedTable<Key, Value> table = new KeyedTable<>(Value::key);
    Map<Key, Value> map = new HashMap<>();
    for (int step = 0; step < 20_000; step++) {
      Key key = new Key(random.nextInt(300));
      // It grows and shrinks in turns.
      if (random.nextInt(100) < (step / 2_000 % 2 == 0 ? 70 : 30)) {
        Value value = new Value(key, step);
        assertThat(table.put(value)).isEqualTo(map.put(key, value));
      } else {
        assertThat(table.remove(key)).isEqualTo(map.remove(key));
      }
      Key other = new Key(random.nextInt(300));
      assertThat(table.get(other)).isEqualTo(map.get(other));
      assertThat(table.size()).isEqualTo(map.size());
    }
    assertThat(table.values()).containsExactlyInAnyOrderElementsOf(map.values());
    table.clear();
    assertThat(table.values()).isEmpty();
    assertThat(table.size()).isZero();
  }
}
