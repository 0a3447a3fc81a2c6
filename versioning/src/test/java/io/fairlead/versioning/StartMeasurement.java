package io.fairlead.versioning;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Measures how long a start from a store takes, by hand: the file to use (made with 50,000
 * resources of about 1 KB and as many notes if it is not there), in a new process each time, since
 * a start is always cold.
 */
final class StartMeasurement {
  private static final int RESOURCES = 50_000;

  private StartMeasurement() {}

  /** Makes the file {@code args[0]}, or starts from it and prints the times in milliseconds. */
  @SuppressWarnings("SystemOut") // its result
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    if (!Files.exists(file)) {
      make(file);
      System.out.println("made " + Files.size(file) / 1024 + " KB");
      return;
    }
    long begin = System.nanoTime();
    try (SqliteCommitLog log = SqliteCommitLog.open(file, SqliteCommitLog.Options.DEFAULT)) {
      long opened = System.nanoTime();
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      long ready = System.nanoTime();
      System.out.printf(
          "open %d ms, snapshot %d ms, %d resources%n",
          (opened - begin) / 1_000_000,
          (ready - opened) / 1_000_000,
          store.current().size(Resources.TYPE));
    }
  }

  private static void make(Path file) {
    Random random = new Random(1);
    try (SqliteCommitLog log = SqliteCommitLog.open(file, SqliteCommitLog.Options.DEFAULT)) {
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      for (int i = 0; i < RESOURCES; i += 5_000) {
        List<Resource> puts = new ArrayList<>();
        Map<String, String> notes = new java.util.HashMap<>();
        for (int j = i; j < i + 5_000; j++) {
          byte[] body = new byte[850];
          random.nextBytes(body);
          puts.add(
              Resource.encode(
                  new ResourceContent(
                      Resources.key("service-" + j + ".service.consul"),
                      Map.of("fairlead.io/registry", "dc1"),
                      Map.of(),
                      Set.of(),
                      Resources.TIME,
                      Resources.BODY,
                      ByteString.copyFrom(body))));
          notes.put("vip/service-" + j + ".service.consul", "241.0." + j / 250 + "." + j % 250);
        }
        store.commit(new ChangeSet(puts, List.of(), notes, Set.of()));
      }
    }
  }
}
