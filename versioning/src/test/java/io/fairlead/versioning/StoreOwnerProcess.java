package io.fairlead.versioning;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** A process that owns a store's file and commits to it until it is killed. */
final class StoreOwnerProcess {
  private StoreOwnerProcess() {}

  /** Opens the file and commits, printing each number once its commit has returned. */
  @SuppressWarnings("SystemOut") // the test reads it
  public static void main(String[] args) {
    SqliteCommitLog log = SqliteCommitLog.open(Path.of(args[0]), SqliteCommitLog.Options.DEFAULT);
    VersionedStore store = new VersionedStore(log, Clock.systemUTC());
    for (int i = 0; ; i++) {
      Resource put = Resources.of("s" + i % 50, "body " + i + "x".repeat(500));
      store.commit(ChangeSet.of(List.of(put), List.of()));
      System.out.println(i + " " + store.current().number());
    }
  }

  static Process start(Path file) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            StoreOwnerProcess.class.getName(),
            file.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}
