package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.testkit.FaultMatrix.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultMatrixTest {
  @TempDir Path root = Path.of("");

  private void write(String module, String adapter, Outcome... outcomes) throws IOException {
    Path target = Files.createDirectories(root.resolve(module + "/target"));
    FaultMatrix.write(
        adapter, List.of(outcomes), Optional.of(target.resolve("fault-matrix").toString()));
  }

  @Test
  void outcomes_ofSeveralModules_areOneTable() throws IOException {
    write(
        "etcd",
        "EtcdHttp",
        new Outcome("outage", FaultMatrix.PASSED, 1_240),
        new Outcome("outage", FaultMatrix.PASSED, 40),
        new Outcome("login refused", FaultMatrix.NOT_APPLICABLE + "LOGIN", 0));
    write(
        "zookeeper",
        "Interface",
        new Outcome("outage", FaultMatrix.FAILED, 60_000),
        new Outcome("login refused", FaultMatrix.PASSED, 0));

    assertThat(FaultMatrix.text(FaultMatrix.gather(root)))
        .contains(
            """
                                           etcd
                                           Etcd zookeeper
                                           Http Interface
            outage                          1.2    FAILED
            login refused                     -        ok
            """)
        .contains("  LOGIN: etcd/EtcdHttp\n");
  }

  @Test
  void text_ofManyAdapters_is79Wide() throws IOException {
    for (int i = 0; i < 14; i++) {
      write(
          "registry" + i,
          "VeryLongNameOfAnAdapter" + i,
          new Outcome(
              "x".repeat(FaultMatrix.MAX_FAULT), FaultMatrix.NOT_APPLICABLE + "RESTART", 0));
    }

    Map<String, List<Outcome>> all = FaultMatrix.gather(root);

    assertThat(all).hasSize(14);
    assertThat(FaultMatrix.text(all).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
  }

  @Test
  void write_nothingThatWasRun_leavesNoFile() throws IOException {
    write("etcd", "Etcd");

    assertThat(root.resolve("etcd/target/fault-matrix")).doesNotExist();
  }
}
