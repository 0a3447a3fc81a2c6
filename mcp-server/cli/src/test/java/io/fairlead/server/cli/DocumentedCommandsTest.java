package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Every command in the README and below docs: the command and its options are there. */
class DocumentedCommandsTest {
  private static final Path ROOT = Path.of(System.getProperty("fairlead.root"));

  /** A command in back-quotes, or at the begin of a line of a block or of a substitution. */
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?m)(?:`|^ *|\\$\\(|\\|\\s)(?:target/fairlead/bin/|bin/)?fairlead ([a-z-]+[^`\\n)]*)");

  private static final Pattern END = Pattern.compile("  +[a-z#]|[#;>&]");
  private static final Pattern OPTION = Pattern.compile("(?<=^|[\\s\\[])--?[a-zA-Z][a-zA-Z-]*");

  /** A command as a document has it, without what follows it on its line. */
  private static List<String> commands(String text) {
    return COMMAND
        .matcher(text)
        .results()
        .map(found -> END.split(found.group(1), 2)[0].strip())
        .toList();
  }

  /** Returns what of a command is not there; empty if all is. */
  private static List<String> unknown(String command) {
    List<String> unknown = new ArrayList<>();
    // The list of commands in docs/interfaces.md has two on a line.
    for (String each : command.split(" \\| (?=[a-z]+ [A-Z])")) {
      String name = each.split("\\s", 2)[0];
      CommandLine known = Main.commands(Terminal.NONE).getSubcommands().get(name);
      if (known == null) {
        unknown.add(name);
      } else {
        OPTION
            .matcher(each)
            .results()
            .map(option -> option.group())
            .filter(option -> known.getCommandSpec().findOption(option) == null)
            .forEach(option -> unknown.add(name + " " + option));
      }
    }
    return unknown;
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  @Test
  void commands_ofTheDocuments_areThere() throws IOException {
    List<String> wrong = new ArrayList<>();
    int count = 0;
    for (Path page : pages()) {
      for (String command : commands(Files.readString(page))) {
        count++;
        unknown(command).forEach(each -> wrong.add(ROOT.relativize(page) + ": fairlead " + each));
      }
    }

    assertThat(count).isGreaterThan(60);
    assertThat(wrong).isEmpty();
  }

  @Test
  void commands_thatAreNotThere_areFound() {
    String page =
        """
        Say `fairlead frobnicate`, or
        ```
        ID=$(fairlead hold --ttl 10m)   # --no option
        bin/fairlead get clients --colour never > file
        fairlead approve GUARD | reject GUARD --loud   decides --nothing
        ```
        Fairlead mirrors registries.
        """;

    assertThat(commands(page).stream().flatMap(each -> unknown(each).stream()))
        .containsExactly("frobnicate", "get --colour", "reject --loud");
  }
}
