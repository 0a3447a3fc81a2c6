package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteProcessTest {
  @Test
  void anotherProcess_refusesASecondOwner_andItsKillLosesNoCommit(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("store.db");
    Process owner = StoreOwnerProcess.start(file);
    String last = "";
    try (BufferedReader output = StoreOwnerProcess.output(owner)) {
      for (int i = 0; i < 100; i++) {
        last = Objects.requireNonNull(output.readLine(), "the owner ended");
      }
      assertThatThrownBy(() -> SqliteCommitLog.open(file, SqliteCommitLog.Options.DEFAULT))
          .isInstanceOf(CommitLogException.class)
          .hasMessageContaining("in use by process " + owner.pid());
      // Not Process.destroyForcibly(): that would close the output with its last lines unread.
      owner.toHandle().destroyForcibly();
      owner.waitFor();
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        last = line.contains(" ") ? line : last;
      }
    } finally {
      owner.destroyForcibly().waitFor();
    }
    int index = Integer.parseInt(last.split(" ")[0]);
    long number = Long.parseLong(last.split(" ")[1]);
    try (SqliteCommitLog log = SqliteCommitLog.open(file, SqliteCommitLog.Options.DEFAULT)) {
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      assertThat(store.current().number()).isGreaterThanOrEqualTo(number);
      assertThat(store.current().size(Resources.TYPE)).isEqualTo(50);
      Resource newest =
          Objects.requireNonNull(store.current().find(Resources.key("s" + index % 50)));
      String body = newest.decode().getBody().getValue().toStringUtf8();
      assertThat(Integer.parseInt(body.replaceAll("[^0-9]", ""))).isGreaterThanOrEqualTo(index);
    }
  }
}
