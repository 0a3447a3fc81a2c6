package io.fairlead.versioning;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OriginTest {
  @Test
  void toText_whateverIsInIt_isReadBack() {
    for (Origin origin :
        List.of(
            new Origin("service", "", ""),
            new Origin("service", "12 ", " 3 x"),
            new Origin("x", "a\nb\0", "Grüße 🚢"),
            new Origin("x", "half \ud83d", "\udea2 half \\005c \\"),
            new Origin("x", "$1", "\ud83d"),
            Origin.UNKNOWN)) {
      String stored = new String(origin.toText().getBytes(UTF_8), UTF_8);
      assertThat(Origin.parse(stored, new HashMap<>())).isEqualTo(origin);
    }
    assertThat(Origin.UNKNOWN.toText()).isEmpty();
  }

  @Test
  void parse_manyOfOnePlace_shareIt() {
    Map<String, String> shared = new HashMap<>();
    Origin one = Origin.parse(new Origin("service", "dc1", "a").toText(), shared);
    Origin other = Origin.parse(new Origin("service", "dc1", "b").toText(), shared);
    assertThat(other.place()).isSameAs(one.place());
    assertThat(other.kind()).isSameAs(one.kind());
  }

  @Test
  void kind_thatIsNoWord_isRefused() {
    assertThatThrownBy(() -> new Origin("a b", "", "")).hasMessageContaining("kind: a b");
  }
}
