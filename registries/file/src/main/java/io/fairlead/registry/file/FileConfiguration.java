package io.fairlead.registry.file;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a registry of type {@code file}.
 *
 * @param path a folder, of which every {@code *.yaml} and {@code *.yml} below is read, or one file.
 *     Names that begin with a dot are left out: editors and ConfigMap mounts keep their own things
 *     there
 * @param rescan time between looks at the files that need no event, for file systems that give none
 *     (network shares, links to files elsewhere); 5 seconds if left out
 * @param settle quiet time after an event before the files are read, for editors that write in
 *     several steps; 50 milliseconds if left out. A file that another is renamed to, and that still
 *     has all its services, is read at once
 */
public record FileConfiguration(Path path, @Nullable Duration rescan, @Nullable Duration settle) {
  private static final Duration DEFAULT_RESCAN = Duration.ofSeconds(5);
  private static final Duration DEFAULT_SETTLE = Duration.ofMillis(50);
  private static final Duration MIN_RESCAN = Duration.ofMillis(100);
  private static final Duration MAX_RESCAN = Duration.ofHours(1);
  private static final Duration MAX_SETTLE = Duration.ofSeconds(10);

  public FileConfiguration {
    Objects.requireNonNull(path, "path");
    rescan = rescan == null ? DEFAULT_RESCAN : rescan;
    settle = settle == null ? DEFAULT_SETTLE : settle;
    if (rescan.compareTo(MIN_RESCAN) < 0 || rescan.compareTo(MAX_RESCAN) > 0) {
      throw new IllegalArgumentException(
          "rescan: " + rescan.toMillis() + "ms (expected: 100ms to 1h)");
    }
    if (settle.isNegative() || settle.compareTo(MAX_SETTLE) > 0) {
      throw new IllegalArgumentException(
          "settle: " + settle.toMillis() + "ms (expected: 0 to 10s)");
    }
  }

  /** Configures the given path with the default times. */
  public FileConfiguration(Path path) {
    this(path, null, null);
  }

  /** Returns the time between reads that need no event. */
  @Override
  public Duration rescan() {
    return Objects.requireNonNullElse(rescan, DEFAULT_RESCAN);
  }

  /** Returns the quiet time after an event before the files are read. */
  @Override
  public Duration settle() {
    return Objects.requireNonNullElse(settle, DEFAULT_SETTLE);
  }
}
