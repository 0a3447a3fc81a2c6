package io.fairlead.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that the sources follow the rules for names and first sentences in CONTRIBUTING.md. */
class NamesTest {
  private static final Path ROOT = Path.of(System.getProperty("fairlead.root"));

  // A clause describes what a type is about; a definition says what it is.
  private static final Pattern CLAUSE =
      Pattern.compile("(What|Whether|Whom|Whose|Who|How|Those|Something|Which|When|Where|Why)\\b");
  private static final Pattern TYPE =
      Pattern.compile(
          "/\\*\\*([^/]*(?:(?<!\\*)/[^/]*)*)\\*/\\s*"
              + "(?:@[\\w.]+(?:\\([^()]*+(?:\\([^()]*\\)[^()]*+)*+\\))?\\s+)*"
              + "(?:(?:public|protected|private|static|final|abstract|sealed|non-sealed)\\s+)*"
              + "(?:class|record|interface|enum|@interface)\\s+(\\w+)");
  private static final Pattern LOGGER =
      Pattern.compile("\\bLogger (\\w+)\\s*=\\s*LoggerFactory\\.getLogger");
  private static final Pattern LIMIT =
      Pattern.compile("\\b(MOST|LEAST|LONGEST|SHORTEST|LARGEST|SMALLEST)(_[A-Z0-9]+)*\\s*=[^=]");
  private static final Pattern LINE =
      Pattern.compile("\\b(?:LOG|log|logger)\\.\\w+\\(\\s*\"(Registry \\{\\})");

  @Test
  void sources_followTheRules() throws IOException {
    List<String> found = new ArrayList<>();
    int files = 0;
    for (Path source : sources()) {
      files++;
      for (String violation : violations(Files.readString(ROOT.resolve(source)))) {
        found.add(source + ": " + violation);
      }
    }

    assertThat(files).isGreaterThan(300);
    assertThat(found).isEmpty();
  }

  @Test
  void clauseInPlaceOfADefinition_isFound() {
    assertThat(violations("/** What a thing does. */\npublic final class Thing {}"))
        .containsExactly("Thing: 'What' (expected: a definition)");
    assertThat(violations("/**\n * Whether it is.\n *\n * @param a/b c\n */\nenum Kind {}"))
        .containsExactly("Kind: 'Whether' (expected: a definition)");
    assertThat(violations("/** A thing that says what it does. */\nclass Thing {}")).isEmpty();
    assertThat(violations("/** Whether it is. */\nboolean is();\nclass Thing {}")).isEmpty();
  }

  @Test
  void otherNames_areFound() {
    assertThat(violations("private static final Logger log = LoggerFactory.getLogger(A.class);"))
        .containsExactly("logger log (expected: LOG)");
    assertThat(violations("private static final int MOST_READS = 3;"))
        .containsExactly("MOST_READS (expected: MAX_ or MIN_)");
    assertThat(violations("LOG.warn(\n    \"Registry {}: gone\", name);"))
        .containsExactly("log line 'Registry {}' (expected: registry {}: ...)");
    assertThat(violations("LOG.warn(\"registry {}: gone\", name);")).isEmpty();
  }

  private static List<String> violations(String source) {
    List<String> found = new ArrayList<>();
    Matcher type = TYPE.matcher(source);
    while (type.find()) {
      Matcher clause = CLAUSE.matcher(type.group(1).replaceFirst("^[\\s*]+", ""));
      if (clause.lookingAt()) {
        found.add(type.group(2) + ": '" + clause.group() + "' (expected: a definition)");
      }
    }
    Matcher logger = LOGGER.matcher(source);
    while (logger.find()) {
      if (!logger.group(1).equals("LOG")) {
        found.add("logger " + logger.group(1) + " (expected: LOG)");
      }
    }
    Matcher limit = LIMIT.matcher(source);
    while (limit.find()) {
      String name = limit.group().replaceFirst("\\s*=.*", "");
      found.add(name + " (expected: MAX_ or MIN_)");
    }
    Matcher line = LINE.matcher(source);
    while (line.find()) {
      found.add("log line '" + line.group(1) + "' (expected: registry {}: ...)");
    }
    return found;
  }

  private static List<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : Poms.read(ROOT).folders()) {
      Path module = ROOT.resolve(folder).resolve("src");
      if (!Files.isDirectory(module)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(module)) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .map(ROOT::relativize)
            .filter(file -> !file.endsWith("NamesTest.java"))
            .sorted()
            .forEach(found::add);
      }
    }
    return found;
  }
}
