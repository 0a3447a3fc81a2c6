package io.fairlead.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each package says that it is null-marked, so that NullAway looks at it. */
class NullnessTest {
  private static final Path ROOT = Path.of(System.getProperty("fairlead.root"));

  @Test
  void packages_areNullMarked() throws IOException {
    Set<String> packages = new TreeSet<>();
    Set<String> marked = new TreeSet<>();
    for (String folder : Poms.read(ROOT).folders()) {
      collect(ROOT.resolve(folder), packages, marked);
    }

    assertThat(packages).hasSizeGreaterThan(20);
    assertThat(marked).containsAll(packages);
  }

  @Test
  void packageWithoutTheMark_isFound(@TempDir Path module) throws IOException {
    Path source = module.resolve("src/main/java/io/fairlead/some/Type.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "package io.fairlead.some;");
    Set<String> packages = new TreeSet<>();
    Set<String> marked = new TreeSet<>();

    collect(module, packages, marked);

    assertThat(packages).containsExactly("io/fairlead/some");
    assertThat(marked).isEmpty();
  }

  /** Adds the packages of a module, and those of them that are marked; tests share main's mark. */
  private static void collect(Path module, Set<String> packages, Set<String> marked)
      throws IOException {
    for (String kind : List.of("main", "test")) {
      Path sources = module.resolve("src").resolve(kind).resolve("java");
      if (!Files.isDirectory(sources)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          String name = sources.relativize(file.getParent()).toString();
          packages.add(name);
          if (file.endsWith("package-info.java")
              && Files.readString(file).contains("\n@NullMarked\n")) {
            marked.add(name);
          }
        }
      }
    }
  }
}
