package io.fairlead.chart;

import io.fairlead.harness.Binaries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The values with which the chart is tried, a file each. */
final class ValueSets {
  private static final Path RESOURCES = Binaries.root().resolve("testing/chart/src/test/resources");

  private ValueSets() {}

  /** Returns the names of all sets. */
  static List<String> names() {
    try (Stream<Path> files = Files.list(RESOURCES.resolve("values"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".yaml", ""))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the file of a set. */
  static Path file(String name) {
    return RESOURCES.resolve("values").resolve(name + ".yaml");
  }

  /** Returns the file with what the chart made of a set. */
  static Path golden(String name) {
    return RESOURCES.resolve("golden").resolve(name + ".yaml");
  }
}
