package io.fairlead.harness;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The server executables that {@code make servers} provides for tests. */
public final class Binaries {
  private Binaries() {}

  /** Returns the project's root folder. */
  public static Path root() {
    String root = System.getProperty("fairlead.root");
    if (root != null && !root.isEmpty()) {
      return Path.of(root);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve("testing"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("fairlead.root: not set (expected: the project's folder)");
    }
    return folder;
  }

  /** Returns the folder with the servers: {@code .cache/servers} below the root. */
  public static Path folder() {
    return root().resolve(".cache").resolve("servers");
  }

  /**
   * Returns the executable of that name ({@code consul}, {@code istiod-1.27.0}), if it was built.
   */
  public static Optional<Path> find(String name) {
    Path file = folder().resolve(name);
    return Files.isExecutable(file) ? Optional.of(file) : Optional.empty();
  }

  /** Returns the executable of that name, which must be there. */
  public static Path require(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    name + " is not in " + folder() + " (expected: built by 'make servers')"));
  }
}
