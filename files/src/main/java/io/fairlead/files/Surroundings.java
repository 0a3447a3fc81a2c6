package io.fairlead.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folders around a path whose events show that it appears, vanishes or is replaced. */
public final class Surroundings {
  private static final Logger LOG = LoggerFactory.getLogger(Surroundings.class);

  private Surroundings() {}

  /**
   * Returns the nearest folder above a path that exists, and that of its target if it is a link,
   * each with the names in it that matter. Names with two dots count, since ConfigMap mounts are
   * swapped by them.
   */
  public static Map<Path, Predicate<String>> of(Path top) {
    Map<Path, Predicate<String>> above = new HashMap<>();
    Path child = top.toAbsolutePath().normalize();
    Path folder = child.getParent();
    while (folder != null && !Files.isDirectory(folder)) {
      child = folder;
      folder = folder.getParent();
    }
    if (folder != null) {
      above.put(folder, named(child));
    }
    try {
      Path real = top.toRealPath();
      if (real.getParent() != null) {
        above.merge(real.getParent(), named(real), Predicate::or);
      }
    } catch (IOException e) {
      // It is missing, which a listing reports; the folder above shows when it appears.
      LOG.trace("{} has no real path: {}", top, e.toString());
    }
    return above;
  }

  private static Predicate<String> named(Path path) {
    String name = String.valueOf(path.getFileName());
    return it -> it.equals(name) || it.startsWith("..");
  }
}
