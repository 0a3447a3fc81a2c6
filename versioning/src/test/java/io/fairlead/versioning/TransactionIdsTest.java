package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TransactionIdsTest {
  @Test
  void ids_areNotGivenTwice() {
    TransactionIds ids = new TransactionIds();
    Set<String> given = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      assertThat(given.add(ids.next())).isTrue();
    }
  }
}
