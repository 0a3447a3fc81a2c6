package io.fairlead.harness;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A file system of a few megabytes in memory, mounted on a folder, that a test can fill to the last
 * byte. Only the superuser can mount one: {@link NeedsSmallDisk} is for tests that need it. Not
 * thread-safe.
 */
public final class SmallDisk implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String FILLER = "filler";

  private final Path folder;

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /**
   * Mounts one.
   *
   * @param folder made if it is not there; what it holds cannot be seen until {@link #close()}
   * @param megabytes its size
   * @throws IllegalStateException if that is not possible on this machine
   */
  public static SmallDisk mount(Path folder, int megabytes) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    command("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
    return new SmallDisk(folder);
  }

  /** Returns why none can be mounted; empty if it can. */
  static String obstacle() {
    try (TempFolder folder = TempFolder.create("disk")) {
      mount(folder.path().resolve("disk"), 1).close();
      return "";
    } catch (IllegalStateException | UncheckedIOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static void command(String... command) {
    try (ServerProcess process =
        ServerProcess.start(command[0], Path.of("/"), Map.of(), List.of(command))) {
      if (!process.await(LIMIT) || process.exitCode() != 0) {
        throw new IllegalStateException(
            String.join(" ", command) + ": failed: " + process.linesSince(0));
      }
    }
  }

  /** Fills it: no byte is left. */
  public void fill() {
    byte[] block = new byte[4096];
    try (OutputStream filler = Files.newOutputStream(folder.resolve(FILLER))) {
      // Ends with an exception: the disk is small.
      while (true) {
        filler.write(block);
      }
    } catch (IOException e) {
      long left = folder.toFile().getUsableSpace();
      if (left > 0) {
        throw new UncheckedIOException(folder + ": " + left + " bytes left (expected: 0)", e);
      }
    }
  }

  /** Gives back what {@link #fill()} took. */
  public void empty() {
    try {
      Files.delete(folder.resolve(FILLER));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes it read-only; no file of it may be open for writing. */
  public void readOnly() {
    command("mount", "-o", "remount,ro", folder.toString());
  }

  @Override
  public void close() {
    command("umount", folder.toString());
  }
}
