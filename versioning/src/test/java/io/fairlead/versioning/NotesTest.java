package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NotesTest {
  @Test
  void putAndRemove_areLikeAMap() {
    Random random = new Random(42);
    Notes notes = new Notes(Map.of("vip/é", "", "", "empty"));
    Map<String, String> map = new HashMap<>(notes.toMap());
    for (int step = 0; step < 10_000; step++) {
      String key = "vip/" + random.nextInt(200);
      if (random.nextInt(100) < (step / 1_000 % 2 == 0 ? 70 : 30)) {
        notes.put(key, "value " + step);
        map.put(key, "value " + step);
      } else {
        assertThat(notes.remove(key)).isEqualTo(map.remove(key) != null);
      }
      String other = "vip/" + random.nextInt(200);
      assertThat(notes.get(other)).isEqualTo(map.get(other));
    }
    assertThat(notes.toMap()).isEqualTo(map).containsEntry("vip/é", "").containsEntry("", "empty");
  }
}
