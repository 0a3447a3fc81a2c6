package io.fairlead.conversion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fairlead.registry.ServiceId;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingLogTest {
  @Test
  void findings_equalOnes_areCountedUnderTheFirstSubject() {
    FindingLog log = new FindingLog("web");
    log.add(Reason.UNHEALTHY, "c", "");
    log.add(Reason.UNHEALTHY, "a", "");
    log.add(Reason.UNHEALTHY, "b", "");
    log.add(Reason.NO_PORT, "none");
    assertThat(log.findings())
        .containsExactly(
            new Finding(Reason.NO_PORT, "web", "none"), new Finding(Reason.UNHEALTHY, "a", "", 3))
        .isSorted();
  }

  @Test
  void findings_manyDetails_areCountedTogether() {
    FindingLog log = new FindingLog("web");
    for (int i = 99; i >= 0; i--) {
      log.add(Reason.ADDRESS_ILLEGAL, "i%02d".formatted(i), "a%02d".formatted(i));
    }
    assertThat(log.findings())
        .hasSize(9)
        .startsWith(new Finding(Reason.ADDRESS_ILLEGAL, "i00", "a00"))
        .endsWith(new Finding(Reason.ADDRESS_ILLEGAL, "i08", "and others", 92));
  }

  @Test
  void safeText_strangeCharacters_areReplaced() {
    assertThat(SafeText.of("a\ud800b\nc\u202ed\u0000é💥"))
        .isEqualTo("a\ufffdb\ufffdc\ufffdd\ufffdé💥");
    assertThat(SafeText.of("💥".repeat(300))).isEqualTo("💥".repeat(256) + "…");
    assertThat(SafeText.of("a".repeat(256))).isEqualTo("a".repeat(256));
  }

  @Test
  void reason_everyFault_saysWhatHappenedAndWhatToDo() {
    for (Reason reason : Reason.values()) {
      assertThat(reason.text()).isNotBlank();
      assertThat(reason.advice().isEmpty())
          .as("%s", reason)
          .isEqualTo(reason.status() == ServiceStatus.OUT_OF_SERVICE);
    }
  }

  @Test
  void records_withoutContent_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Conversion.Refused(ServiceId.of("web"), List.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Finding(Reason.NO_PORT, "web", "", 0));
  }
}
