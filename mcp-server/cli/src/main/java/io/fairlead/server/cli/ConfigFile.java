package io.fairlead.server.cli;

import io.fairlead.server.config.AdapterTypes;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The command-line option that names the configuration file, with its loading. */
final class ConfigFile {
  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "the configuration file")
  private Path file = Path.of("");

  /** Returns the file as it was named. */
  Path path() {
    return file;
  }

  /** Loads the file with the installed registry types. */
  ConfigResult load() {
    return loader().load(file);
  }

  /** Loads the file and checks that its secrets exist on this machine, too. */
  ConfigResult loadWithSecrets() {
    return loader().withSecrets().load(file);
  }

  /** Returns a loader with the installed registry types. */
  static ConfigLoader loader() {
    return new ConfigLoader(AdapterTypes.installed());
  }

  /** Writes problems, one a line, then their number. */
  static void print(PrintWriter out, List<Problem> problems) {
    problems.forEach(out::println);
    out.println(problems.size() == 1 ? "1 problem" : problems.size() + " problems");
    out.flush();
  }
}
