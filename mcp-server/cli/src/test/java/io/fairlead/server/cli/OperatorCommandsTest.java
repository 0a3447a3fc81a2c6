package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class OperatorCommandsTest extends AdminFixture {
  OperatorCommandsTest() throws IOException {}

  @Test
  void hold_printsTheIdAlone() {
    Invocation hold = Invocation.of("hold", "--ttl", "30s", "--admin", url);

    assertThat(hold.code()).as(hold.err()).isZero();
    assertThat(hold.out().lines()).containsExactly("t2");
    assertThat(hold.err())
        .contains("Nothing is pushed until 2026-01-02T12:00:30Z or: fairlead release t2");
    assertThat(source.actions).containsExactly("open PT30S");
  }

  @Test
  void hold_withoutATime_isForTenMinutes() {
    assertThat(Invocation.of("hold", "--admin", url).code()).isZero();
    assertThat(source.actions).containsExactly("open PT10M");
  }

  @Test
  void hold_badTime_isWrongUse() {
    Invocation hold = Invocation.of("hold", "--ttl", "soon", "--admin", url);

    assertThat(hold.code()).isEqualTo(ExitCode.INVALID);
    assertThat(hold.err()).contains("soon (expected: a duration such as 100ms, 10s, 5m or 1h)");
  }

  @Test
  void release_unknown_fails() {
    assertThat(Invocation.of("release", "t1", "--admin", url).code()).isZero();
    Invocation release = Invocation.of("release", "t9", "--admin", url);

    assertThat(release.code()).isEqualTo(ExitCode.FAILED);
    assertThat(release.err()).contains("t9 (expected: the id of an open transaction)");
  }

  @Test
  void approveAndReject_decide() {
    assertThat(Invocation.of("approve", "odd-1", "--admin", url).code()).isZero();
    assertThat(Invocation.of("reject", "odd-1", "--admin", url).code()).isZero();
    assertThat(Invocation.of("approve", "odd-7", "--admin", url).code()).isEqualTo(ExitCode.FAILED);

    assertThat(source.actions).containsExactly("approve odd-1", "reject odd-1", "approve odd-7");
  }

  @Test
  void decide_withoutAnId_isWrongUse() {
    assertThat(Invocation.of("approve", "--admin", url).code()).isEqualTo(ExitCode.INVALID);
  }

  @Test
  void replicaThatCannotTakePart_failsUnlessForced() {
    Invocation refused = Invocation.of("approve", "refused", "--admin", url);
    assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.err().strip())
        .isEqualTo(
            "fairlead approve: nothing was done anywhere: gw-1: cannot be reached (expected: every"
                + " replica)");
    assertThat(source.actions).isEmpty();

    Invocation forced = Invocation.of("approve", "refused", "--force", "--admin", url);
    assertThat(forced.code()).isEqualTo(ExitCode.DONE);
    assertThat(forced.err().lines())
        .containsExactly(
            "replica gw-1 at http://10.0.0.2:15014: cannot be reached: connection refused",
            "refused: approved, the held removals are published at 1 of 2 replicas");
    assertThat(source.actions).containsExactly("approve refused FORCED");
  }
}
