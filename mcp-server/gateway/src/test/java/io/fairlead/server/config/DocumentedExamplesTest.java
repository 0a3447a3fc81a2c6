package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every whole configuration in the README and below docs, as the loader sees it. */
class DocumentedExamplesTest {
  private static final ConfigLoader LOADER = new ConfigLoader(AdapterTypes.installed());
  private static final Path ROOT = Path.of(System.getProperty("fairlead.root"));
  private static final Pattern BLOCK =
      Pattern.compile("^( *)```yaml\\n(.*?)^ *```", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern VARIABLE = Pattern.compile("\\{env: (\\w+)}");
  private static final Pattern FILE =
      Pattern.compile("/?([\\w/-]+\\.(?:crt|key)|run/secrets/\\w+)");

  /** A block that starts with the key {@code xds} is a whole configuration. */
  private record Example(Path page, String yaml) {
    static List<Example> of(Path page) throws IOException {
      List<Example> examples = new ArrayList<>();
      for (MatchResult block : BLOCK.matcher(Files.readString(page)).results().toList()) {
        String yaml = block.group(2).replaceAll("(?m)^" + block.group(1), "");
        if (yaml.startsWith("xds:")) {
          examples.add(new Example(page, yaml));
        }
      }
      return examples;
    }

    /** Returns the problems found, with files in the folder in place of variables and secrets. */
    String problems(Path folder) throws IOException {
      String placed = VARIABLE.matcher(yaml).replaceAll("{file: run/secrets/$1}");
      Matcher files = FILE.matcher(placed);
      for (MatchResult file : files.results().toList()) {
        Path stand = folder.resolve(file.group(1));
        Files.createDirectories(stand.getParent());
        Files.writeString(stand, "placeholder");
      }
      Files.createDirectories(folder.resolve("services"));
      Files.createDirectories(folder.resolve("mesh"));
      ConfigResult result =
          LOADER.parse(folder.resolve("fairlead.yaml"), FILE.matcher(placed).replaceAll("$1"));
      return result instanceof ConfigResult.Invalid invalid ? invalid.problems().toString() : "";
    }
  }

  private static List<Example> examples() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    List<Example> examples = new ArrayList<>();
    for (Path page : pages) {
      examples.addAll(Example.of(page));
    }
    return examples;
  }

  @Test
  void load_everyConfigurationOfTheDocuments_isValid(@TempDir Path folder) throws IOException {
    List<Example> examples = examples();

    assertThat(examples).hasSizeGreaterThanOrEqualTo(7);
    for (Example example : examples) {
      assertThat(example.problems(folder))
          .as("%s%n%s", ROOT.relativize(example.page()), example.yaml())
          .isEmpty();
    }
  }

  @Test
  void load_anUnknownKey_isFound(@TempDir Path folder) throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(
        page, "  ```yaml\n  xds: {adress: 1.2.3.4:1}\n  ```\n```yaml\nservices: []\n```\n");

    List<Example> examples = Example.of(page);

    assertThat(examples).hasSize(1);
    assertThat(examples.get(0).problems(folder)).contains("adress");
  }
}
