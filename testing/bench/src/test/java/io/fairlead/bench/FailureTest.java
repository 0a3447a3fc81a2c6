package io.fairlead.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailureTest {
  private static final AssertionError FAILURE =
      new AssertionError("istiod ended; its last lines:\nerror one\nerror two");

  @Test
  void reason_ofAFailureWithALog_isItsFirstLine() {
    assertThat(Failure.reason(FAILURE))
        .isEqualTo("java.lang.AssertionError: istiod ended; its last lines:");
  }

  @Test
  void write_hasTheWholeOnce(@TempDir Path folder) throws IOException {
    Path file = Failure.write(folder.resolve("bench"), "istiod", FAILURE);

    assertThat(file).hasFileName("istiod-failure.txt");
    assertThat(Files.readString(file))
        .contains("error one\nerror two")
        .containsOnlyOnce("java.lang.AssertionError");
  }
}
