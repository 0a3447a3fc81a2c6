package io.fairlead.registry.testkit;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A view of the descriptors that this process has open, as Linux lists them. */
final class DescriptorWatch {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** The kinds of descriptors that count. */
  enum Scope {
    /** All: where nothing else shows connections that were left. */
    ALL,
    /** Files, selectors and the like. */
    ALL_BUT_SOCKETS
  }

  private final Scope scope;
  private final Predicate<String> foreign;

  /**
   * @param foreign accepts files that do not count
   */
  DescriptorWatch(Scope scope, Predicate<String> foreign) {
    this.scope = scope;
    this.foreign = foreign;
  }

  /** Whether this system lists descriptors. */
  static boolean isPossible() {
    return Files.isDirectory(DESCRIPTORS);
  }

  /** Returns what is open; jars and devices, which the JVM opens as it likes, left out. */
  List<String> open() {
    List<String> open = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path link : links) {
        String target = target(link);
        if (!target.isEmpty()
            && !target.endsWith(".jar")
            && !target.startsWith("/dev/")
            && !target.startsWith("/proc/")
            && !(scope == Scope.ALL_BUT_SOCKETS && target.startsWith("socket:"))
            && !foreign.test(target)) {
          open.add(target);
        }
      }
    } catch (IOException e) {
      throw new AssertionError("cannot list " + DESCRIPTORS, e);
    }
    return open;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      // Closed meanwhile.
      return "";
    }
  }
}
